/** What a channel's key is worth: whether everybody has it. */

/** `public`: encryption is off, or every node has the key. `none`: the channel has no key, see what the primary has. `own`: the rest. */
export type ChannelKey = "public" | "none" | "own";

// The key that firmware puts in the place of the one byte 1 (Channels.h); for 2 to 255 it counts its last byte up.
const DEFAULT_KEY = [0xd4, 0xf1, 0xbb, 0x3a, 0x20, 0x29, 0x07, 0x59, 0xf0, 0xbc, 0xff, 0xab, 0xcf, 0x4e, 0x69, 0x01];

/** Judges the field `ChannelSettings.psk`. */
export function channelKey(psk: Uint8Array | undefined): ChannelKey {
  if (psk === undefined || psk.length === 0) return "none";
  // One byte is an index: 0 switches encryption off, the others stand for the default key and its like.
  if (psk.length === 1 || psk.every((byte) => byte === 0)) return "public";
  const allButLast = DEFAULT_KEY.slice(0, -1);
  return psk.length === DEFAULT_KEY.length && allButLast.every((byte, index) => psk[index] === byte) ? "public" : "own";
}

/** Public keys of nodes as text: 32 bytes in base64, as the apps show them. */

/** Bytes of a Curve25519 key. */
export const PUBLIC_KEY_BYTES = 32;

/**
 * The key of a text; undefined when it is none. Padding may be missing, `-_` may stand for `+/`, and `base64:` may stand in front,
 * as the official command line writes it. A key of zeros is what the firmware has in place of none, so it is none here too.
 */
export function parsePublicKey(text: string): Uint8Array | undefined {
  const match = /^(?:base64:)?([A-Za-z0-9+/_-]{43})=?$/.exec(text.trim());
  if (match === null) return undefined;
  const binary = atob((match[1] as string).replaceAll("-", "+").replaceAll("_", "/"));
  const key = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return isPublicKey(key) ? key : undefined;
}

/** A key in base64 with padding. */
export function formatPublicKey(key: Uint8Array): string {
  return btoa(String.fromCharCode(...key));
}

/** True for 32 bytes that are not all zero. */
export function isPublicKey(key: Uint8Array): boolean {
  return key.length === PUBLIC_KEY_BYTES && key.some((byte) => byte !== 0);
}

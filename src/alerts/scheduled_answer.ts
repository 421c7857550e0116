/** A command that nobody has sent: what its handler and the log need of a message. */
import type { TextMessage } from "../mesh/packet.ts";
import { textLengthBytes } from "../mesh/text.ts";

/**
 * The request behind a scheduled command, as if our own node had sent it to itself: no hops, no signal, no key, so that it proves nobody to
 * be an admin. It must not go through the guards, which drop what bears our own number.
 */
export function scheduledRequest(options: { readonly id: number; readonly ownNum: number; readonly text: string }): TextMessage {
  const { id, ownNum, text } = options;
  return {
    kind: "text",
    id,
    from: ownNum,
    to: ownNum,
    channel: 0,
    hopsUsed: 0,
    hopLimit: 0,
    hopStart: 0,
    snr: undefined,
    rssi: undefined,
    viaMqtt: false,
    relayNode: 0,
    rxTimeS: 0,
    pkiEncrypted: false,
    publicKey: new Uint8Array(),
    wantAck: false,
    wantsResponse: false,
    text,
    lengthBytes: textLengthBytes(text),
    replyId: 0,
    emoji: false,
  };
}

/** The command's text as the router reads it, whether it was written with the prefix of the configuration, with `/`, or with none. */
export function scheduledText(command: string, prefix: string): string {
  const sign = [prefix, "/"].find((known) => command.startsWith(known)) ?? "";
  return prefix + command.slice(sign.length);
}

/** What a client says, by kind: only packets go further than this program. */
import type { Client } from "./client.ts";
import { type LocalAnswers, RESULT } from "./local_answers.ts";
import type { SideChannels } from "./side_channels.ts";
import { fieldsOf, numberOf, valueOf } from "./wire.ts";

// ToRadio (mesh.proto).
const TO_RADIO = { packet: 1, wantConfig: 3, disconnect: 4, xmodem: 5, mqttProxy: 6, heartbeat: 7 } as const;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Where it goes. */
export interface ToRadioOptions {
  readonly answers: LocalAnswers;
  readonly sideChannels: SideChannels;
  /** An encoded MeshPacket. */
  readonly packet: (client: Client, bytes: Uint8Array) => void;
  readonly leave: (client: Client) => void;
}

/** Takes an encoded ToRadio; what is none is ignored, as by the firmware. */
export function takeToRadio(client: Client, bytes: Uint8Array, { answers, sideChannels, packet, leave }: ToRadioOptions): void {
  const fields = fieldsOf(bytes);
  const variant = fields?.at(-1);
  if (fields === undefined || variant === undefined) return;
  const isNumber = variant.wireType === VARINT;
  const isMessage = variant.wireType === LENGTH_DELIMITED;
  if (variant.number === TO_RADIO.packet && isMessage) {
    // Two packets in one message are one to some decoders and the other to others.
    if (fields.length === 1 || client.role === "full") packet(client, valueOf(bytes, variant));
  } else if (variant.number === TO_RADIO.wantConfig && isNumber) client.wantHandshake(numberOf(bytes, variant));
  else if (variant.number === TO_RADIO.disconnect && isNumber) leave(client);
  else if (variant.number === TO_RADIO.xmodem && isMessage) sideChannels.xmodemFrom(client, bytes);
  else if (variant.number === TO_RADIO.mqttProxy && isMessage) sideChannels.mqttFrom(client, bytes);
  // Whatever its nonce: 1 would make the node introduce itself to the whole mesh.
  else if (variant.number === TO_RADIO.heartbeat && isMessage) client.tell(answers.queueStatus(RESULT.ok, 0));
}

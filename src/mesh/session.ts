/** The conversation with our own node: the handshake and what it tells. */
import type { LoRaConfig } from "../link/messages.ts";

/** One of the node's eight channel slots that is in use. */
export interface ChannelInfo {
  readonly index: number;
  /** The channel's own name, or the preset's (`LongFast`) when it has none. */
  readonly name: string;
  readonly primary: boolean;
}

/** What the handshake told about our own node. */
export interface RadioInfo {
  readonly nodeNum: number;
  readonly firmwareVersion: string;
  readonly rebootCount: number;
  readonly lora: LoRaConfig | undefined;
  readonly channels: readonly ChannelInfo[];
}

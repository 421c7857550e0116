/** One FromRadio on its way to clients: encoded once, framed once, however many they are. */
import { encode } from "../link/codec.ts";
import { encodeFrame } from "../link/frame.ts";
import type { Init } from "../link/messages.ts";
import { withoutSecrets } from "./secrets.ts";

/** An encoded FromRadio. */
export class Payload {
  readonly bytes: Uint8Array;
  /** Its place among the texts that can be missed; undefined for everything else. */
  readonly textNumber: number | undefined;
  #frame: Uint8Array | undefined;
  #public: Payload | undefined;

  constructor(bytes: Uint8Array, textNumber?: number) {
    this.bytes = bytes;
    this.textNumber = textNumber;
  }

  /** As it goes over a stream. */
  get frame(): Uint8Array {
    return this.#frame ??= encodeFrame(this.bytes);
  }

  /** The same without secrets. */
  get withoutSecrets(): Payload {
    if (this.#public === undefined) {
      const bytes = withoutSecrets(this.bytes);
      this.#public = bytes === this.bytes ? this : new Payload(bytes, this.textNumber);
    }
    return this.#public;
  }
}

/** A message of our own making. */
export function payloadOf(payloadVariant: NonNullable<Init<"FromRadio">["payloadVariant"]>): Payload {
  return new Payload(encode("FromRadio", { payloadVariant }));
}

/** From inputs that are known to new ones. */
import { encodeFrame, FrameParser, MAX_PAYLOAD_BYTES } from "../../src/link/frame.ts";
import type { Random } from "../../src/simulator/random.ts";
import { joined, mutateBytes } from "./mutate_bytes.ts";
import { mutateHtml } from "./mutate_html.ts";
import { mutateJson } from "./mutate_json.ts";
import { type ApiMessage, mutatePacket } from "./mutate_packet.ts";
import { mutateText } from "./mutate_text.ts";
import type { Shape } from "./target.ts";

const MAX_BYTES = 64 * 1024;

/** What mutations draw from. */
export interface MutatorOptions {
  readonly shape: Shape;
  readonly corpus: readonly Uint8Array[];
  readonly words?: readonly string[];
  readonly random: Random;
}

/** The next input: one of the corpus, mutated once or several times. */
export function nextInput(options: MutatorOptions): Uint8Array {
  const { corpus, random } = options;
  let input = corpus.length === 0 ? new Uint8Array(0) : random.pick(corpus);
  const times = random.pick([1, 1, 1, 2, 3, 5, 8]);
  // Cut each time: several mutations that repeat a part would multiply.
  for (let turn = 0; turn < times; turn += 1) input = mutate(input, options).subarray(0, MAX_BYTES);
  return input;
}

function mutate(input: Uint8Array, options: MutatorOptions): Uint8Array {
  const { shape, random, corpus, words } = options;
  // Even a text is sometimes none.
  if (shape === "bytes" || random.chance(0.08)) return mutateBytes(input, random, corpus);
  if (shape === "packet") return mutatePacket(input, random, corpus) ?? mutateBytes(input, random, corpus);
  if (shape === "frames") return mutateFrames(input, random, corpus, "FromRadio");
  if (shape === "clientFrames") return mutateFrames(input, random, corpus, "ToRadio");
  const text = new TextDecoder().decode(input);
  const others = () => [new TextDecoder().decode(random.pick(corpus))];
  if (shape === "json" && random.chance(0.8)) return encoded(mutateJson(text, random) ?? mutateText(text, random, others(), words));
  if (shape === "html" && random.chance(0.7)) return encoded(mutateHtml(text, random));
  return encoded(mutateText(text, random, others(), words));
}

/** Frames by their payloads; now and then the bytes as they are. */
function mutateFrames(input: Uint8Array, random: Random, corpus: readonly Uint8Array[], name: ApiMessage): Uint8Array {
  if (random.chance(0.3)) return mutateBytes(input, random, corpus);
  const payloads = payloadsIn(input);
  if (payloads.length === 0) return mutateBytes(input, random, corpus);
  const at = random.integer(0, payloads.length - 1);
  const payload = payloads[at] as Uint8Array;
  switch (random.integer(0, 4)) {
    case 0:
      payloads.splice(at, 1);
      break;
    case 1:
      payloads.splice(random.integer(0, payloads.length), 0, payload);
      break;
    case 2:
      payloads.push(...payloadsIn(random.pick(corpus)).slice(0, random.integer(1, 5)));
      break;
    default:
      payloads[at] = (mutatePacket(payload, random, corpus, name) ?? mutateBytes(payload, random, corpus)).slice(0, MAX_PAYLOAD_BYTES);
  }
  return joined(...payloads.map(encodeFrame));
}

/** The payloads of the frames in some bytes. */
export function payloadsIn(input: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  const parser = new FrameParser({ onFrame: (payload) => void payloads.push(payload.slice()) });
  parser.push(input);
  return payloads;
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

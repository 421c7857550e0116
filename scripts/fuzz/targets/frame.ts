/** The parser of the node's stream, as the connection uses it. */
import { decode, encode } from "../../../src/link/codec.ts";
import { encodeFrame, FrameParser, MAX_PAYLOAD_BYTES } from "../../../src/link/frame.ts";
import { readRecording } from "../../../tests/support/recording.ts";
import { mustHold, piecesOf, type Target } from "../target.ts";

const GOOD = encodeFrame(encode("FromRadio", { payloadVariant: { case: "configCompleteId", value: 69420 } }));
const LATER_MS = 1000;

export const frame: Target = {
  name: "frame",
  shape: "frames",
  seeds: async () => (await readRecording()).filter(({ dir }) => dir === "from").map(({ bytes }) => bytes),
  open: () => ({
    run(input) {
      let taken = 0;
      let good = 0;
      const parser = new FrameParser({
        onFrame(payload) {
          mustHold(payload.length <= MAX_PAYLOAD_BYTES, "a payload has at most 512 bytes");
          try {
            const { payloadVariant } = decode("FromRadio", payload);
            taken += payload.length + 4;
            if (payloadVariant.case === "configCompleteId" && payloadVariant.value === 69420) good += 1;
            return true;
          } catch {
            return false;
          }
        },
      });
      for (const piece of piecesOf(input)) parser.push(piece);
      const before = taken + parser.skippedBytes;
      mustHold(before <= input.length, "no byte is counted twice");
      mustHold(input.length - before <= MAX_PAYLOAD_BYTES + 3, "no more than one unfinished frame waits");
      good = 0;
      parser.push(GOOD, LATER_MS);
      parser.push(GOOD, 2 * LATER_MS);
      mustHold(good >= 1, "a frame that comes later is found, whatever came before");
    },
  }),
};

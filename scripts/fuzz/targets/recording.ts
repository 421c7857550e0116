/** A recording to be played again: any text gives a recording or a UsageError. */
import { UsageError } from "../../../src/errors.ts";
import { readRecording } from "../../../src/record/read_recording.ts";
import { allowing, mustHold, type Target } from "../target.ts";

const REAL = new URL("../../../tests/testdata/real-node-2.7.26.jsonl", import.meta.url);
const SEED_BYTES = 16 * 1024;

export const recording: Target = {
  name: "recording",
  shape: "lines",
  words: [
    '{"t":0,"dir":"start","wallMs":0}',
    '{"t":1,"dir":"open"}',
    '"dir":"eof"',
    '"dir":"to","bytes":"94c3"',
    "1e300",
    "-1",
    "94c30000",
  ],
  seeds: async () => [(await Deno.readFile(REAL)).slice(0, SEED_BYTES)],
  open: () => ({
    run(input) {
      const read = allowing((error) => error instanceof UsageError, () => readRecording(new TextDecoder().decode(input)));
      if (read === undefined) return;
      mustHold(read.connections.length > 0, "a recording has a connection");
      mustHold(Number.isFinite(read.durationMs) && read.durationMs >= 0, "a recording has a length");
    },
  }),
};

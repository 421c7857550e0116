/** What the relay of lightning strikes sends: messages, and the frames that they come in. */
import { FrameCheck } from "../../../src/io/mqtt_frames.ts";
import { Intake } from "../../../src/services/lightning/intake.ts";
import { createFakeClock } from "../../../tests/support/fake_clock.ts";
import { joined } from "../mutate_bytes.ts";
import { mustHold, piecesOf, type Target } from "../target.ts";

const MAX_BYTES = 4096;

export const strike: Target = {
  name: "strike",
  shape: "json",
  open() {
    const intake = new Intake({
      clock: createFakeClock(),
      windowMs: 900_000,
      radiusM: 50_000,
      place: () => ({ latitude: 48.85, longitude: 2.35 }),
    });
    return {
      run(input) {
        const before = Object.values(intake.counts).reduce((sum, count) => sum + count);
        intake.take(input);
        mustHold(Object.values(intake.counts).reduce((sum, count) => sum + count) === before + 1, "every message is counted once");
        intake.latenessMs();
      },
    };
  },
};

export const mqttFrames: Target = {
  name: "mqtt_frames",
  shape: "bytes",
  open: () => ({
    run(input) {
      const whole = new FrameCheck(MAX_BYTES).push(input);
      mustHold(whole.bytes.length <= input.length, "nothing is added");
      const check = new FrameCheck(MAX_BYTES);
      const passed: Uint8Array[] = [];
      let tooBig = 0;
      let wrong: string | undefined;
      for (const piece of piecesOf(input)) {
        const result = check.push(piece);
        passed.push(result.bytes);
        tooBig += result.tooBig;
        wrong = result.wrong;
        if (wrong !== undefined) break;
      }
      mustHold(wrong === whole.wrong, `the stream is judged alike wherever it is cut: ${wrong} and ${whole.wrong}`);
      mustHold(tooBig === whole.tooBig, "long messages are counted alike wherever the stream is cut");
      const pieces = joined(...passed);
      mustHold(
        pieces.length === whole.bytes.length && pieces.every((byte, at) => byte === whole.bytes[at]),
        "the same frames pass wherever the stream is cut",
      );
    },
  }),
};

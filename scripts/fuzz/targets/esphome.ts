/** What a solar station says: one sensor's JSON, and the stream of events. */
import { createSseReader } from "../../../src/io/sse.ts";
import { parseSensor } from "../../../src/services/esphome/parse_sensor.ts";
import { allowing, mustHold, piecesOf, type Target, textOf } from "../target.ts";
import { isUnreadable } from "./weather.ts";

export const esphomeSensor: Target = {
  name: "esphome_sensor",
  shape: "json",
  open: () => ({
    run: (input) => checkSensor(textOf(input)),
  }),
};

export const sse: Target = {
  name: "sse",
  shape: "lines",
  words: ["event: ", "data: ", ":", "id: ", "retry: ", "event: state\n", "\r"],
  open: () => ({
    run(input) {
      const end = new TextEncoder().encode("\n\n");
      const read = createSseReader();
      const whole = [...read(input), ...read(end)];
      const readPieces = createSseReader();
      const pieces = [...piecesOf(input), end].flatMap((piece) => readPieces(piece));
      mustHold(JSON.stringify(pieces) === JSON.stringify(whole), "the events are the same wherever the stream is cut");
      for (const { data } of whole) checkSensor(data);
    },
  }),
};

function checkSensor(text: string): void {
  const state = allowing(isUnreadable, () => parseSensor(text, "the station"));
  if (state?.value !== undefined) mustHold(Number.isFinite(state.value), "a reading is a number");
}

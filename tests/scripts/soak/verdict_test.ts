import assert from "node:assert/strict";
import type { Sample } from "../../../scripts/soak/sample.ts";
import { growthFaults, MAX_SLOPE_BYTES } from "../../../scripts/soak/verdict.ts";

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

/** Three days of looks, an hour apart. */
function looks(of: (hour: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 72 }, (_, hour) => ({
    atMs: (hour + 1) * HOUR_MS,
    heldBytes: 25 * MIB,
    residentBytes: 150 * MIB,
    databaseBytes: 10 * MIB,
    descriptors: 42,
    timers: 2,
    nodes: 2000,
    ...of(hour),
  }));
}

Deno.test("growthFaults() finds nothing where nothing grows, nor in a run that is too short for a slope", () => {
  assert.deepEqual(growthFaults(looks(() => ({})), 50_000), []);
  assert.deepEqual(growthFaults(looks(() => ({})).slice(0, 1), 50_000), []);
  assert.deepEqual(growthFaults([], 0), []);
});

Deno.test("growthFaults() allows 1 MiB of memory a day after the first, and no more", () => {
  const growing = (bytesADay: number) => growthFaults(looks((hour) => ({ heldBytes: 25 * MIB + bytesADay * hour / 24 })), 50_000);
  assert.deepEqual(growing(MAX_SLOPE_BYTES * 0.99), []);
  assert.deepEqual(growing(MAX_SLOPE_BYTES * 1.01), ["the memory held grows by more than 1 MiB a day"]);
  // The first day fills what is kept at all.
  assert.deepEqual(growthFaults(looks((hour) => ({ heldBytes: Math.min(hour, 24) * MIB })), 50_000), []);
});

Deno.test("growthFaults() compares the halves of descriptors and timers", () => {
  const more = (figure: "descriptors" | "timers", by: number) =>
    growthFaults(looks((hour) => ({ [figure]: hour < 36 ? 40 : 40 + by })), 50_000);
  assert.deepEqual(more("descriptors", 5), []);
  assert.deepEqual(more("descriptors", 6), ["descriptors grow: at most 40 in the first half, 46 in the second"]);
  assert.deepEqual(more("timers", 6), ["timers grow: at most 40 in the first half, 46 in the second"]);
});

Deno.test("growthFaults() allows the database 300 bytes a packet and its log", () => {
  const database = (databaseBytes: number) => growthFaults(looks(() => ({ databaseBytes })), 100_000);
  assert.deepEqual(database(30_000_000 + 8 * MIB), []);
  assert.match(database(30_000_001 + 8 * MIB)[0] ?? "", /^the database has \d+ bytes for 100000 packets/);
});

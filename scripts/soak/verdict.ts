/** What the samples of a soak tell: whether anything grows that should not. */
import { type Sample, slopePerDay } from "./sample.ts";

const MIB = 1024 * 1024;
/** The most that the memory held may grow in a day after the first. */
export const MAX_SLOPE_BYTES = MIB;
// A packet takes 214 bytes (bench, figure w), its sums and the nodes come on top; the write-ahead log may hold some megabytes.
const MAX_PACKET_BYTES = 300;
const MAX_LOG_BYTES = 8 * MIB;
// Descriptors and timers come and go with a dial or a command that is under way.
const MAX_COMING_AND_GOING = 5;

/** Everything that grew too much, each in a sentence; `packets`: how many the database has taken. */
export function growthFaults(samples: readonly Sample[], packets: number): string[] {
  const faults: string[] = [];
  const slope = slopePerDay(samples, "heldBytes");
  if (slope !== undefined && slope > MAX_SLOPE_BYTES) faults.push("the memory held grows by more than 1 MiB a day");
  const half = Math.max(1, Math.floor(samples.length / 2));
  const parts = [samples.slice(0, half), samples.slice(half)];
  for (const figure of ["descriptors", "timers"] as const) {
    const [before = 0, after = 0] = parts.map((part) => Math.max(0, ...part.map((sample) => sample[figure])));
    if (after > before + MAX_COMING_AND_GOING) {
      faults.push(`${figure} grow: at most ${before} in the first half, ${after} in the second`);
    }
  }
  const databaseBytes = samples.at(-1)?.databaseBytes ?? 0;
  if (databaseBytes > packets * MAX_PACKET_BYTES + MAX_LOG_BYTES) {
    faults.push(`the database has ${databaseBytes} bytes for ${packets} packets, more than ${MAX_PACKET_BYTES} each and its log`);
  }
  return faults;
}

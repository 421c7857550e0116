/** What is measured every simulated hour, and how fast it grows. */

/** One look at the process. */
export interface Sample {
  /** Simulated time since the start. */
  readonly atMs: number;
  /** What the program and its history's thread hold after a full collection: objects, and buffers outside the heap. */
  readonly heldBytes: number;
  /** All memory of the process, with what the collectors and the allocator keep for later. */
  readonly residentBytes: number;
  readonly databaseBytes: number;
  readonly descriptors: number;
  readonly timers: number;
  readonly nodes: number;
}

/** A figure of a sample. */
export type Figure = Exclude<keyof Sample, "atMs">;

const DAY_MS = 24 * 3_600_000;

/** Growth a day of the line that fits the samples best, those of the first day left out; undefined when there are too few. */
export function slopePerDay(samples: readonly Sample[], figure: Figure): number | undefined {
  const counted = samples.filter(({ atMs }) => atMs > DAY_MS);
  if (counted.length < 12) return undefined;
  const meanX = mean(counted.map(({ atMs }) => atMs / DAY_MS));
  const meanY = mean(counted.map((sample) => sample[figure]));
  let together = 0;
  let square = 0;
  for (const sample of counted) {
    const x = sample.atMs / DAY_MS - meanX;
    together += x * (sample[figure] - meanY);
    square += x * x;
  }
  return together / square;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Files of this process that are open; 0 where the system does not tell. */
export function openDescriptors(): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Bytes of all files in a folder. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const { name, isFile } of Deno.readDirSync(folder)) if (isFile) bytes += Deno.statSync(`${folder}/${name}`).size;
  return bytes;
}

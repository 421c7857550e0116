/** What the desk of alerts keeps over a restart. */
import type { Mailbox } from "./mailbox.ts";

/** Where it is kept. */
export interface AlertsFile {
  /** Undefined when there is nothing; a value that `parse` throws at counts as nothing. */
  read<T>(parse: (value: unknown) => T): Promise<T | undefined>;
  /** Returns at once. */
  write(value: unknown): void;
}

/** What was said to whom, by the destination's name, and when each condition was last known to hold. */
export interface KeptAlerts {
  readonly heldAtWallMs: ReadonlyMap<string, number>;
  readonly boxes: ReadonlyMap<string, { readonly sentAtWallMs: number | undefined; readonly said: ReadonlyMap<string, readonly string[]> }>;
}

// Far more than there is to say; a file beyond that is not ours.
const MAX_ENTRIES = 1000;

/** The JSON value of what is to be kept. */
export function keptAlerts(boxes: ReadonlyMap<string, Mailbox>, heldAtWallMs: ReadonlyMap<string, number>): unknown {
  const said = [...boxes].map(([name, box]) => {
    const sentAt = box.sentAtWallMs === undefined ? {} : { sentAtWallMs: box.sentAtWallMs };
    return [name, { ...sentAt, said: Object.fromEntries(box.said) }] as const;
  });
  return { heldAtWallMs: Object.fromEntries(heldAtWallMs), boxes: Object.fromEntries(said) };
}

/** Reads that value; throws at what `keptAlerts` never gave. */
export function parseKeptAlerts(value: unknown): KeptAlerts {
  const { heldAtWallMs, boxes } = tableOf(value, "the file");
  return {
    heldAtWallMs: mapOf(heldAtWallMs, "heldAtWallMs", numberOf),
    boxes: mapOf(boxes, "boxes", (box, name) => {
      const { sentAtWallMs, said } = tableOf(box, name);
      return { sentAtWallMs: sentAtWallMs === undefined ? undefined : numberOf(sentAtWallMs, name), said: mapOf(said, name, factsOf) };
    }),
  };
}

function tableOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${name} is no table`);
  return value as Record<string, unknown>;
}

function mapOf<T>(value: unknown, name: string, read: (value: unknown, name: string) => T): Map<string, T> {
  const entries = Object.entries(tableOf(value, name));
  if (entries.length > MAX_ENTRIES) throw new Error(`${name} has ${entries.length} entries`);
  return new Map(entries.map(([key, entry]) => [key, read(entry, key)]));
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== "number") throw new Error(`${name} is no number`);
  return value;
}

function factsOf(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES || value.some((fact) => typeof fact !== "string")) {
    throw new Error(`the facts of ${name} are no texts`);
  }
  return value;
}

/** The rest of long answers, kept until their askers want it with /more. */
import type { Clock } from "../clock.ts";

const KEEP_MS = 600_000;
const MAX_PEOPLE = 200;

/** What is left to say, by person. */
export interface Parked {
  /** Keeps the rest of an answer; an older rest of the same person is forgotten. */
  keep(person: number, rest: string): void;
  /** Takes the rest out; undefined when there is none or it is older than 10 minutes. */
  next(person: number): string | undefined;
}

/** Nothing kept yet; at most 200 people's rests are. */
export function createParked({ clock }: { readonly clock: Clock }): Parked {
  const rests = new Map<number, { readonly rest: string; readonly atMs: number }>();
  return {
    keep(person, rest) {
      rests.delete(person);
      rests.set(person, { rest, atMs: clock.nowMs() });
      if (rests.size > MAX_PEOPLE) rests.delete(rests.keys().next().value as number);
    },
    next(person) {
      const kept = rests.get(person);
      rests.delete(person);
      return kept !== undefined && clock.nowMs() - kept.atMs <= KEEP_MS ? kept.rest : undefined;
    },
  };
}

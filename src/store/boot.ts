/** Which start of the machine this is, and how long ago that was: the clock that neither a restart nor a wrong date can move. */
import type { Clock } from "../clock.ts";

/** One start of the machine. */
export interface Boot {
  /** The same for all processes until the machine starts anew. */
  readonly id: string;
  /** Milliseconds since the machine was started, to the second. */
  upMs(): number;
}

// The systemd unit hands the number on: Deno opens what is under /proc for nobody but a program with all permissions.
const BOOT_ID = "BOOT_ID";

/** This machine's, with the id `given` by who started the program; where nothing tells, each process is a start of its own. */
export function systemBoot(clock: Pick<Clock, "nowMs">, given = Deno.env.get(BOOT_ID)): Boot {
  const startMs = clock.nowMs();
  const id = /^[0-9a-f]{32}$/.test(given ?? "") ? given : undefined;
  if (id !== undefined) {
    try {
      const upAtStartMs = Deno.osUptime() * 1000;
      return { id, upMs: () => Math.round(upAtStartMs + clock.nowMs() - startMs) };
    } catch {
      // Another system, or not allowed.
    }
  }
  return { id: crypto.randomUUID(), upMs: () => Math.round(clock.nowMs() - startMs) };
}

/** A moment by all the clocks there are. */
export interface Moment {
  readonly wallMs: number;
  readonly boot: string;
  readonly upMs: number;
  /** The node's time at about that moment, seconds since 1970; 0 when it was not known. */
  readonly rxTimeS: number;
}

// Beyond, the wall clock was set in between; the node's own clock drifts far less.
const MAX_JUMP_MS = 600_000;

/**
 * Milliseconds between two moments; undefined when no clock can tell: the machine was started anew in between, and the wall clock went
 * backwards or jumped against the node's.
 */
export function elapsedMs(then: Moment, now: Moment): number | undefined {
  if (then.boot === now.boot) return Math.max(0, now.upMs - then.upMs);
  const wallMs = now.wallMs - then.wallMs;
  if (wallMs < 0) return undefined;
  const known = then.rxTimeS > 0 && now.rxTimeS > 0;
  if (known && Math.abs(wallMs - (now.rxTimeS - then.rxTimeS) * 1000) > MAX_JUMP_MS) return undefined;
  return wallMs;
}

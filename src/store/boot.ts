/** Which start of the machine this is, and how long ago that was: the clock that neither a restart nor a wrong date can move. */
import type { Clock } from "../clock.ts";

/** One start of the machine. */
export interface Boot {
  /** The same for all processes until the machine starts anew. */
  readonly id: string;
  /** Milliseconds since the machine was started, to the second. */
  upMs(): number;
}

// Deno opens files under /proc only with all permissions, which the program never has; its systemd unit hands on what stands there.
const BOOT_ID = "BOOT_ID";
const BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";

/** This machine's, `given` by who started the program; where nothing tells, each process is a start of its own. */
export function systemBoot(clock: Pick<Clock, "nowMs">, given = attempt(() => Deno.env.get(BOOT_ID))): Boot {
  const startMs = clock.nowMs();
  const id = idIn(given) ?? attempt(() => idIn(Deno.readTextFileSync(BOOT_ID_FILE)));
  const upAtStartMs = attempt(() => Deno.osUptime() * 1000) ?? 0;
  if (id !== undefined && upAtStartMs > 0) return { id, upMs: () => Math.round(upAtStartMs + clock.nowMs() - startMs) };
  return { id: crypto.randomUUID(), upMs: () => Math.round(clock.nowMs() - startMs) };
}

/** The number as systemd writes it: the kernel's has dashes. */
function idIn(text: string | undefined): string | undefined {
  return /^[0-9a-f]{32}$/.exec(text?.trim().replaceAll("-", "") ?? "")?.[0];
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    // Another system, or not allowed.
    return undefined;
  }
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

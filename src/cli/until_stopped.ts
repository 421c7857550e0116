/** Keeps a long-running part of the program alive until it ends or a signal asks it to stop. */
import { type Clock, delay } from "../clock.ts";

/** What runs until it is stopped. */
export interface Running {
  /** Resolves when it has ended, also by `stop`; rejects when it broke down. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** How it went: `late` when it had not stopped within the limit. */
export type Outcome = "ended" | "stopped" | "late";

/** How long an orderly end may take, milliseconds. */
export const STOP_LIMIT_MS = 3000;

/** Starts it and waits for its end; an aborted signal stops it, within `STOP_LIMIT_MS` also when the start hangs. */
export async function untilStopped(start: () => Promise<Running>, signal: AbortSignal, clock: Clock): Promise<Outcome> {
  const over = new AbortController();
  try {
    return await Promise.race([live(start, signal), lateness(signal, clock, over.signal)]);
  } finally {
    over.abort();
  }
}

async function live(start: () => Promise<Running>, signal: AbortSignal): Promise<Outcome> {
  const running = await start();
  const ended = await Promise.race([running.ended.then(() => true), aborted(signal).then(() => false)]);
  await running.stop();
  return ended ? "ended" : "stopped";
}

async function lateness(signal: AbortSignal, clock: Clock, over: AbortSignal): Promise<Outcome> {
  await aborted(signal);
  // When all is over in time the race is decided, and nobody hears of this rejection.
  await delay(clock, STOP_LIMIT_MS, over);
  return "late";
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Time that lets real sockets keep up. */
import type { FakeClock } from "./fake_clock.ts";

const STEP_MS = 100;
const TURNS = 2;

/** Turns the clock in small steps, sockets having their say after each, until the promise has settled. */
export async function unhurried<Result>(clock: FakeClock, promise: Promise<Result>): Promise<Result> {
  let settled = false;
  const done = () => void (settled = true);
  promise.then(done, done);
  await socketsSettle();
  while (!settled) {
    await clock.tick(STEP_MS);
    await socketsSettle();
  }
  return await promise;
}

/** Likewise for so long. */
export async function passTime(clock: FakeClock, ms: number): Promise<void> {
  await socketsSettle();
  for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
    await clock.tick(Math.min(STEP_MS, ms - passedMs));
    await socketsSettle();
  }
}

/** A few turns in which this process has nothing to do but to look at its sockets. */
export async function socketsSettle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => void setTimeout(resolve, 0));
}

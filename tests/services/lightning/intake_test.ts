import assert from "node:assert/strict";
import fc from "fast-check";
import { Intake } from "../../../src/services/lightning/intake.ts";
import type { Spot } from "../../../src/services/lightning/spot.ts";
import { createFakeClock, type FakeClock } from "../../support/fake_clock.ts";

const PARIS: Spot = { latitude: 48.8583, longitude: 2.2945 };
const WINDOW_MS = 900_000;
const HOUR_MS = 3_600_000;

interface Rig {
  readonly clock: FakeClock;
  readonly intake: Intake;
  /** Takes a strike of that age, some kilometres north. */
  strike(ageMs: number, rest?: { km?: number; nanoseconds?: number; wallMs?: number }): boolean;
}

function rig(place: () => Spot | undefined = () => PARIS): Rig {
  const clock = createFakeClock();
  const intake = new Intake({ clock, windowMs: WINDOW_MS, radiusM: 50_000, place });
  return {
    clock,
    intake,
    strike(ageMs, { km = 10, nanoseconds = 1, wallMs = clock.wallMs() } = {}) {
      const time = `${wallMs - ageMs}${String(nanoseconds).padStart(6, "0")}`;
      const { latitude, longitude } = PARIS;
      return intake.take(bytesOf(`{"time":${time},"lat":${latitude + km / 111.2},"lon":${longitude},"alt":0,"pol":0,"status":1}`));
    },
  };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("Intake.take() keeps strikes of the window within the radius", () => {
  const { clock, intake, strike } = rig();
  assert.equal(strike(0), true);
  assert.equal(strike(WINDOW_MS, { km: 49.9 }), true);
  assert.deepEqual(intake.strikes.list(clock.nowMs()).map(({ atMs }) => atMs), [-WINDOW_MS, 0]);
  assert.equal(intake.counts.strikes, 2);
});

Deno.test("Intake.take() drops and counts what is late, ahead, doubled or too far", () => {
  const { intake, strike } = rig();
  strike(1000);
  assert.equal(strike(1000), false);
  assert.equal(strike(1000, { nanoseconds: 2 }), true);
  assert.equal(strike(1000, { km: 11 }), true);
  assert.equal(strike(WINDOW_MS + 1), false);
  assert.equal(strike(-60_001), false);
  assert.equal(strike(-60_000), true);
  assert.equal(strike(1000, { km: 50.2 }), false);
  intake.tooBig();
  assert.deepEqual(intake.counts, { strikes: 4, outside: 1, malformed: 0, tooBig: 1, late: 1, future: 1, doubled: 1 });
});

Deno.test("Intake.take() counts what a strike a little ahead of our clock is as one of now", () => {
  const { clock, intake, strike } = rig();
  strike(-30_000);
  assert.deepEqual(intake.strikes.list(clock.nowMs()).map(({ atMs }) => atMs), [0]);
});

Deno.test("Intake.take() survives any bytes", () => {
  const { intake } = rig();
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytesOf)), (payload) => {
    assert.equal(intake.take(payload), false);
  }));
  assert.equal(intake.counts.malformed > 0, true);
  assert.equal(intake.counts.strikes, 0);
});

Deno.test("Intake.take() keeps nothing while the place is not known", () => {
  const { intake, strike } = rig(() => undefined);
  assert.equal(strike(0), false);
  assert.equal(intake.counts.outside, 1);
});

Deno.test("Intake.take() finds out that our clock is hours slow", async () => {
  const { clock, intake, strike } = rig();
  for (let index = 0; index < 10; index++) {
    await clock.tick(1000);
    strike(5000, { wallMs: clock.wallMs() + 7 * HOUR_MS });
  }
  // Until enough of them agree they are from the future.
  assert.equal(intake.counts.future, 7);
  assert.equal(intake.counts.strikes, 3);
  for (const { atMs } of intake.strikes.list(clock.nowMs())) assert(clock.nowMs() - atMs < 10_000);
});

Deno.test("Intake.latenessMs() tells that all strikes come too late to count", async () => {
  const { clock, intake, strike } = rig();
  for (let index = 0; index < 10; index++) {
    await clock.tick(1000);
    strike(2 * HOUR_MS);
  }
  assert.equal(intake.counts.late, 10);
  const latenessMs = intake.latenessMs();
  assert(latenessMs !== undefined && Math.abs(latenessMs - 2 * HOUR_MS) < 10_000, `${latenessMs}`);
  strike(0);
  assert.equal(intake.latenessMs(), undefined, "one strike that counts");
  await clock.tick(WINDOW_MS + 1);
  assert.equal(intake.latenessMs(), undefined, "nothing has come for a window");
});

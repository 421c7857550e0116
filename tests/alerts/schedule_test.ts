import assert from "node:assert/strict";
import { type Schedule, type ScheduleOptions, startSchedule } from "../../src/alerts/schedule.ts";
import type { Clock } from "../../src/clock.ts";
import type { ScheduledCommand } from "../../src/config.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// The fake clock begins at noon, UTC.
const NOON_MS = createFakeClock().wallMs();

interface Scene {
  readonly clock: FakeClock;
  readonly schedule: Schedule;
  /** Minutes after noon by the wall clock, with the cron of the entry when there are several. */
  readonly runs: number[];
  readonly crons: string[];
}

async function start(crons: readonly string[], options: Partial<ScheduleOptions> & { readonly clock?: FakeClock } = {}): Promise<Scene> {
  const clock = options.clock ?? createFakeClock();
  const runs: number[] = [];
  const ran: string[] = [];
  const schedule = startSchedule({
    entries: crons.map(entryOf),
    timezone: "UTC",
    jitterMs: () => 0,
    run(entry) {
      runs.push((clock.wallMs() - NOON_MS) / MINUTE_MS);
      ran.push(entry.cron);
    },
    ...options,
    clock,
  });
  await schedule.ready;
  return { clock, schedule, runs, crons: ran };
}

function entryOf(cron: string): ScheduledCommand {
  return { cron, command: "/weather", to: { channel: 2 } };
}

/** A clock whose wall can be set without the hands of its timers. */
function settable(): FakeClock & { jumpMs: number } {
  const inner = createFakeClock();
  const clock = { ...inner, jumpMs: 0, wallMs: () => inner.wallMs() + clock.jumpMs };
  return clock;
}

Deno.test("startSchedule() runs each entry at its times, each day once", async () => {
  const { clock, crons, runs, schedule } = await start(["30 12 * * *", "0 14 * * *"]);
  using _ = schedule;
  await clock.tick(2 * DAY_MS);
  assert.deepEqual(crons, ["30 12 * * *", "0 14 * * *", "30 12 * * *", "0 14 * * *"]);
  assert.deepEqual(runs, [30, 120, 30 + 1440, 120 + 1440]);
});

Deno.test("startSchedule() reads the times in the time zone", async () => {
  const { clock, runs, schedule } = await start(["30 14 * * *"], { timezone: "Europe/Paris" });
  using _ = schedule;
  await clock.tick(HOUR_MS);
  assert.deepEqual(runs, [30]);
});

Deno.test("startSchedule() stays at the same hour when the clocks are set", async () => {
  // Paris goes back at 01:00 UTC of the last Sunday of October.
  const lastOfOctober = Date.UTC(new Date(NOON_MS).getUTCFullYear(), 9, 31, 12);
  const saturdayMs = lastOfOctober - (new Date(lastOfOctober).getUTCDay() + 1) * DAY_MS;
  const clock = createFakeClock(saturdayMs - DAY_MS);
  const utcHours: number[] = [];
  const run = () => utcHours.push(new Date(clock.wallMs()).getUTCHours());
  const { schedule } = await start(["0 8 * * *"], { clock, timezone: "Europe/Paris", run });
  using _ = schedule;
  await clock.tick(3 * DAY_MS);
  assert.deepEqual(utcHours, [6, 7, 7]);
});

Deno.test("startSchedule() moves each run by its jitter, never beyond 2 minutes", async () => {
  const { clock, runs, schedule } = await start(["0 13 * * *", "0 14 * * *", "0 15 * * *"], {
    jitterMs: ({ cron }) => cron.startsWith("0 13") ? -2 * MINUTE_MS : cron.startsWith("0 14") ? 2 * MINUTE_MS : HOUR_MS,
  });
  using _ = schedule;
  await clock.tick(DAY_MS - MINUTE_MS);
  assert.deepEqual(runs, [58, 122, 182]);
});

Deno.test("startSchedule() has a jitter of its own for each bot and each run, the same after a restart", async () => {
  const minutes = Array.from({ length: 24 }, (_, index) => 10 + index * 5);
  const crons = minutes.map((minute) => `${minute % 60} ${12 + Math.floor(minute / 60)} * * *`);
  const observe = async (seed: string): Promise<number[]> => {
    const clock = createFakeClock();
    const jitters: number[] = [];
    const run = ({ cron }: ScheduledCommand) => {
      jitters.push((clock.wallMs() - NOON_MS) / MINUTE_MS - (minutes[crons.indexOf(cron)] as number));
    };
    const schedule = startSchedule({ clock, seed, entries: crons.map(entryOf), timezone: "UTC", run });
    await schedule.ready;
    await clock.tick(3 * HOUR_MS);
    schedule[Symbol.dispose]();
    return jitters;
  };
  const one = await observe("node a");
  assert.deepEqual(await observe("node a"), one);
  assert.notDeepEqual(await observe("node b"), one);
  assert.equal(one.length, crons.length);
  assert.ok(one.every((minutes) => Math.abs(minutes) <= 2), String(one));
  assert.ok(
    Math.min(...one) < -1 && Math.max(...one) > 1 && new Set(one.map((minutes) => Math.round(minutes * 10))).size > 10,
    String(one),
  );
});

Deno.test("startSchedule() leaves 30 minutes between two runs of one entry", async () => {
  const { clock, runs, schedule } = await start(["* * * * *"]);
  using _ = schedule;
  await clock.tick(3 * HOUR_MS);
  assert.ok(runs.length >= 5 && runs.length <= 6, String(runs));
  for (const [index, minute] of runs.entries()) if (index > 0) assert.ok(minute - (runs[index - 1] as number) >= 30, String(runs));
  const half = await start(["*/30 * * * *"], { jitterMs: (_entry, wallMs) => (wallMs / HOUR_MS % 1 === 0 ? 2 : -2) * MINUTE_MS });
  using _half = half.schedule;
  await half.clock.tick(3 * HOUR_MS - 10 * MINUTE_MS);
  // 12:02 was meant first; from then on each half hour can be kept, 2 minutes behind.
  assert.deepEqual(half.runs, [2, 32, 62, 92, 122, 152]);
});

Deno.test("startSchedule() does not repeat at a start what was run just before it, and loses nothing that is still to come", async () => {
  const early = await start(["1 12 * * *"], { jitterMs: () => -2 * MINUTE_MS });
  using _early = early.schedule;
  const late = await start(["59 11 * * *"], { jitterMs: () => 2 * MINUTE_MS });
  using _late = late.schedule;
  await early.clock.tick(HOUR_MS);
  await late.clock.tick(HOUR_MS);
  assert.deepEqual([early.runs, late.runs], [[], [1]]);
});

Deno.test("startSchedule() never runs late: a time that the clock jumps over is left out", async () => {
  for (const [jumpMs, expected] of [[2 * MINUTE_MS, [30.5]], [HOUR_MS, []], [30 * DAY_MS + HOUR_MS, []]] as const) {
    const clock = settable();
    const runs: number[] = [];
    const { schedule } = await start(["30 12 * * *"], { clock, run: () => runs.push((clock.wallMs() - NOON_MS) / MINUTE_MS) });
    using _ = schedule;
    await clock.tick(28 * MINUTE_MS);
    clock.jumpMs = jumpMs;
    await clock.tick(20 * MINUTE_MS);
    assert.deepEqual(runs, expected, String(jumpMs));
  }
});

Deno.test("startSchedule() says in the log what it leaves out because of the clock, and nothing of what follows too soon", async () => {
  const lines: string[] = [];
  startLog({ format: "journal", debug: false, write: (line) => lines.push(line) });
  try {
    const clock = settable();
    const { runs, schedule } = await start(["*/20 * * * *"], { clock });
    using _ = schedule;
    await clock.tick(2 * HOUR_MS - MINUTE_MS);
    assert.deepEqual(runs, [20, 60, 100]);
    assert.deepEqual(lines.filter((line) => line.includes("left out")), []);
    clock.jumpMs = HOUR_MS - 15 * MINUTE_MS;
    await clock.tick(MINUTE_MS);
    assert.deepEqual(lines.filter((line) => line.includes("left out")), [
      "<4>app: the scheduled /weather for channel:2 (*/20 * * * *) is left out: the clock was set or the machine slept past its time",
    ]);
  } finally {
    stopLog();
  }
});

Deno.test("startSchedule() finds the next time within a minute after the clock was set", async () => {
  const clock = settable();
  const runs: number[] = [];
  // The clock believes in a past before the network corrects it, as on a machine without a battery.
  clock.jumpMs = -90 * DAY_MS;
  const { schedule } = await start(["30 12 * * *"], { clock, run: () => runs.push((clock.wallMs() - NOON_MS) / MINUTE_MS) });
  using _ = schedule;
  await clock.tick(10 * MINUTE_MS);
  clock.jumpMs = 0;
  await clock.tick(HOUR_MS);
  assert.deepEqual(runs, [30]);
});

Deno.test("startSchedule() runs nothing twice when the clock is set back a little, and follows it when it is set back a lot", async () => {
  for (const [backMs, expected] of [[10 * MINUTE_MS, 1], [31 * MINUTE_MS, 1], [DAY_MS, 2]] as const) {
    const clock = settable();
    let count = 0;
    const { schedule } = await start(["30 12 * * *"], { clock, run: () => count++ });
    using _ = schedule;
    await clock.tick(35 * MINUTE_MS);
    assert.equal(count, 1);
    clock.jumpMs = -backMs;
    await clock.tick(DAY_MS);
    assert.equal(count, expected, String(backMs));
  }
});

Deno.test("startSchedule() waits until the clock can be right", async () => {
  const clock = createFakeClock(0);
  let count = 0;
  const { schedule } = await start(["*/30 * * * *"], { clock, run: () => count++ });
  using _ = schedule;
  await clock.tick(DAY_MS);
  assert.equal(count, 0);
});

Deno.test("startSchedule() goes on when a run throws, and with the other entries when one is not understood", async () => {
  const { clock, schedule } = await start(["nonsense", "0 13 * * *", "0 14 * * *"], {
    run(entry) {
      seen.push(entry.cron);
      throw new Error("no");
    },
  });
  using _ = schedule;
  const seen: string[] = [];
  await clock.tick(3 * HOUR_MS);
  assert.deepEqual(seen, ["0 13 * * *", "0 14 * * *"]);
});

Deno.test("startSchedule() leaves no timer when it is disposed of, before or after it is ready", async () => {
  const { clock, runs, schedule } = await start(["30 12 * * *"]);
  assert.equal(clock.pendingTimers(), 1);
  schedule[Symbol.dispose]();
  assert.equal(clock.pendingTimers(), 0);
  const early = createFakeClock();
  const unready = startSchedule({ clock: early, entries: [entryOf("30 12 * * *")], run: () => assert.fail("it ran") });
  unready[Symbol.dispose]();
  await unready.ready;
  assert.equal(early.pendingTimers(), 0);
  await clock.tick(HOUR_MS);
  assert.deepEqual(runs, []);
});

Deno.test("startSchedule() does nothing at all without entries", async () => {
  const clock = createFakeClock();
  const schedule = startSchedule({ clock, entries: [], run: () => assert.fail("it ran") });
  await schedule.ready;
  assert.equal(clock.pendingTimers(), 0);
  schedule[Symbol.dispose]();
});

Deno.test("startSchedule() trusts no timer for longer than a minute", async () => {
  const delays: number[] = [];
  const inner = createFakeClock();
  const clock: Clock = {
    ...inner,
    after(delayMs, callback) {
      delays.push(delayMs);
      return inner.after(delayMs, callback);
    },
  };
  const schedule = startSchedule({ clock, entries: [entryOf("0 8 1 1 *")], timezone: "UTC", run: () => {} });
  await schedule.ready;
  await inner.tick(HOUR_MS);
  schedule[Symbol.dispose]();
  assert.ok(delays.length > 50 && Math.max(...delays) <= MINUTE_MS, String(delays));
});

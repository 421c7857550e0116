import assert from "node:assert/strict";
import { createStationHistory } from "../../src/app/station_history.ts";
import { graphs } from "../../src/commands/graphs.ts";
import { power } from "../../src/commands/power.ts";
import { systemClock } from "../../src/clock.ts";
import { createEsphome } from "../../src/services/esphome/esphome.ts";
import { HistoryError } from "../../src/store/history_error.ts";
import type { Questions } from "../../src/store/questions.ts";
import type { History, Store } from "../../src/store/store.ts";
import { makeContext } from "../support/context.ts";
import { EsphomeServer, stationWith } from "../support/esphome_server.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { stationConfig } from "../support/station.ts";
import { realStore, tempFolder } from "../store/support.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const VOLTAGE = "battery_voltage";

function startedHoursAgo(hours: number): FakeClock {
  return createFakeClock(Math.floor(systemClock.wallMs() / HOUR_MS - hours) * HOUR_MS);
}

/** Everything that is known of the sensor, as hours before now and value. */
function known(history: ReturnType<typeof createStationHistory>, clock: FakeClock, sensorId = VOLTAGE): (readonly [number, number])[] {
  const nowMs = clock.wallMs();
  return history.between(sensorId, 0, nowMs).map(({ atWallMs, value }) => [(nowMs - atWallMs) / HOUR_MS, value] as const);
}

Deno.test("createStationHistory() has after a restart what was measured before it", async () => {
  await using folder = await tempFolder();
  const clock = startedHoursAgo(60);
  const open = (): Store => realStore(folder.path, { clock });
  {
    await using store = open();
    const history = createStationHistory({ clock, history: store.history });
    await history.load([VOLTAGE]);
    history.add(clock.wallMs(), new Map([[VOLTAGE, 11]]));
    await clock.tick(50 * HOUR_MS);
    history.add(clock.wallMs(), new Map([[VOLTAGE, 12.5], ["other", 1]]));
    await clock.tick(HOUR_MS);
    history.add(clock.wallMs(), new Map([[VOLTAGE, 13.25]]));
    assert.deepEqual(known(history, clock), [[1, 12.5], [0, 13.25]]);
  }
  await clock.tick(HOUR_MS);
  await using store = open();
  const history = createStationHistory({ clock, history: store.history });
  await history.load([VOLTAGE, "never_heard_of"]);
  assert.deepEqual(known(history, clock), [[2, 12.5], [1, 13.25]]);
  assert.deepEqual(known(history, clock, "never_heard_of"), []);
  // What was not asked for in time comes as soon as it is heard of.
  assert.deepEqual(known(history, clock, "other"), []);
  await history.load(["other"]);
  assert.deepEqual(known(history, clock, "other"), [[2, 1]]);
});

Deno.test("createStationHistory() puts what came before the history was read behind it, once", async () => {
  const clock = startedHoursAgo(3);
  await using store = realStore(undefined, { clock });
  const first = createStationHistory({ clock, history: store.history });
  for (let index = 0; index < 4; index++) {
    first.add(clock.wallMs(), new Map([[VOLTAGE, index]]));
    await clock.tick(10 * MINUTE_MS);
  }
  const second = createStationHistory({ clock, history: store.history });
  second.add(clock.wallMs(), new Map([[VOLTAGE, 9]]));
  assert.deepEqual(known(second, clock), [[0, 9]]);
  await second.load([VOLTAGE]);
  const values = () => known(second, clock).map(([, value]) => value);
  assert.deepEqual(values(), [0, 1, 2, 3, 9]);
  // Read once: what others write later is not taken up.
  first.add(clock.wallMs(), new Map([[VOLTAGE, 5]]));
  await second.load([VOLTAGE]);
  assert.deepEqual(values(), [0, 1, 2, 3, 9]);
});

Deno.test("createStationHistory() goes on in memory while the history cannot be read, and reads it when it can", async () => {
  const clock = startedHoursAgo(1);
  await using store = realStore(undefined, { clock });
  store.history.reading(`esphome ${VOLTAGE}`, 12);
  await clock.tick(10 * MINUTE_MS);
  const failures: Error[] = [new HistoryError("down"), new TypeError("odd")];
  let asked = 0;
  const ask = ((name: "readings", question: Questions["readings"]) => {
    asked += 1;
    const failure = failures.shift();
    return failure === undefined ? store.history.ask(name, question) : Promise.reject(failure);
  }) as History["ask"];
  const history = createStationHistory({ clock, history: { ask, reading: () => {} } });
  history.add(clock.wallMs(), new Map([[VOLTAGE, 13]]));
  await history.load([VOLTAGE]);
  assert.deepEqual(known(history, clock).map(([, value]) => value), [13]);
  await history.load([VOLTAGE]);
  await history.load([VOLTAGE]);
  assert.deepEqual(known(history, clock).map(([, value]) => value), [12, 13]);
  await history.load([VOLTAGE]);
  assert.equal(asked, 3);
});

Deno.test("graphs and power draw on the time before a restart", async () => {
  await using folder = await tempFolder();
  const clock = startedHoursAgo(12);
  await using server = new EsphomeServer({ sensors: stationWith({}) });
  {
    await using store = realStore(folder.path, { clock });
    const history = createStationHistory({ clock, history: store.history });
    await using station = createEsphome({ clock, config: stationConfig({ url: server.url }), history });
    await station.read(new AbortController().signal);
  }
  await clock.tick(5 * HOUR_MS);
  await server[Symbol.asyncDispose]();
  await using store = realStore(folder.path, { clock });
  const history = createStationHistory({ clock, history: store.history });
  const config = stationConfig({ url: server.url });
  await history.load(config.sensors.map(({ id }) => id));
  await using station = createEsphome({ clock, config, history });
  const context = makeContext({ clock, services: { esphome: station } });
  assert.match(String(await graphs.run(context)), /^T:·{7}▅·{4} 21\.4C 5h ago: 21\.4\nP:.*\nHR:.* 48 \(12h\)$/);
  assert.match(
    String(await power.run(context)),
    /^🔋 The station does not answer\.\n5h ago: 13\.1V \(0\.412A\) \| Today:845Wh \| T:21\.4C \| P:1013\.2hPa \| HR:48%\(9\.1g\/m³\)$/,
  );
});

import assert from "node:assert/strict";
import { ServiceError, type ServiceFault } from "../../../src/errors.ts";
import { createEsphome } from "../../../src/services/esphome/esphome.ts";
import type { StationReading, StationReadings } from "../../../src/services/esphome/readings.ts";
import { type EsphomeAge, stationWith } from "../../support/esphome_server.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { calm, createStation, stationConfig } from "../../support/station.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const FRESH_MS = 10_000;
const AGES: readonly EsphomeAge[] = ["old", "between", "new"];
const USUAL = [13.1, 0.412, 845, 21.4, 1013.2, 48, 9.1];

function valuesOf({ values }: StationReading): (number | undefined)[] {
  return values.map(({ value }) => value);
}

function fault(expected: ServiceFault, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert(error instanceof ServiceError, String(error));
    assert.equal(error.fault, expected, error.message);
    assert.match(error.message, message);
    return true;
  };
}

Deno.test("createEsphome() needs the station's URL", () => {
  assert.throws(() => createEsphome({ clock: createFakeClock(), config: stationConfig({}) }), /esphome\.url/);
});

Deno.test("Esphome.read() reads devices of every age, one short connection at a time", async () => {
  for (const age of AGES) {
    await using rig = createStation({ age });
    const { clock, server, station } = rig;
    assert.deepEqual(station.health, { state: "idle", goodAtWallMs: undefined });
    const reading = await station.read(calm());
    assert.deepEqual(valuesOf(reading), USUAL, age);
    assert.deepEqual([reading.atMs, reading.atWallMs], [clock.nowMs(), clock.wallMs()]);
    assert.deepEqual(station.health, { state: "ok", goodAtWallMs: clock.wallMs() });
    assert.equal(station.last, reading);
    assert.deepEqual([server.turnedAway, server.open], [0, 0], age);
    assert(server.requests.every(({ headers }) => headers.get("connection") === "close"));
  }
});

Deno.test("Esphome.read() tries the name, then the object id, and remembers which worked", async () => {
  await using rig = createStation({ age: "old" });
  const { clock, server, station } = rig;
  await station.read(calm());
  assert.deepEqual(server.paths.slice(0, 3), ["/sensor/Battery Voltage", "/sensor/battery_voltage", "/sensor/battery_current"]);
  assert.equal(server.requests[0]?.path, "/sensor/Battery%20Voltage");
  assert.equal(server.requests.length, 8);
  await clock.tick(FRESH_MS);
  await station.read(calm());
  assert.deepEqual(server.paths.filter((path) => path !== "/events").slice(8, 10), ["/sensor/battery_voltage", "/sensor/battery_current"]);
});

Deno.test("Esphome.read() finds a sensor again that is known by its new name after an update of the device", async () => {
  await using rig = createStation({ age: "old" });
  const { clock, server, station } = rig;
  await station.read(calm());
  server.options = { age: "new" };
  await clock.tick(FRESH_MS);
  assert.deepEqual(valuesOf(await station.read(calm())), USUAL);
});

Deno.test("Esphome.read() takes null and what cannot be read for no data, negative and zero for values, more than 2000 for Pa", async () => {
  await using rig = createStation({
    sensors: [
      ...stationWith({ battery_current: -0.35, yield_today: 0, bme280_temperature: -12.4, bme280_pressure: 98765, bme280_humidity: null })
        .filter(({ id }) => id !== "absolute_humidity"),
      { name: "Absolute Humidity", id: "absolute_humidity", value: 1, body: "<html>no</html>" },
    ],
  });
  assert.deepEqual(valuesOf(await rig.station.read(calm())), [13.1, -0.35, 0, -12.4, 987.65, undefined, undefined]);
});

Deno.test("Esphome.read() takes numbers that no instrument shows for no data", async () => {
  await using rig = createStation({ sensors: stationWith({ battery_voltage: 1e300, yield_today: -1e12 }) });
  assert.deepEqual(valuesOf(await rig.station.read(calm())), [undefined, 0.412, undefined, ...USUAL.slice(3)]);
});

Deno.test("Esphome.read() falls back to the relative humidity for the usual sensor alone", async () => {
  for (const age of AGES) {
    const relative = { name: "BME280 Relative Humidity", id: "bme280_relative_humidity", value: 55, unit: "%" };
    await using rig = createStation({ age, sensors: [...stationWith({ bme280_humidity: undefined }), relative] });
    const { server, station } = rig;
    assert.equal(valuesOf(await station.read(calm()))[5], 55, age);
    server.options = { age, sensors: [...stationWith({ bme280_humidity: null }), relative] };
    assert.equal((await station.check(calm())).ok, true);
    assert.equal(station.last?.values[5]?.value, 55, age);
    const sensors = [{ kind: "humidity", name: "Attic", id: "attic", label: "", unit: "%", decimals: 0 }] as const;
    await using other = createStation({ age, sensors: [relative], config: { sensors: [...sensors] } });
    await assert.rejects(other.station.read(calm()), fault("unreadable", /has none of the configured sensors, such as "Attic" or attic/));
  }
});

Deno.test("Esphome.read() asks for the entity of a sub-device, and for names with any characters", async () => {
  const names = ["Garage/Température", "100% #1?", "温度"];
  const sensors = names.map((name, index) => ({ kind: "other", name, id: `id_${index}`, label: "", unit: "", decimals: 1 }) as const);
  await using rig = createStation({
    age: "new",
    base: "/proxy/esp",
    sensors: names.map((name, id) => ({ name, id: `x${id}`, value: id })),
    config: { sensors },
  });
  assert.deepEqual(valuesOf(await rig.station.read(calm())), [0, 1, 2]);
  assert.equal(rig.server.requests[0]?.path, "/proxy/esp/sensor/Garage/Temp%C3%A9rature");
});

Deno.test("Esphome.read() gives its user and password, and says when they are refused after one request", async () => {
  const auth = { username: "admin", password: "secret" };
  await using rig = createStation({ auth, events: "full", config: auth });
  assert.deepEqual(valuesOf(await rig.station.read(calm())), USUAL);
  await rig.clock.tick(FRESH_MS);
  assert.deepEqual(valuesOf(await rig.station.read(calm())), USUAL);
  assert.deepEqual(rig.server.paths.slice(7), ["/events"]);
  await using refused = createStation({ auth, config: { username: "admin", password: "wrong" } });
  await assert.rejects(refused.station.read(calm()), fault("refused", /^ESPHome at 127\.0\.0\.1:\d+ answered with HTTP status 401$/));
  assert.equal(refused.server.requests.length, 1);
});

Deno.test("Esphome.read() makes one reading of many askers, and none while it is fresh", async () => {
  await using rig = createStation({ age: "new" });
  const { clock, server, station } = rig;
  const readings = await Promise.all(Array.from({ length: 20 }, () => station.read(calm())));
  assert(readings.every((reading) => reading === readings[0]));
  assert.equal(server.requests.length, 7);
  await clock.tick(FRESH_MS - 1);
  assert.equal(await station.read(calm()), readings[0]);
  assert.equal(server.requests.length, 7);
  await clock.tick(1);
  assert.notEqual(await station.read(calm()), readings[0]);
  assert(server.requests.length > 7);
});

Deno.test("Esphome.read() does not ask again within 10 s of a failure, and keeps the last reading", async () => {
  await using rig = createStation({ age: "new" });
  const { clock, server, station } = rig;
  const good = await station.read(calm());
  server.options = { auth: { username: "somebody", password: "else" } };
  await clock.tick(FRESH_MS);
  await assert.rejects(station.read(calm()), fault("refused", /401/));
  const asked = server.requests.length;
  await clock.tick(FRESH_MS - 1);
  await assert.rejects(station.read(calm()), fault("refused", /401/));
  assert.equal(server.requests.length, asked);
  assert.equal(station.last, good);
  assert.deepEqual(station.health, { state: "failing", goodAtWallMs: good.atWallMs });
  server.options = { age: "new" };
  await clock.tick(1);
  assert.deepEqual(valuesOf(await station.read(calm())), USUAL);
  assert.equal(station.health.state, "ok");
});

Deno.test("Esphome.read() ends after 3 s when the device does not answer, and gives what came by then", async () => {
  await using rig = createStation({ age: "new" });
  const { clock, server, station } = rig;
  server.pause();
  const silent = assert.rejects(station.read(calm()), fault("slow", /did not answer within 3 s$/));
  await server.requested(1);
  await clock.tick(3000);
  await silent;
  server.resume();
  await clock.tick(FRESH_MS);
  const before = server.requests.length;
  const half = station.read(calm());
  await server.requested(before + 3);
  server.pause();
  await server.requested(before + 4);
  await clock.tick(3000);
  const values = valuesOf(await half);
  assert.deepEqual(values.slice(0, 2), USUAL.slice(0, 2));
  assert.equal(values.at(-1), undefined);
  server.resume();
});

Deno.test("Esphome.read() leaves with the asker's signal; the others get their reading", async () => {
  await using rig = createStation({ age: "new" });
  const { server, station } = rig;
  server.pause();
  const hasty = new AbortController();
  const left = assert.rejects(station.read(hasty.signal), /too late/);
  const patient = station.read(calm());
  await server.requested(1);
  hasty.abort(new Error("too late"));
  await left;
  server.resume();
  assert.deepEqual(valuesOf(await patient), USUAL);
  assert.equal(server.requests.length, 7);
  await assert.rejects(station.read(hasty.signal), /too late/);
});

Deno.test("Esphome.read() says that nobody is there, after one attempt", async () => {
  const rig = createStation();
  await using station = rig.station;
  await rig.server[Symbol.asyncDispose]();
  await assert.rejects(station.read(calm()), fault("unreachable", /^ESPHome at 127\.0\.0\.1:\d+ cannot be reached/));
});

Deno.test("Esphome.read() says what is wrong with a server that is no station", async () => {
  await using rig = createStation({ sensors: [] });
  await assert.rejects(
    rig.station.read(calm()),
    fault("unreadable", /has none of the configured sensors, such as "Battery Voltage" or battery_voltage/),
  );
  await using prose = createStation({ sensors: stationWith({}).map((sensor) => ({ ...sensor, body: "x".repeat(10_000) })) });
  await assert.rejects(prose.station.read(calm()), fault("unreadable", /no answer of ESPHome at .* can be read/));
});

Deno.test("Esphome.read() asks for what the device lacks once an hour", async () => {
  await using rig = createStation({ age: "new", sensors: stationWith({ absolute_humidity: undefined }) });
  const { clock, server, station } = rig;
  const asked = () => server.paths.filter((path) => /absolute/i.test(path)).length;
  assert.equal(valuesOf(await station.read(calm()))[6], undefined);
  assert.equal(asked(), 2);
  await clock.tick(FRESH_MS);
  await station.read(calm());
  assert.equal(asked(), 2);
  server.options = { age: "new" };
  for (let minute = 0; minute < 55; minute += 5) {
    await clock.tick(5 * MINUTE_MS);
    assert.equal(valuesOf(await station.read(calm()))[6], undefined);
  }
  assert.equal(asked(), 2);
  await clock.tick(5 * MINUTE_MS);
  assert.deepEqual(valuesOf(await station.read(calm())), USUAL);
});

Deno.test("Esphome.read() takes one request on the event stream once it knows the device", async () => {
  for (const age of AGES) {
    await using rig = createStation({ age, events: "full", sensors: stationWith({ bme280_temperature: -3.5, yield_today: null }) });
    const { clock, server, station } = rig;
    const first = await station.read(calm());
    const before = server.requests.length;
    assert(!server.paths.includes("/events"));
    await clock.tick(FRESH_MS);
    assert.deepEqual(valuesOf(await station.read(calm())), valuesOf(first));
    assert.deepEqual(server.paths.slice(before), ["/events"], age);
    assert.equal(server.turnedAway, 0);
  }
});

Deno.test("Esphome.read() goes on by REST when the event stream says nothing, and leaves it alone for an hour", async () => {
  await using rig = createStation({ age: "new", events: "silent" });
  const { clock, server, station } = rig;
  await station.read(calm());
  await clock.tick(FRESH_MS);
  const second = station.read(calm());
  await server.requested(8);
  await clock.tick(1500);
  await server.idle();
  await clock.tick(250);
  assert.deepEqual(valuesOf(await second), USUAL);
  assert.deepEqual(server.paths.slice(7, 9), ["/events", "/sensor/Battery Voltage"]);
  await clock.tick(FRESH_MS);
  await station.read(calm());
  assert.equal(server.paths.filter((path) => path === "/events").length, 1);
});

Deno.test("Esphome polls by itself every 5 minutes and keeps a history", async () => {
  await using rig = createStation({ events: "full" });
  const { clock, server, station } = rig;
  await clock.tick(10_000);
  await station.read(calm());
  for (const value of [20, -1, 0]) {
    server.options = { events: "full", sensors: stationWith({ bme280_temperature: value, bme280_pressure: 99_000 + value }) };
    await clock.tick(5 * MINUTE_MS);
    await station.read(calm());
  }
  const points = station.history.between("bme280_temperature", 0, clock.wallMs());
  assert.deepEqual(points.map(({ value }) => value), [21.4, 20, -1, 0]);
  assert.equal(station.history.between("bme280_pressure", 0, clock.wallMs()).at(-1)?.value, 990);
  assert.equal(server.turnedAway, 0);
});

Deno.test("Esphome goes on polling after failures, once every 5 minutes", async () => {
  await using rig = createStation({ auth: { username: "a", password: "b" } });
  const { clock, server, station } = rig;
  await clock.tick(10_000);
  await assert.rejects(station.read(calm()), /401/);
  for (let poll = 2; poll <= 4; poll++) {
    await clock.tick(5 * MINUTE_MS);
    await assert.rejects(station.read(calm()), /401/);
    assert.equal(server.requests.length, poll);
  }
  server.options = {};
  await clock.tick(5 * MINUTE_MS);
  await station.read(calm());
  assert.equal(station.history.between("battery_voltage", 0, clock.wallMs()).length, 1);
});

Deno.test("Esphome tells its telemetry once an hour, when the configuration wants it and the reading is fresh", async () => {
  for (const telemetry of [true, false]) {
    const told: StationReadings[] = [];
    const sensors = stationWith({ bme280_temperature: -4, bme280_pressure: 101_320, battery_current: -0.2, bme280_humidity: null });
    await using rig = createStation({ events: "full", sensors, config: { telemetry }, telemetry: (readings) => void told.push(readings) });
    const { clock, server, station } = rig;
    const poll = async () => await station.read(calm()).catch(() => {});
    await clock.tick(10_000);
    await poll();
    for (let at = 0; at < 11 * 5; at += 5) {
      await clock.tick(5 * MINUTE_MS);
      await poll();
    }
    assert.equal(told.length, 0);
    server.options = { auth: { username: "a", password: "b" } };
    await clock.tick(5 * MINUTE_MS);
    await poll();
    assert.equal(told.length, 0);
    server.options = { sensors };
    for (let at = 0; at < 120; at += 5) {
      await clock.tick(5 * MINUTE_MS);
      await poll();
    }
    if (!telemetry) {
      assert.deepEqual(told, []);
      continue;
    }
    assert.equal(told.length, 2);
    const { atWallMs, ...readings } = told[0] as StationReadings;
    assert.deepEqual(readings, { temperatureC: -4, pressureHpa: 1013.2, voltageV: 13.1, currentA: -0.2 });
    assert((told[1]?.atWallMs ?? 0) - atWallMs >= HOUR_MS);
  }
});

Deno.test("Esphome.check() asks the device whatever is known, and tells which sensors had data", async () => {
  await using rig = createStation({ age: "new", sensors: stationWith({ yield_today: null, absolute_humidity: undefined }) });
  const { server, station } = rig;
  await station.read(calm());
  const before = server.requests.length;
  const result = await station.check(calm());
  assert.deepEqual(result, {
    ok: true,
    tookMs: 0,
    understood: "5 of 7 sensors have data; none: Yield Today; not there: Absolute Humidity",
    wrong: undefined,
  });
  assert.equal(server.requests.length - before, 8);
});

Deno.test("Esphome.check() tells what is wrong, leaves with the signal, and waits for its turn", async () => {
  await using rig = createStation({ auth: { username: "admin", password: "secret" } });
  const { clock, server, station } = rig;
  const refused = await station.check(calm());
  assert.deepEqual([refused.ok, refused.understood], [false, undefined]);
  assert.match(refused.wrong ?? "", /answered with HTTP status 401/);
  assert.equal(station.health.state, "failing");
  server.options = { age: "new" };
  server.pause();
  const slow = station.check(calm());
  await server.requested(2);
  const gone = new AbortController();
  const left = assert.rejects(station.check(gone.signal), /no time/);
  gone.abort(new Error("no time"));
  await left;
  assert.equal(server.requests.length, 2);
  await clock.tick(3000);
  assert.match((await slow).wrong ?? "", /did not answer within 3 s/);
  server.resume();
  assert.equal((await station.check(calm())).ok, true);
  assert.equal(server.turnedAway, 0);
});

Deno.test("Esphome leaves nothing behind when it is closed in the middle of a reading", async () => {
  const rig = createStation({ age: "new" });
  rig.server.pause();
  const broken = assert.rejects(rig.station.read(calm()), fault("unreachable", /is not asked any more/));
  await rig.server.requested(1);
  await rig.station[Symbol.asyncDispose]();
  await broken;
  await assert.rejects(rig.station.read(calm()), fault("unreachable", /is not asked any more/));
  assert.equal(rig.clock.pendingTimers(), 0);
  await rig.server[Symbol.asyncDispose]();
});

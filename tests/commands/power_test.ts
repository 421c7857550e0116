import assert from "node:assert/strict";
import { power } from "../../src/commands/power.ts";
import type { Sensor } from "../../src/config/service_kinds.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { makeContext } from "../support/context.ts";
import { createEsphome } from "../../src/services/esphome/esphome.ts";
import { createMemoryHistory } from "../../src/services/esphome/history.ts";
import { EsphomeServer, type FakeSensor, stationWith } from "../support/esphome_server.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { createStation, stationConfig, type StationRig, type StationRigOptions } from "../support/station.ts";

const FULL = "13.1V (0.412A) | Today:845Wh | T:21.4C | P:1013.2hPa | HR:48%(9.1g/m³)";

async function answer({ station, clock }: StationRig, language: "en" | "fr" = "en"): Promise<string> {
  return String(await power.run(makeContext({ clock, language, services: { esphome: station } })));
}

async function answerOf(options: StationRigOptions, language: "en" | "fr" = "en"): Promise<string> {
  await using rig = createStation(options);
  return await answer(rig, language);
}

Deno.test("power shows the station in one line", async () => {
  assert.equal(await answerOf({ age: "old" }), FULL);
  assert.equal(await answerOf({ age: "new" }), FULL);
  assert.equal(await answerOf({}, "fr"), FULL.replace("Today", "Jour"));
});

Deno.test("power shows negative values and zero, hPa for Pa, and leaves out what has no data", async () => {
  const sensors = stationWith({
    battery_current: -0.35,
    yield_today: 0,
    bme280_temperature: -12.44,
    bme280_pressure: 101_320,
    bme280_humidity: null,
  });
  assert.equal(await answerOf({ sensors }), "13.1V (-0.350A) | Today:0Wh | T:-12.4C | P:1013.2hPa | 9.1g/m³");
  const frost = stationWith({ bme280_temperature: -0.04, battery_voltage: null, absolute_humidity: undefined });
  assert.equal(await answerOf({ sensors: frost }), "0.412A | Today:845Wh | T:0.0C | P:1013.2hPa | HR:48%");
});

Deno.test("power says so when the station has no data, or is switched off", async () => {
  const nothing = stationWith({}).map((sensor): FakeSensor => ({ ...sensor, value: null }));
  assert.equal(await answerOf({ sensors: nothing }), "🔋 The station answers, but has no data.");
  assert.equal(await answerOf({ sensors: nothing }, "fr"), "🔋 La station répond, mais n'a pas de données.");
  assert.equal(await power.run(makeContext()), "🔋 No solar station is set up here.");
  assert.equal(await power.run(makeContext({ language: "fr" })), "🔋 Aucune station solaire n'est configurée ici.");
});

Deno.test("power gives the last reading with its age when the station is away", async () => {
  await using rig = createStation({ age: "new" });
  const { clock, server } = rig;
  await rig.station.read(new AbortController().signal);
  await server[Symbol.asyncDispose]();
  await clock.tick(10_000);
  assert.equal(await answer(rig), `🔋 The station does not answer.\n10s ago: ${FULL}`);
  for (let minute = 0; minute < 15; minute += 5) {
    await clock.tick(300_000);
    await answer(rig);
  }
  const french = await answer(rig, "fr");
  assert.equal(french, `🔋 La station ne répond pas.\nil y a 15m: ${FULL.replace("Today", "Jour")}`);
  assert(textLengthBytes(french) <= 200);
});

Deno.test("power says what is wrong when there is no reading", async () => {
  const away = createStation();
  await away.server[Symbol.asyncDispose]();
  await using station = away.station;
  assert.equal(await answer({ ...away, station }), "🔋 The station does not answer.");
  assert.equal(await answerOf({ auth: { username: "a", password: "b" } }), "🔋 The station refuses my request.");
  assert.equal(await answerOf({ auth: { username: "a", password: "b" } }, "fr"), "🔋 La station refuse ma demande.");
  assert.equal(await answerOf({ sensors: [] }), "🔋 I cannot read the station's answer.");
  assert.equal(await answerOf({ sensors: [] }, "fr"), "🔋 La réponse de la station est illisible.");
});

Deno.test("power ends with the command's signal", async () => {
  await using rig = createStation();
  const { server, station, clock } = rig;
  server.pause();
  const deadline = new AbortController();
  const late = assert.rejects(
    async () => await power.run(makeContext({ clock, services: { esphome: station }, signal: deadline.signal })),
    /deadline/,
  );
  await server.requested(1);
  deadline.abort(new Error("deadline"));
  await late;
});

Deno.test("power shows the sensors of the configuration, in their order, with their labels, units and decimals", async () => {
  const usual = { label: "", unit: "", decimals: 1 };
  const config: Sensor[] = [
    { ...usual, kind: "other", name: "Rain", id: "rain", label: "Rain ", unit: "mm", decimals: 2 },
    { ...usual, kind: "current", name: "Panel Current", id: "panel_current", unit: "mA", decimals: 0 },
    { ...usual, kind: "voltage", name: "Panel", id: "panel", label: "PV:", unit: "V" },
    { ...usual, kind: "voltage", name: "Battery", id: "battery", unit: "V", decimals: 2 },
    { ...usual, kind: "current", name: "Load", id: "load", label: "L", unit: "A" },
    { ...usual, kind: "pressure", name: "Air", id: "air", unit: "Pa", decimals: 0 },
  ];
  const values = [0.254, 1500, 18.2, 13.149, 2, 99_000];
  const sensors = config.map(({ name, id }, index): FakeSensor => ({ name, id, value: values[index] ?? null }));
  assert.equal(await answerOf({ sensors, config: { sensors: config } }), "Rain 0.25mm | 1500mA | PV:18.2V (L2.0A) | 13.15V | P:990hPa");
});

Deno.test("power fits into one message with the longest values", async () => {
  const sensors = stationWith({
    battery_voltage: -99_999.9,
    battery_current: -99_999.999,
    yield_today: 999_999_999,
    bme280_temperature: -99_999.9,
    bme280_pressure: -99_999.9,
    bme280_humidity: -99_999,
    absolute_humidity: -99_999.9,
  });
  await using rig = createStation({ age: "new", sensors });
  await rig.station.read(new AbortController().signal);
  await rig.server[Symbol.asyncDispose]();
  await rig.clock.tick(10_000);
  for (const language of ["en", "fr"] as const) {
    const text = await answer(rig, language);
    assert.match(text, /-99999\.9g/);
    assert(textLengthBytes(text) <= 200, text);
  }
});

Deno.test("power gives what is kept from before a restart when the station is away, without sensors that fell silent earlier", async () => {
  const clock = createFakeClock();
  const history = createMemoryHistory();
  history.add(clock.wallMs() - 3 * 3_600_000, new Map([["battery_voltage", 12.9], ["bme280_humidity", 70]]));
  history.add(clock.wallMs() - 2 * 3_600_000, new Map([["battery_voltage", 13.1], ["bme280_temperature", 21.4]]));
  const server = new EsphomeServer({});
  await server[Symbol.asyncDispose]();
  await using station = createEsphome({ clock, config: stationConfig({ url: server.url }), history });
  const text = await power.run(makeContext({ clock, services: { esphome: station } }));
  assert.equal(text, "🔋 The station does not answer.\n2h ago: 13.1V | T:21.4C");
});

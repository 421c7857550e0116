import assert from "node:assert/strict";
import { graphs } from "../../src/commands/graphs.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { createEsphome } from "../../src/services/esphome/esphome.ts";
import { createMemoryHistory, type StationHistory } from "../../src/services/esphome/history.ts";
import { type ContextOptions, makeContext } from "../support/context.ts";
import { EsphomeServer, stationWith } from "../support/esphome_server.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { createStation, stationConfig } from "../support/station.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Hours before now, and what was measured then. */
type Measured = readonly [hoursAgo: number, values: Readonly<Record<string, number>>];

interface Past {
  readonly points?: readonly Measured[];
  /** What the device says now; by default it cannot be reached. */
  readonly now?: Readonly<Record<string, number | null | undefined>>;
}

/** The answer of a station with a past. */
async function answer({ points = [], now }: Past, options: ContextOptions = {}): Promise<string> {
  const clock = createFakeClock();
  const history: StationHistory = createMemoryHistory();
  for (const [hoursAgo, values] of points) history.add(clock.wallMs() - hoursAgo * HOUR_MS, new Map(Object.entries(values)));
  await using server = new EsphomeServer({ sensors: stationWith(now ?? {}) });
  if (now === undefined) await server[Symbol.asyncDispose]();
  await using station = createEsphome({ clock, config: stationConfig({ url: server.url }), history });
  return String(await graphs.run(makeContext({ clock, ...options, services: { esphome: station } })));
}

/** One point for each 5 minutes of the last hours. */
function everyFiveMinutes(hours: number, values: (hoursAgo: number) => Readonly<Record<string, number>>): Measured[] {
  return Array.from({ length: hours * 12 }, (_, index) => hours - index / 12).map((hoursAgo) => [hoursAgo, values(hoursAgo)] as const);
}

Deno.test("graphs draws temperature, pressure and humidity with range, value and trend", async () => {
  const points = everyFiveMinutes(12, (hoursAgo) => ({
    bme280_temperature: 20 - hoursAgo,
    bme280_pressure: 1013 + hoursAgo / 3,
    bme280_humidity: 48,
  }));
  const now = { bme280_temperature: 20, bme280_pressure: 1013, bme280_humidity: 48 };
  assert.equal(
    await answer({ points, now }),
    "T:▁▂▂▃▄▄▅▅▆▇▇█ 8.0-20.0C now 20.0↗\nP:█▇▇▆▅▅▄▄▃▂▂▁ 1013.0-1017.0hPa now 1013.0↘\nHR:▅▅▅▅▅▅▅▅▅▅▅▅ 48% now 48→ (12h)",
  );
  assert.match(await answer({ points, now }, { language: "fr" }), /^T:.* 8\.0-20\.0C act\. 20\.0↗\nP:.*\nHR:.* \(12h\)$/);
});

Deno.test("graphs keeps to the true time: hours without readings are gaps", async () => {
  const at = (hoursAgo: number, value: number) => [hoursAgo, { bme280_temperature: value }] as const;
  const text = await answer({ points: [at(13, 99), at(11.5, -10), at(11.2, -8), at(6.5, 5), at(0.1, 1)] });
  assert.equal(text, "T:▁····█·····▆ -10.0..5.0C now 1.0 (12h)");
});

Deno.test("graphs says how old the last value is when it is not of now", async () => {
  const points = [[2, { bme280_humidity: 40 }]] as const;
  assert.equal(await answer({ points }), "HR:··········▅· 40% 2h ago: 40 (12h)");
  assert.equal(await answer({ points }, { language: "fr" }), "HR:··········▅· 40% il y a 2h: 40 (12h)");
});

Deno.test("graphs takes the hours, 1 to 24, and shows its usage for anything else", async () => {
  const points = everyFiveMinutes(30, (hoursAgo) => ({ bme280_temperature: 20 - hoursAgo }));
  const table: [string, RegExp][] = [
    ["", /^T:.{12} 8\.0-19\.9C .* \(12h\)$/],
    ["1", /^T:▁▂▄▅▇█ 19\.0-19\.9C .* \(1h\)$/],
    ["2h", /^T:.{12} 18\.0-19\.9C .* \(2h\)$/],
    ["24", /^T:.{12} -4\.0\.\.19\.9C .* \(24h\)$/],
    ["99999", /\(24h\)$/],
    ["0", /\(1h\)$/],
    ["x", /^Usage: \/graphs \[hours\]$/],
    ["-3", /^Usage/],
    ["1.5", /^Usage/],
    ["٣", /^Usage/],
  ];
  for (const [args, expected] of table) {
    const text = await answer({ points }, { args });
    assert.match(text, expected, `${args}: ${text}`);
  }
});

Deno.test("graphs has a first point as soon as the station answers", async () => {
  assert.equal(
    await answer({ now: {} }),
    "T:···········▅ 21.4C now 21.4\nP:···········▅ 1013.2hPa now 1013.2\nHR:···········▅ 48% now 48 (12h)",
  );
});

Deno.test("graphs says so when there is nothing to draw, or no station", async () => {
  assert.equal(await answer({}), "📈 No readings of the station yet.");
  assert.equal(await answer({}, { language: "fr" }), "📈 Pas encore de mesures de la station.");
  const none = { bme280_temperature: null, bme280_pressure: null, bme280_humidity: null };
  assert.equal(await answer({ now: none }), "📈 No readings of the station yet.");
  assert.equal(await graphs.run(makeContext()), "📈 No solar station is set up here.");
});

Deno.test("graphs fits into one message with long values, with fewer columns where it must", async () => {
  const points = everyFiveMinutes(24, (hoursAgo) => ({
    bme280_temperature: -1000.5 - hoursAgo,
    bme280_pressure: 1234.5 + hoursAgo,
    bme280_humidity: 100 - hoursAgo,
  }));
  for (const language of ["en", "fr"] as const) {
    for (const now of [undefined, { bme280_temperature: -1000.5, bme280_pressure: 1234.5, bme280_humidity: 100 }]) {
      const text = await answer({ points, ...(now === undefined ? {} : { now }) }, { language, args: "24" });
      assert(textLengthBytes(text) <= 200, `${textLengthBytes(text)} ${text}`);
      assert.match(text, /^T:[▁-█·]{6,} .*\nP:.*\nHR:/u);
    }
  }
  const small = await answer({ points }, { config: { MESHBOT_MESH_MESSAGE_BYTES: "140" } });
  assert(textLengthBytes(small) <= 140, small);
});

Deno.test("graphs draws what the station collects by itself", async () => {
  await using rig = createStation({ events: "full" });
  const { clock, server, station } = rig;
  const read = async () => await station.read(new AbortController().signal);
  await clock.tick(10_000);
  await read();
  for (let index = 1; index <= 12; index++) {
    server.options = { events: "full", sensors: stationWith({ bme280_temperature: index - 6 }) };
    await clock.tick(5 * MINUTE_MS);
    await read();
  }
  const text = String(await graphs.run(makeContext({ clock, args: "1", services: { esphome: station } })));
  assert.match(text, /^T:[▁-█]{6} -5\.0\.\.21\.4C now 6\.0↗\n/u);
});

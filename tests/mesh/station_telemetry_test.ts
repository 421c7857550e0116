import assert from "node:assert/strict";
import fc from "fast-check";
import { decode } from "../../src/link/codec.ts";
import { PortNum, Priority } from "../../src/link/enums.ts";
import { type StationMetrics, stationTelemetry, type TelemetryDraft } from "../../src/mesh/station_telemetry.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const OPTIONS = { ownNum: 0x16fad3dc, channel: 0, expiresAtMs: 60_000, answerId: 7 };
const atWallMs = createFakeClock().wallMs() + 999;

function variantOf({ payload }: TelemetryDraft) {
  return decode("Telemetry", payload).variant;
}

function rounded(metrics: object): Record<string, number> {
  const numbers = Object.entries(metrics).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(numbers.map(([name, value]) => [name, Math.round(value * 1000) / 1000]));
}

Deno.test("stationTelemetry() gives environment_metrics and power_metrics as broadcasts that everything else goes before", () => {
  const metrics = { atWallMs, temperatureC: -12.4, relativeHumidityPercent: 48, pressureHpa: 1013.2, voltageV: 13.1, currentA: -0.412 };
  const drafts = stationTelemetry(metrics, OPTIONS);
  assert.deepEqual(drafts.map((draft) => variantOf(draft).case), ["environmentMetrics", "powerMetrics"]);
  const [environment, power] = drafts.map((draft) => rounded(variantOf(draft).value as object));
  assert.deepEqual(environment, { temperature: -12.4, relativeHumidity: 48, barometricPressure: 1013.2 });
  assert.deepEqual(power, { ch1Voltage: 13.1, ch1Current: -412 });
  for (const draft of drafts) {
    const { payload, label, ...rest } = draft;
    assert.equal(decode("Telemetry", payload).time, Math.floor(atWallMs / 1000));
    assert.match(label, /metrics/);
    assert.deepEqual(rest, {
      to: BROADCAST_NUM,
      channel: 0,
      portnum: PortNum.TELEMETRY_APP,
      priority: "announcement",
      meshPriority: Priority.BACKGROUND,
      person: OPTIONS.ownNum,
      answerId: 7,
      wantAck: false,
      expiresAtMs: 60_000,
    });
  }
});

Deno.test("stationTelemetry() says nothing of what is not known", () => {
  assert.deepEqual(stationTelemetry({ atWallMs }, OPTIONS), []);
  const [only, ...others] = stationTelemetry({ atWallMs, temperatureC: 0 }, OPTIONS);
  assert.deepEqual(others, []);
  const { value } = variantOf(only as TelemetryDraft);
  assert.deepEqual(rounded(value as object), { temperature: 0 });
  assert.deepEqual(stationTelemetry({ atWallMs, currentA: 0 }, OPTIONS).map((draft) => variantOf(draft).case), ["powerMetrics"]);
});

Deno.test("stationTelemetry() believes each instrument up to its limits, and not beyond", () => {
  const limits = {
    temperatureC: [-90, 85],
    // In fog it is 100.
    relativeHumidityPercent: [0, 100],
    pressureHpa: [300, 1200],
    voltageV: [0, 1000],
    currentA: [-1000, 1000],
  } as const;
  for (const [name, [low, high]] of Object.entries(limits)) {
    for (const value of [low, high]) assert.equal(stationTelemetry({ atWallMs, [name]: value }, OPTIONS).length, 1, `${name} ${value}`);
    for (const value of [low - 0.5, high + 0.5]) {
      assert.equal(stationTelemetry({ atWallMs, [name]: value }, OPTIONS).length, 0, `${name} ${value}`);
    }
  }
});

Deno.test("stationTelemetry() leaves out what no instrument shows", () => {
  const absurd = { temperatureC: 500, relativeHumidityPercent: -1, pressureHpa: 101_320, voltageV: NaN, currentA: Infinity };
  assert.deepEqual(stationTelemetry({ atWallMs, ...absurd }, OPTIONS), []);
});

Deno.test("stationTelemetry() gives no time from a clock that has not been set", () => {
  const [draft] = stationTelemetry({ atWallMs: 3_600_000, temperatureC: 20 }, OPTIONS);
  assert.equal(decode("Telemetry", (draft as TelemetryDraft).payload).time, 0);
});

Deno.test("stationTelemetry() never gives device_metrics, whatever is measured", () => {
  const value = fc.option(fc.double(), { nil: undefined });
  const any = fc.record({ temperatureC: value, relativeHumidityPercent: value, pressureHpa: value, voltageV: value, currentA: value });
  fc.assert(fc.property(any, (readings) => {
    const metrics = Object.fromEntries(Object.entries(readings).filter(([, value]) => value !== undefined));
    for (const draft of stationTelemetry({ atWallMs, ...metrics } as StationMetrics, OPTIONS)) {
      const { case: variant, value } = variantOf(draft);
      assert(variant === "environmentMetrics" || variant === "powerMetrics");
      assert(Object.values(rounded(value)).every(Number.isFinite));
      assert(draft.payload.length <= 60);
    }
  }));
});

Deno.test("stationTelemetry() tells the time from 2025 on, and none of a clock that was never set", () => {
  const time = (wallMs: number) => {
    const [draft] = stationTelemetry({ atWallMs: wallMs, temperatureC: 5 }, OPTIONS);
    return decode("Telemetry", draft?.payload ?? assert.fail()).time;
  };
  const from = Date.UTC(2025, 0, 1);
  assert.deepEqual([time(from - 1), time(from), time(from + 1999), time(0)], [0, from / 1000, from / 1000 + 1, 0]);
});

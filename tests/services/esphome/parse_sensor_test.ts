import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { parseSensor } from "../../../src/services/esphome/parse_sensor.ts";

const OLD = '{"id":"sensor-battery_voltage","value":13.1,"state":"13.10 V"}';
const BETWEEN =
  '{"name_id":"sensor/Battery Voltage","id":"sensor-battery_voltage","icon":"","uom":"V","state":"13.10 V","value":13.1,"name":"Battery Voltage"}';
const NEW = '{"id":"sensor/Battery Voltage","state":"13.10 V","value":13.1}';

Deno.test("parseSensor() reads the number and the ids of old and new devices", () => {
  assert.deepEqual(parseSensor(OLD, "it"), { ids: ["sensor-battery_voltage"], value: 13.1 });
  assert.deepEqual(parseSensor(BETWEEN, "it"), { ids: ["sensor/Battery Voltage", "sensor-battery_voltage"], value: 13.1 });
  assert.deepEqual(parseSensor(NEW, "it"), { ids: ["sensor/Battery Voltage"], value: 13.1 });
});

Deno.test("parseSensor() takes null, NA and NaN for no data, zero and negative numbers for values", () => {
  const table: [string, number | undefined][] = [
    ['{"id":"x","value":null,"state":"NA"}', undefined],
    ['{"id":"x","value":null}', undefined],
    ['{"id":"x","value":0,"state":"NA"}', undefined],
    ['{"id":"x","value":NaN,"state":"nan V"}', undefined],
    ['{"id":"x","state":"nan","value":-inf}', undefined],
    ['{"id":"x","value":"NA"}', undefined],
    ['{"id":"x","value":1e999}', undefined],
    ['{"id":"x","value":0,"state":"0.00 V"}', 0],
    ['{"id":"x","value":-12.4,"state":"-12.40 °C"}', -12.4],
    ['{"id":"x","value":"-12.4"}', -12.4],
    ['{"id":"x","state":"-0.412 A"}', -0.412],
    ['{"id":"x","state":"NA"}', undefined],
    ['{"id":"x","state":"12:30"}', undefined],
    ['{"id":"x","state":"1.2.3"}', undefined],
  ];
  for (const [text, value] of table) assert.equal(parseSensor(text, "it").value, value, text);
});

Deno.test("parseSensor() names what is missing", () => {
  const table: [string, RegExp][] = [
    ["", /answer of it cannot be read: no JSON object/],
    ["<!DOCTYPE html><html>", /no JSON object/],
    ["[]", /no JSON object/],
    ["null", /no JSON object/],
    ["13.1", /no JSON object/],
    ["{}", /neither "value" nor "state"/],
    ['{"id":"sensor-x"}', /neither "value" nor "state"/],
    ['{"__proto__":{"value":1}}', /neither "value" nor "state"/],
    ['{"value":true}', /no number under "value"/],
    ['{"value":{"a":1}}', /no number under "value"/],
    ['{"state":[1]}', /no number under "value"/],
  ];
  for (const [text, message] of table) {
    assert.throws(
      () => parseSensor(text, "it"),
      (error) => error instanceof ServiceError && error.fault === "unreadable" && message.test(error.message),
      text,
    );
  }
});

Deno.test("parseSensor() gives a finite number, no data or a ServiceError for any text", () => {
  const mutated = fc.tuple(fc.constantFrom(OLD, BETWEEN, NEW), fc.nat(), fc.nat(8), fc.string({ unit: "binary", maxLength: 12 }))
    .map(([text, at, cut, put]) => text.slice(0, at % text.length) + put + text.slice(at % text.length + cut));
  const shaped = fc.record({ id: fc.anything(), value: fc.anything(), state: fc.anything(), name_id: fc.anything() }, { requiredKeys: [] })
    .map((value) => {
      try {
        return JSON.stringify(value) ?? "";
      } catch {
        return "";
      }
    });
  fc.assert(
    fc.property(fc.oneof(mutated, shaped, fc.json(), fc.string({ unit: "binary" })), (text) => {
      try {
        const { value, ids } = parseSensor(text, "it");
        assert(value === undefined || Number.isFinite(value));
        assert(ids.every((id) => typeof id === "string"));
      } catch (error) {
        assert(error instanceof ServiceError, String(error));
        assert.equal(error.fault, "unreadable");
      }
    }),
    { numRuns: 2000 },
  );
});

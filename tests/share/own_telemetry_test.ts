import assert from "node:assert/strict";
import { decode, encode, make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Data } from "../../src/link/messages.ts";
import { OwnTelemetry } from "../../src/share/own_telemetry.ts";
import { dataPacket } from "../support/sim.ts";

const DEVICE = encode("Telemetry", { time: 5, variant: { case: "deviceMetrics", value: { batteryLevel: 50 } } });
const ENVIRONMENT = encode("Telemetry", { time: 5, variant: { case: "environmentMetrics", value: { temperature: 20 } } });

function question(payload: Uint8Array, { portnum = PortNum.TELEMETRY_APP as number, wantResponse = true } = {}): Data {
  return decode("Data", encode("Data", { portnum: portnum as never, payload, wantResponse }));
}

function told(telemetry: OwnTelemetry, payload: Uint8Array, portnum: number = PortNum.TELEMETRY_APP): void {
  telemetry.take(make("MeshPacket", dataPacket(portnum, payload)));
}

Deno.test("OwnTelemetry.answer() gives what was told last of the kind that is asked for; device metrics where none is named", () => {
  const telemetry = new OwnTelemetry();
  const deviceAsked = encode("Telemetry", { variant: { case: "deviceMetrics", value: {} } });
  assert.equal(telemetry.answer(question(deviceAsked)), undefined);
  told(telemetry, DEVICE);
  told(telemetry, ENVIRONMENT);
  assert.deepEqual(telemetry.answer(question(deviceAsked)), DEVICE);
  assert.deepEqual(
    telemetry.answer(question(encode("Telemetry", { time: 7, variant: { case: "environmentMetrics", value: {} } }))),
    ENVIRONMENT,
  );
  for (const nothing of [new Uint8Array(0), encode("Telemetry", { time: 7 })]) {
    assert.deepEqual(telemetry.answer(question(nothing)), DEVICE);
  }
  const newer = encode("Telemetry", { variant: { case: "deviceMetrics", value: { batteryLevel: 40 } } });
  told(telemetry, newer);
  assert.deepEqual(telemetry.answer(question(deviceAsked)), newer);
  assert.equal(telemetry.answer(question(encode("Telemetry", { variant: { case: "localStats", value: {} } }))), undefined);
  telemetry.clear();
  assert.equal(telemetry.answer(question(deviceAsked)), undefined);
});

Deno.test("OwnTelemetry takes and answers nothing but telemetry, and no packet that asks for nothing", () => {
  const telemetry = new OwnTelemetry();
  told(telemetry, DEVICE, PortNum.TEXT_MESSAGE_APP);
  telemetry.take(make("MeshPacket", { payloadVariant: { case: "encrypted", value: DEVICE } }));
  told(telemetry, encode("Telemetry", { time: 7 }));
  assert.equal(telemetry.answer(question(DEVICE)), undefined);
  told(telemetry, DEVICE);
  assert.equal(telemetry.answer(question(DEVICE, { wantResponse: false })), undefined);
  assert.equal(telemetry.answer(question(DEVICE, { portnum: PortNum.TEXT_MESSAGE_APP })), undefined);
  assert.deepEqual(telemetry.answer(question(DEVICE)), DEVICE);
});

import assert from "node:assert/strict";
import { signalIcon, type SignalQuality, signalQuality } from "../../src/mesh/signal.ts";

Deno.test("signalIcon() goes by the SNR", () => {
  const rows: [number | undefined, string][] = [
    [20, "🟢"],
    [10, "🟢"],
    [9.9, "🟡"],
    [5, "🟡"],
    [4.9, "🟠"],
    [0, "🟠"],
    [-0.1, "🔴"],
    [-5, "🔴"],
    [-5.1, "⚫"],
    [undefined, "📶"],
    [Number.NaN, "📶"],
  ];
  for (const [snr, icon] of rows) assert.equal(signalIcon(snr), icon, String(snr));
});

Deno.test("signalQuality() goes by RSSI and SNR", () => {
  const rows: [number, number | undefined, SignalQuality][] = [
    [-20, -80, "excellent"],
    [5, -81, "veryGood"],
    [4.9, -100, "good"],
    [0, -101, "fair"],
    [-0.1, -120, "weak"],
    [-5, -121, "veryWeak"],
    [-5.1, -149, "critical"],
    [-5, -149.5, "veryWeak"],
    [5, -150, "critical"],
    [10, undefined, "excellent"],
    [9.5, undefined, "veryGood"],
    [5, undefined, "veryGood"],
    [4.5, undefined, "good"],
    [0, undefined, "good"],
    [-0.5, undefined, "fair"],
    [-5, undefined, "fair"],
    [-5.5, undefined, "weak"],
    [-10, undefined, "weak"],
    [-10.5, undefined, "veryWeak"],
    [-15, undefined, "veryWeak"],
    [-15.1, undefined, "critical"],
  ];
  for (const [snr, rssi, quality] of rows) assert.equal(signalQuality(snr, rssi), quality, `${snr} ${rssi}`);
});

import assert from "node:assert/strict";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { answer } from "../support/run_command.ts";

interface Row {
  readonly message: Partial<TextMessage>;
  readonly en: string;
  readonly fr: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  "a direct neighbour": {
    message: {},
    en: "🟡 SNR 7.5dB, RSSI -92dBm | ✅ direct",
    fr: "🟡 SNR 7.5dB, RSSI -92dBm | ✅ direct",
  },
  "a weak direct neighbour": {
    message: { snr: -12.25, rssi: -121 },
    en: "⚫ SNR -12.2dB, RSSI -121dBm | ✅ direct",
    fr: "⚫ SNR -12.2dB, RSSI -121dBm | ✅ direct",
  },
  "two hops, relay known": {
    message: { hopsUsed: 2, relayNode: 0xa3, snr: -3.4, rssi: -101 },
    en: "🔀 2 hops | last hop, via …a3: SNR -3.4dB, RSSI -101dBm",
    fr: "🔀 2 sauts | dernier saut, par …a3: SNR -3.4dB, RSSI -101dBm",
  },
  "one hop, relay's number with a leading zero": {
    message: { hopsUsed: 1, relayNode: 5 },
    en: "🔀 1 hop | last hop, via …05: SNR 7.5dB, RSSI -92dBm",
    fr: "🔀 1 saut | dernier saut, par …05: SNR 7.5dB, RSSI -92dBm",
  },
  "one hop, relay unknown": {
    message: { hopsUsed: 1 },
    en: "🔀 1 hop | last hop: SNR 7.5dB, RSSI -92dBm",
    fr: "🔀 1 saut | dernier saut: SNR 7.5dB, RSSI -92dBm",
  },
  "hops unknown": {
    message: { hopsUsed: undefined },
    en: "❔ hops unknown | last hop: SNR 7.5dB, RSSI -92dBm",
    fr: "❔ sauts inconnus | dernier saut: SNR 7.5dB, RSSI -92dBm",
  },
  "more hops than there can be": {
    message: { hopsUsed: 4_000_000_000 },
    en: "❔ hops unknown | last hop: SNR 7.5dB, RSSI -92dBm",
    fr: "❔ sauts inconnus | dernier saut: SNR 7.5dB, RSSI -92dBm",
  },
  "by MQTT, which is never direct": {
    message: { viaMqtt: true, snr: undefined, rssi: undefined },
    en: "🌐 via MQTT",
    fr: "🌐 par MQTT",
  },
  "by MQTT and three hops": {
    message: { viaMqtt: true, hopsUsed: 3, snr: undefined, rssi: undefined },
    en: "🌐 via MQTT, 3 hops",
    fr: "🌐 par MQTT, 3 sauts",
  },
  "no signal told": {
    message: { snr: undefined, rssi: undefined },
    en: "📶 signal unknown | ✅ direct",
    fr: "📶 signal inconnu | ✅ direct",
  },
  "an absurd signal": {
    message: { snr: Number.NaN, rssi: -2_000_000_000 },
    en: "📶 SNR ?dB, RSSI ?dBm | ✅ direct",
    fr: "📶 SNR ?dB, RSSI ?dBm | ✅ direct",
  },
};

for (const [name, { message, en, fr }] of Object.entries(ROWS)) {
  Deno.test(`rule 5: ping answers ${name}`, async () => {
    assert.equal(await answer("ping", { message }), en);
    assert.equal(await answer("ping", { message, language: "fr" }), fr);
  });
}

Deno.test("rule 4: ping never says direct unless the packet came at 0 hops by radio", async () => {
  for (const hopsUsed of [undefined, 0, 1, 7]) {
    for (const viaMqtt of [false, true]) {
      const text = await answer("ping", { message: { hopsUsed, viaMqtt } });
      assert.equal(text.includes("direct"), hopsUsed === 0 && !viaMqtt, text);
    }
  }
});

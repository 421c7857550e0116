import assert from "node:assert/strict";
import { packetLine } from "../../src/mesh/packet_line.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { makeReception } from "../support/context.ts";

Deno.test("packetLine() tells what, from whom, to whom, over how many hops and how well, in one line", () => {
  const text = { kind: "text", text: "a\nb", lengthBytes: 3, replyId: 0, emoji: false } as const;
  assert.equal(
    packetLine({ ...makeReception({ id: 7 }), ...text }),
    "packet text from !a1b2e4ed to !16fad3dc, id 7, 0 hops, SNR 7.5 dB, RSSI -92 dBm",
  );
  const far = makeReception({ id: 8, to: BROADCAST_NUM, channel: 2, hopsUsed: undefined, snr: undefined, rssi: undefined, viaMqtt: true });
  assert.equal(packetLine({ ...far, ...text }), "packet text from !a1b2e4ed to channel 2, id 8, hops unknown, by MQTT");
  const other = { kind: "other", portnum: 71, requestId: 0, payload: new Uint8Array() } as const;
  assert.match(packetLine({ ...far, ...other }), /^packet NEIGHBORINFO_APP /);
});

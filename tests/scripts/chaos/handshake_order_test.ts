import assert from "node:assert/strict";
import { HandshakeOrder } from "../../../scripts/chaos/invariants/handshake_order.ts";
import { decode } from "../../../src/link/codec.ts";
import type { FromRadio } from "../../../src/link/messages.ts";
import { ONLY_CONFIG_NONCE, ONLY_NODES_NONCE } from "../../../src/mesh/session.ts";
import { handshake } from "../../../src/simulator/handshake.ts";
import { startSimulatedNode } from "../../../src/simulator/node.ts";

async function told(nonce: number, firmware: "2.7.26" | "2.8.0" = "2.7.26"): Promise<{ ownNum: number; messages: FromRadio[] }> {
  await using node = await startSimulatedNode({ firmware, nodes: 3 });
  return { ownNum: node.nodeNum, messages: [...handshake(node.station, nonce)].map((bytes) => decode("FromRadio", bytes)) };
}

function judged(nonce: number, ownNum: number, messages: readonly FromRadio[]): string[] {
  const order = new HandshakeOrder({ nonce, ownNum });
  return messages.flatMap((message) => order.take(message));
}

Deno.test("HandshakeOrder finds nothing wrong with what a node says, whatever was asked for", async () => {
  for (const nonce of [7, ONLY_CONFIG_NONCE, ONLY_NODES_NONCE]) {
    for (const firmware of ["2.7.26", "2.8.0"] as const) {
      const { ownNum, messages } = await told(nonce, firmware);
      assert.ok(messages.every((message) => HandshakeOrder.has(message)));
      assert.deepEqual(judged(nonce, ownNum, messages), [], `${nonce} ${firmware}`);
    }
  }
});

Deno.test("HandshakeOrder finds neighbours of different kinds, and channels, that have changed places", async () => {
  const { ownNum, messages } = await told(7);
  for (let index = 1; index < messages.length; index += 1) {
    const before = messages[index - 1] as FromRadio;
    const after = messages[index] as FromRadio;
    if (before.payloadVariant.case === after.payloadVariant.case && before.payloadVariant.case !== "channel") continue;
    const changed = [...messages.slice(0, index - 1), after, before, ...messages.slice(index + 1)];
    assert.notDeepEqual(judged(7, ownNum, changed), [], `${before.payloadVariant.case} and ${after.payloadVariant.case}`);
  }
});

Deno.test("HandshakeOrder finds what is missing, what comes twice and a wrong nonce", async () => {
  const { ownNum, messages } = await told(7);
  const without = (kind: string) => messages.filter(({ payloadVariant }) => payloadVariant.case !== kind);
  for (const kind of ["myInfo", "metadata", "channel", "config", "moduleConfig"]) {
    assert.notDeepEqual(judged(7, ownNum, without(kind)), [], kind);
  }
  const last = messages.findLast(({ payloadVariant }) => payloadVariant.case === "nodeInfo") as FromRadio;
  assert.match(judged(7, ownNum, messages.flatMap((message) => message === last ? [last, last] : [message])).join(), /comes twice/);
  assert.match(judged(8, ownNum, messages).join(), /not with the 8/);
});

Deno.test("HandshakeOrder finds what was not asked for", async () => {
  const { ownNum, messages } = await told(7);
  assert.match(judged(ONLY_CONFIG_NONCE, ownNum, messages).join(), /settings alone/);
  assert.match(judged(ONLY_NODES_NONCE, ownNum, messages).join(), /nodes alone/);
});

import assert from "node:assert/strict";
import { Guest } from "../../../scripts/chaos/guest.ts";
import { SharedClients } from "../../../scripts/chaos/invariants/shared_clients.ts";
import { decode } from "../../../src/link/codec.ts";
import { ONLY_CONFIG_NONCE, ONLY_NODES_NONCE } from "../../../src/mesh/session.ts";
import { type SimulatedNode, startSimulatedNode } from "../../../src/simulator/node.ts";

/** A guest at the node itself, which speaks the same language; resolves when it has had both of its handshakes. */
async function settled(node: SimulatedNode, signal: AbortSignal): Promise<{ guest: Guest; staying: Promise<void> }> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: node.port });
  const books = new SharedClients(() => node.nodeNum);
  const guest = new Guest({ conn, books, nonces: [ONLY_CONFIG_NONCE, ONLY_NODES_NONCE] });
  const staying = guest.stay({ stayMs: 60_000, farewell: true, signal });
  await node.waitFor("configured", ({ nonce }) => nonce === ONLY_NODES_NONCE);
  return { guest, staying };
}

Deno.test("Guest asks for one handshake after the other, writes, notes what it is told, and leaves with a word", async () => {
  await using node = await startSimulatedNode({ nodes: 3, airScale: 0.001 });
  const over = new AbortController();
  const { guest, staying } = await settled(node, over.signal);
  const aired = node.waitFor("transmit", ({ packet }) => packet.id === guest.book.texts[0]?.id);
  const left = node.waitFor("closed");
  await guest.write("a text");
  await aired;
  over.abort();
  await staying;
  assert.equal((await left).cause, "disconnect");
  assert.equal(guest.book.end?.by, "itself");
  assert.deepEqual(guest.book.wants.map(({ nonce, doneAtMs }) => [nonce, doneAtMs !== undefined]), [
    [ONLY_CONFIG_NONCE, true],
    [ONLY_NODES_NONCE, true],
  ]);
});

Deno.test("Guest notes what is reported on its text, and that it was thrown out", async () => {
  await using node = await startSimulatedNode();
  const { guest, staying } = await settled(node, new AbortController().signal);
  const reported = node.waitFor("fromRadio", ({ payload }) => {
    const { payloadVariant } = decode("FromRadio", payload);
    return payloadVariant.case === "queueStatus" && payloadVariant.value.meshPacketId === guest.book.texts[0]?.id;
  });
  await guest.write("a text");
  await reported;
  // A FIN comes behind the report.
  node.hangUp();
  await staying;
  assert.ok(guest.book.texts[0]?.statusAtMs !== undefined);
  assert.equal(guest.book.end?.by, "bot");
});

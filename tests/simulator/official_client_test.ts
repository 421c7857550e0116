import assert from "node:assert/strict";
import { startMesh } from "../../src/simulator/mesh.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { assertConverses, configuredClient } from "../support/official_client.ts";

Deno.test({
  name: "SimulatedNode is a node to the official client: handshake, texts both ways, acknowledgements, traceroute",
  // The official client leaves a timer of 60 s behind for each message that it sends.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using node = await startSimulatedNode({ acceptPollMs: 10, airScale: 0.02 });
    using mesh = startMesh({ node, chat: false, beacons: false });
    const person = mesh.addPerson({ longName: "You", shortName: "You" });
    const { device, knownNodes, channels } = await configuredClient(node.port);
    // Itself, 30 virtual nodes, the person.
    assert.equal(knownNodes.size, 32);
    assert.deepEqual(channels, [0, 1, 2, 3, 4, 5, 6, 7]);
    await assertConverses(device, person, node.nodeNum);
    // It leaves with a FIN, which a node does not notice, and waits for the node's.
    const fin = node.waitFor("fin");
    const leaving = device.disconnect();
    await fin;
    node.hangUp();
    await leaving;
  },
});

import assert from "node:assert/strict";
import { startMesh } from "../../src/simulator/mesh.ts";
import { assertConverses, configuredClient, type Heard, nextOf } from "../support/official_client.ts";
import { shareRig } from "../support/share_rig.ts";

Deno.test({
  name: "Share is a node to the official client: handshake, texts both ways, acknowledgements, traceroute, settings read",
  // The official client leaves a timer of 60 s behind for each message that it sends.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using rig = await shareRig({ node: { nodes: 30 } });
    const { node } = rig;
    using mesh = startMesh({ node, nodes: 0, chat: false, beacons: false });
    const person = mesh.addPerson({ longName: "You", shortName: "You" });
    const { device, knownNodes, channels } = await configuredClient(await rig.port());
    assert.ok(knownNodes.size >= 31, `${knownNodes.size} nodes`);
    assert.deepEqual(channels, [0, 1, 2, 3, 4, 5, 6, 7]);
    await assertConverses(device, person, node.nodeNum);

    const metadata = nextOf<Heard<{ firmwareVersion: string }>>(device.events.onDeviceMetadataPacket, ({ from }) => from === node.nodeNum);
    device.getMetadata(node.nodeNum).catch(() => {});
    assert.match((await metadata).data.firmwareVersion, /^2\./);
    assert.equal(node.connections.accepted, 1);
    await device.disconnect();
  },
});

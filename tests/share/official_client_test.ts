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

Deno.test({
  name: "Share is a node to the official client over HTTP too, which keeps no cookie where it does not run in a browser",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using rig = await shareRig({ node: { nodes: 5 }, config: { http: "127.0.0.1:0" } });
    using mesh = startMesh({ node: rig.node, nodes: 0, chat: false, beacons: false });
    const person = mesh.addPerson({ longName: "You", shortName: "You" });
    const { device, knownNodes } = await configuredClient(await rig.httpPort(), "http");
    assert.ok(knownNodes.size >= 6, `${knownNodes.size} nodes`);
    const heard = person.waitFor("text");
    device.sendText("salut", person.nodeNum, true, 0).catch(() => {});
    assert.equal((await heard).text, "salut");
    // Its session, and one that it did not come back to: however often it asks, there are no more.
    assert.equal(rig.share.view.clients.length, 2);
    await device.disconnect();
  },
});

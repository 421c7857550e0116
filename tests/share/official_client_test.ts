import assert from "node:assert/strict";
import { MeshDevice, Types } from "@meshtastic/core";
import { TransportNode } from "@meshtastic/transport-node";
import { startMesh } from "../../src/simulator/mesh.ts";
import { shareRig } from "../support/share_rig.ts";

interface Heard<Data> {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly data: Data;
}

/** The next event that fits. The package's own types do not reach the listeners. */
function nextOf<Event>(events: { subscribe(listener: (event: never) => void): unknown }, fits: (event: Event) => boolean): Promise<Event> {
  return new Promise((resolve) => {
    events.subscribe((event: Event) => {
      if (fits(event)) resolve(event);
    });
  });
}

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
    const device = new MeshDevice(await TransportNode.create("127.0.0.1", await rig.port()));
    device.log.settings.minLevel = 99;
    const known = new Set<number>();
    device.events.onNodeInfoPacket.subscribe(({ num }: { num: number }) => void known.add(num));
    const channels: number[] = [];
    device.events.onChannelPacket.subscribe(({ index }: { index: number }) => void channels.push(index));

    const configured = nextOf<number>(device.events.onDeviceStatus, (status) => status === Types.DeviceStatusEnum.DeviceConfigured);
    device.configure().catch(() => {});
    await configured;
    assert.ok(known.size >= 31, `${known.size} nodes`);
    assert.deepEqual(channels, [0, 1, 2, 3, 4, 5, 6, 7]);

    const direct = nextOf<Heard<string>>(device.events.onMessagePacket, ({ from }) => from === person.nodeNum);
    const marked = person.waitFor("delivery");
    person.sendDirect("bonjour 👋");
    assert.deepEqual((({ data, type, to }) => [data, type, to])(await direct), ["bonjour 👋", "direct", node.nodeNum]);
    assert.equal((await marked).delivery, "delivered");

    const heard = person.waitFor("text");
    const id = await device.sendText("salut", person.nodeNum, true, 0);
    assert.deepEqual((({ text, from, id }) => [text, from, id])(await heard), ["salut", node.nodeNum, id]);

    const route = nextOf<Heard<{ route: number[] }>>(device.events.onTraceRoutePacket, ({ from }) => from === person.nodeNum);
    device.traceRoute(person.nodeNum).catch(() => {});
    assert.deepEqual((await route).data.route, []);

    const metadata = nextOf<Heard<{ firmwareVersion: string }>>(device.events.onDeviceMetadataPacket, ({ from }) => from === node.nodeNum);
    device.getMetadata(node.nodeNum).catch(() => {});
    assert.match((await metadata).data.firmwareVersion, /^2\./);
    assert.equal(node.connections.accepted, 1);
    await device.disconnect();
  },
});

/** The official JavaScript client at a node, or at what says it is one, and what both must be able to say to each other. */
import assert from "node:assert/strict";
import { MeshDevice, Types } from "@meshtastic/core";
import { TransportHTTP } from "@meshtastic/transport-http";
import { TransportNode } from "@meshtastic/transport-node";
import type { Person } from "../../src/simulator/person.ts";

/** What the client's events carry, as far as it is looked at here. */
export interface Heard<Data> {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly data: Data;
}

/** A client that has had the settings, and what it has learned from them. */
export interface Configured {
  readonly device: MeshDevice;
  readonly knownNodes: ReadonlySet<number>;
  readonly channels: readonly number[];
}

/** The next event that fits. The package's own types do not reach the listeners. */
export function nextOf<Event>(
  events: { subscribe(listener: (event: never) => void): unknown },
  fits: (event: Event) => boolean,
): Promise<Event> {
  return new Promise((resolve) => {
    events.subscribe((event: Event) => {
      if (fits(event)) resolve(event);
    });
  });
}

/** Connects and asks for the settings; resolves when all have come. */
export async function configuredClient(port: number, way: "tcp" | "http" = "tcp"): Promise<Configured> {
  const device = new MeshDevice(
    way === "tcp" ? await TransportNode.create("127.0.0.1", port) : await TransportHTTP.create(`127.0.0.1:${port}`),
  );
  device.log.settings.minLevel = 99;
  const knownNodes = new Set<number>();
  device.events.onNodeInfoPacket.subscribe(({ num }: { num: number }) => void knownNodes.add(num));
  const channels: number[] = [];
  device.events.onChannelPacket.subscribe(({ index }: { index: number }) => void channels.push(index));
  const configured = nextOf<number>(device.events.onDeviceStatus, (status) => status === Types.DeviceStatusEnum.DeviceConfigured);
  device.configure().catch(() => {});
  await configured;
  return { device, knownNodes, channels };
}

/** A direct text each way with its acknowledgement, and a traceroute. */
export async function assertConverses(device: MeshDevice, person: Person, ownNum: number): Promise<void> {
  const direct = nextOf<Heard<string>>(device.events.onMessagePacket, ({ from }) => from === person.nodeNum);
  const marked = person.waitFor("delivery");
  person.sendDirect("bonjour 👋");
  assert.deepEqual((({ data, type, to }) => [data, type, to])(await direct), ["bonjour 👋", "direct", ownNum]);
  assert.equal((await marked).delivery, "delivered");

  const heard = person.waitFor("text");
  const id = await device.sendText("salut", person.nodeNum, true, 0);
  assert.deepEqual((({ text, from, id }) => [text, from, id])(await heard), ["salut", ownNum, id]);

  const route = nextOf<Heard<{ route: number[] }>>(device.events.onTraceRoutePacket, ({ from }) => from === person.nodeNum);
  device.traceRoute(person.nodeNum).catch(() => {});
  assert.deepEqual((await route).data.route, []);
}

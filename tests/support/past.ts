/** A bot with a past for tests: a real history in memory, filled with packets as the radio gives them. */
import { systemClock } from "../../src/clock.ts";
import type { NamedCommand } from "../../src/commands/support/named.ts";
import { encode, make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { createNodeDb, type NodeDb } from "../../src/mesh/node_db.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import type { Reply } from "../../src/router/command.ts";
import type { Store } from "../../src/store/store.ts";
import { heardPacket, realStore } from "../store/support.ts";
import { addNode, type ContextOptions, makeContext, type NodeSpec, OWN_NUM } from "./context.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

type Packet = Init<"MeshPacket"> & { readonly data?: Init<"Data"> };

/** A clock, a node database and a history. */
export interface Past extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly nodes: NodeDb;
  readonly store: Store;
  /** Lets hours go by; the rig is made that many hours before the last of them. */
  pass(hours: number): Promise<void>;
  /** Enters a node as its NodeInfo would; it was not heard by that. */
  know(spec: NodeSpec): void;
  /** Hears `count` packets now; by default texts of 5 bytes from 0x1001 that came straight by radio. */
  hear(packet?: Packet, count?: number): void;
  /** A command's answer, in the middle of what was heard. */
  answer(command: NamedCommand, options?: ContextOptions): Promise<string>;
  /** Whatever a command answers. */
  reply(command: NamedCommand, options?: ContextOptions): Promise<Reply>;
}

/** A past that begins `hours` ago, at 25 minutes past the hour in UTC. */
export function createPast(hours: number): Past {
  const startMs = Math.floor(systemClock.wallMs() / HOUR_MS - hours) * HOUR_MS + 25 * MINUTE_MS;
  const clock = createFakeClock(startMs);
  const nodes = createNodeDb({ clock });
  nodes.ownNum = OWN_NUM;
  const store = realStore(undefined, { clock, nodes });
  let nextId = 1;
  const reply = async (command: NamedCommand, options: ContextOptions = {}) =>
    await command.run(makeContext({ clock, nodes, history: store.history, ...options }));
  return {
    clock,
    nodes,
    store,
    reply,
    pass: (hours) => clock.tick(hours * HOUR_MS),
    know(spec) {
      addNode(nodes, { heard: false, ...spec });
      store.history.nodeChanged(spec.num, "soon");
    },
    hear(init = {}, count = 1) {
      for (let index = 0; index < count; index += 1) {
        const packet = heardPacket({ id: nextId++, ...init });
        store.history.packet(packet, readPacket(packet));
      }
    },
    answer: async (command, options) => String(await reply(command, options)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** The Data of a packet with a payload of so many bytes. */
export function dataOf(portnum: number, lengthBytes = 10): Init<"Data"> {
  return { portnum, payload: new Uint8Array(lengthBytes) };
}

/** A text. */
export function textOf(text: string): Init<"Data"> {
  return { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode(text) };
}

/** A node's word on how busy the channel is. */
export function busyOf(channelUtilization: number): Init<"Data"> {
  const telemetry = make("Telemetry", { variant: { case: "deviceMetrics", value: { channelUtilization } } });
  return { portnum: PortNum.TELEMETRY_APP, payload: encode("Telemetry", telemetry) };
}

/** A neighbour report: whom a node hears, and with which SNR. */
export function reportOf(neighbours: Readonly<Record<number, number>>): Init<"Data"> {
  const neighbors = Object.entries(neighbours).map(([num, snr]) => ({ nodeId: Number(num), snr }));
  return { portnum: PortNum.NEIGHBORINFO_APP, payload: encode("NeighborInfo", make("NeighborInfo", { neighbors })) };
}

/** The answer of a traced node that was reached over `relays`, each with the SNR in dB at which it was heard, the node's own last. */
export function routeOf(relays: readonly number[], snrs: readonly number[]): Init<"Data"> {
  const route = make("RouteDiscovery", { route: [...relays], snrTowards: snrs.map((snr) => snr * 4) });
  return { portnum: PortNum.TRACEROUTE_APP, requestId: 77, payload: encode("RouteDiscovery", route) };
}

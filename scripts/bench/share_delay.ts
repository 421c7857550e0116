/** How much later a client has a packet through the bot than from the node itself. */
import { fileURLToPath } from "node:url";
import { delay, systemClock } from "../../src/clock.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { Random } from "../../src/simulator/random.ts";
import { startClient } from "./client_process.ts";
import { type Measurement, median, short } from "./figure.ts";
import { leave, type SharingBot } from "./share_bot.ts";
import { connectShareClient, readPayload, type ShareClient } from "./share_client.ts";
import { PACKETS_A_SECOND, startTraffic } from "./share_traffic.ts";

const CLIENTS = 20;
const WARM_UP_MS = 2000;
const MEASURED_MS = 10_000;

/** Milliseconds from the moment when a node was given a packet to the one when a client has it. */
interface Delays {
  readonly relayedMs: readonly number[];
  readonly directMs: readonly number[];
}

/** Through the bot, and through a bare relay, each beside a client of a node of its own. */
export async function measureDelay({ bot, node }: { readonly bot: SharingBot; readonly node: SimulatedNode }): Promise<Measurement> {
  const clients = await bot.clients(CLIENTS);
  const ours = await delays(node, clients);
  await leave(clients);
  const bare = await bareRelay();
  const added = ({ relayedMs, directMs }: Delays) => median(relayedMs) - median(directMs);
  const late = (values: readonly number[]) => `${short(percentile(values, 0.99))} ms`;
  return {
    what: `virtual node: added delay, ${CLIENTS} clients`,
    measured: added(ours),
    unit: "ms",
    target: { atMost: 1 },
    rival: { name: "bare relay", measured: added(bare), unsteady: true },
    detail: `at ${PACKETS_A_SECOND} packets/s, from the node to the client: medians ${short(median(ours.relayedMs))} ms through the bot, ${
      short(median(ours.directMs))
    } ms without it; 99 % within ${late(ours.relayedMs)} and ${
      late(ours.directMs)
    }; ${ours.relayedMs.length} arrivals; through the relay 99 % within ${late(bare.relayedMs)}`,
  };
}

async function bareRelay(): Promise<Delays> {
  await using node = await startSimulatedNode({ queueSize: 200, acceptPollMs: 10, telemetryMs: 1e9 });
  const script = fileURLToPath(new URL("share_relay.ts", import.meta.url));
  const configured = node.waitFor("configured");
  await using relay = await startClient(Deno.execPath(), ["run", "-A", script, String(node.port)], { ready: /^\d+$/ });
  await configured;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectShareClient(Number(relay.lines[0]))));
  const found = await delays(node, clients);
  await leave(clients);
  return found;
}

/** Both nodes have traffic of their own: what one is given does not hold the other up. */
async function delays(node: SimulatedNode, clients: readonly ShareClient[]): Promise<Delays> {
  await using other = await startSimulatedNode({ queueSize: 200, acceptPollMs: 10, telemetryMs: 1e9 });
  await using direct = await connectShareClient(other.port);
  await direct.configure(1);
  const relayed: [Uint8Array, number][] = [];
  const alone: [Uint8Array, number][] = [];
  for (const client of clients) client.onPayload = (payload, atMs) => void relayed.push([payload.slice(), atMs]);
  direct.onPayload = (payload, atMs) => void alone.push([payload.slice(), atMs]);
  const traffic = startTraffic(node, new Random(1).fork("relayed"));
  const otherTraffic = startTraffic(other, new Random(1).fork("direct"));
  await delay(systemClock, WARM_UP_MS);
  const fromMs = systemClock.nowMs();
  await delay(systemClock, MEASURED_MS);
  await Promise.all([traffic.stop(), otherTraffic.stop()]);
  await delay(systemClock, 500);
  return {
    relayedMs: waysOf(relayed, traffic.givenAtMs, fromMs),
    directMs: waysOf(alone, otherTraffic.givenAtMs, fromMs),
  };
}

function waysOf(heard: readonly [Uint8Array, number][], givenAtMs: ReadonlyMap<number, number>, fromMs: number): number[] {
  return heard.flatMap(([payload, atMs]) => {
    const said = readPayload(payload);
    const givenMs = said.case === "packet" ? givenAtMs.get(said.value.id) : undefined;
    return givenMs === undefined || givenMs < fromMs ? [] : [atMs - givenMs];
  });
}

/** The value below which so large a share of them lies. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

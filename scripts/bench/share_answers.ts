/** How soon the bot answers a person on the mesh while clients share its node. */
import { delay, systemClock } from "../../src/clock.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { ToRadio } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Mesh } from "../../src/simulator/mesh.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { Person } from "../../src/simulator/person.ts";
import { freshPacketId } from "../../src/simulator/random.ts";
import { type Measurement, median, short } from "./figure.ts";
import { leave, type SharingBot } from "./share_bot.ts";
import type { ShareClient } from "./share_client.ts";

const CLIENTS = 20;
const ROUNDS = 3;
const PINGS_A_ROUND = 3;
// The node takes a text every 2 s; the bot gives it one 2.01 s after its report on the one before.
const TEXT_GAP_MS = 2010;
const ANSWER_LIMIT_MS = 60_000;

const SENDERS = [1, 4] as const;
const ASKED = 3;
// Each has the next text in the bot's hands before the last one is on its way.
const TEXTS_AHEAD = 2;

/** The parts of a running bot's surroundings. */
export interface Surroundings {
  readonly node: SimulatedNode;
  readonly mesh: Mesh;
  readonly bot: SharingBot;
}

/** /ping with idle clients, beside /ping without any, in turns. */
export async function measureIdle(around: Surroundings): Promise<Measurement> {
  const asker = around.mesh.addPerson({ longName: "Alice Martin", shortName: "Alic" });
  const withoutMs: number[] = [];
  const withMs: number[] = [];
  // What only the first one takes longer for is no matter of the clients.
  await pings(around, asker, PINGS_A_ROUND);
  for (let round = 0; round < ROUNDS; round += 1) {
    withoutMs.push(...await pings(around, asker, PINGS_A_ROUND));
    const clients = await around.bot.clients(CLIENTS);
    withMs.push(...await pings(around, asker, PINGS_A_ROUND));
    await leave(clients);
  }
  return {
    what: `virtual node: /ping later with ${CLIENTS} idle clients`,
    measured: median(withMs) - median(withoutMs),
    unit: "ms",
    target: { atMost: 50 },
    detail: `from the person's text to the answer at the node, medians of ${withMs.length}: ${short(median(withMs))} ms with clients, ${
      short(median(withoutMs))
    } ms without; longest ${short(Math.max(...withMs))} and ${short(Math.max(...withoutMs))} ms`,
  };
}

/** /ping while clients send texts all the time. */
export async function measureBusy(around: Surroundings): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const senders of SENDERS) measurements.push(await measureSenders(around, senders));
  return measurements;
}

/**
 * With k senders the bot has every (k + 1)th text. It is asked when its last one is longer ago than that, at the worst moment: when a sender
 * has just had its turn. And once more when the bot has just had its own: that is only told, as it is one more who never pauses then.
 */
async function measureSenders(around: Surroundings, count: number): Promise<Measurement> {
  const { mesh, bot } = around;
  const asker = mesh.addPerson({ longName: `Bob ${count}`, shortName: `Bob${count}` });
  const clients = await bot.clients(count);
  const senders = startSenders(around.node, clients);
  const tookMs: number[] = [];
  const againMs: number[] = [];
  const startedAtMs = systemClock.nowMs();
  for (let asked = 0; asked < ASKED; asked += 1) {
    await delay(systemClock, (count + 1) * TEXT_GAP_MS);
    await senders.next();
    tookMs.push(await ping(around.node, asker));
    againMs.push(await ping(around.node, asker));
  }
  const lastedMs = systemClock.nowMs() - startedAtMs;
  // What still waits would be one more sender for the next measurement.
  const texts = await senders.stop();
  await leave(clients);
  // With fewer they were not there all the time, and the figure would say nothing.
  if (texts.some((of) => of < lastedMs / TEXT_GAP_MS / (count + 1) * 0.7)) {
    throw new Error(`The senders did not send all the time: ${texts.join(", ")} texts in ${Math.round(lastedMs / 1000)} s`);
  }
  return {
    what: `virtual node: /ping, ${count} sending without a pause`,
    measured: Math.max(...tookMs) / 1000,
    unit: "s",
    target: { atMost: (count + 1) * 2 },
    detail: `longest of ${ASKED}, asked when a sender has just had its turn, median ${
      short(median(tookMs) / 1000)
    } s; asked again when the bot has just had its own, so that it never pauses either: longest ${
      short(Math.max(...againMs) / 1000)
    } s; meanwhile ${texts.join(", ")} texts of the senders in ${Math.round(lastedMs / 1000)} s`,
  };
}

/** Clients that send all the time. */
interface Senders {
  /** Resolves when the node has the next text of theirs. */
  next(): Promise<void>;
  /** Waits until the node has all of them; gives how many of each it had before. */
  stop(): Promise<number[]>;
}

/** Each client gives the bot a text as soon as one of its own is with the node. */
function startSenders(node: SimulatedNode, clients: readonly ShareClient[]): Senders {
  const owners = new Map<number, ShareClient>();
  const taken = new Map(clients.map((client) => [client, 0]));
  const allTaken = Promise.withResolvers<void>();
  let nextTaken = Promise.withResolvers<void>();
  let waiting = 0;
  let stopping = false;
  const say = (client: ShareClient) => {
    const id = freshPacketId();
    owners.set(id, client);
    waiting += 1;
    const payload = new TextEncoder().encode(`One of many texts, ${id}`);
    const payloadVariant = { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } } as const;
    void client.send({ case: "packet", value: { to: BROADCAST_NUM, id, wantAck: true, hopLimit: 3, payloadVariant } });
  };
  const stop = node.on("toRadio", ({ message: { payloadVariant } }) => {
    if (payloadVariant.case !== "packet") return;
    const { id } = payloadVariant.value;
    const client = owners.get(id);
    if (client === undefined) return;
    owners.delete(id);
    taken.set(client, (taken.get(client) ?? 0) + 1);
    waiting -= 1;
    nextTaken.resolve();
    nextTaken = Promise.withResolvers();
    if (!stopping) say(client);
    else if (waiting === 0) allTaken.resolve();
  });
  for (const client of clients) for (let text = 0; text < TEXTS_AHEAD; text += 1) say(client);
  return {
    next: () => nextTaken.promise,
    async stop() {
      stopping = true;
      const texts = [...taken.values()];
      await allTaken.promise;
      stop();
      return texts;
    },
  };
}

/** One after the other, each when the node takes the next text. */
async function pings({ node }: Surroundings, asker: Person, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let asked = 0; asked < count; asked += 1) {
    await delay(systemClock, TEXT_GAP_MS);
    tookMs.push(await ping(node, asker));
  }
  return tookMs;
}

/** Milliseconds from the person's text to the moment when the node has the answer; throws when there is none. */
async function ping(node: SimulatedNode, asker: Person): Promise<number> {
  const limit = new AbortController();
  const startedAtMs = systemClock.nowMs();
  const id = asker.sendDirect("/ping");
  const answered = node.waitFor("toRadio", ({ message }) => answersTo(message) === id).then(() => systemClock.nowMs());
  const late = delay(systemClock, ANSWER_LIMIT_MS, limit.signal).catch(() => {});
  const answeredAtMs = await Promise.race([answered, late]);
  limit.abort();
  if (answeredAtMs === undefined) throw new Error(`A /ping was not answered within ${ANSWER_LIMIT_MS / 1000} s`);
  return answeredAtMs - startedAtMs;
}

function answersTo({ payloadVariant }: ToRadio): number | undefined {
  if (payloadVariant.case !== "packet" || payloadVariant.value.payloadVariant.case !== "decoded") return undefined;
  const { portnum, replyId } = payloadVariant.value.payloadVariant.value;
  return portnum === PortNum.TEXT_MESSAGE_APP ? replyId : undefined;
}

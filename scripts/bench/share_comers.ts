/** Clients that come and go by chance, and what each of them hears while it is there. */
import { delay, systemClock } from "../../src/clock.ts";
import { PortNum } from "../../src/link/enums.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Random } from "../../src/simulator/random.ts";
import { connectShareClient, readPayload, type ShareClient } from "./share_client.ts";

const STAYS_MS = 6000;
const AWAY_MS = 1000;
// While it is there, on the average.
const SPEAKS_EVERY_MS = 20_000;
const TEXT_SHARE = 0.3;
const NONCES = [69420, 69421, 5] as const;
// Of those who come: they are gone before their handshake is over.
const HASTY_SHARE = 0.1;
// Above all ids of the mesh, which count from 1.
const FIRST_TEXT_ID = 0x4000_0000;

/** One stay of a client. */
export interface Stay {
  /** The ids of the packets that everybody is to hear, in order. */
  readonly heard: readonly number[];
  /** The ids of its own texts. */
  readonly texts: ReadonlySet<number>;
  /** How many packets the node had been given when the handshake was complete; undefined when there was none. */
  readonly givenBefore: number | undefined;
  /** It is there until the end. */
  readonly remains: boolean;
  /** Its connection ended without its own doing. */
  readonly thrownOut: boolean;
}

/** The clients. */
export interface Comers {
  /** All stays so far, first that of the client that never leaves. */
  readonly stays: readonly Stay[];
  /** No more coming and going: resolves when everybody who is there has had a handshake. */
  settle(): Promise<void>;
  /** They all leave. */
  leave(): Promise<void>;
}

/** Where they come to, and how many at the most. */
export interface ComersOptions {
  readonly port: number;
  readonly count: number;
  readonly random: Random;
  /** How many packets the node has been given so far. */
  readonly given: () => number;
}

/** Lets them come; resolves when the first one, who stays, has had a handshake. */
export async function startComers({ port, count, random, given }: ComersOptions): Promise<Comers> {
  const visits: Visit[] = [];
  const settled = new AbortController();
  let lastTextId = FIRST_TEXT_ID;
  const come = async (): Promise<Visit> => {
    const visit = new Visit(await connectShareClient(port));
    visits.push(visit);
    return visit;
  };
  const first = await come();
  await first.configure(NONCES[2], given);
  const coming = Promise.all(Array.from({ length: count - 1 }, (_, index) => comeAndGo(random.fork(`client ${index}`))));
  // Whoever waits for them is told; until then it is nobody's failure.
  coming.catch(() => {});
  return {
    stays: visits,
    async settle() {
      settled.abort();
      await coming;
    },
    async leave() {
      await Promise.all(visits.map((visit) => visit.leave("fin")));
    },
  };

  async function comeAndGo(own: Random): Promise<void> {
    for (;;) {
      await pause(own, AWAY_MS);
      if (settled.signal.aborted) return;
      const visit = await come();
      const nonce = own.pick(NONCES);
      if (own.chance(HASTY_SHARE)) {
        await visit.client.send({ case: "wantConfigId", value: nonce });
        await visit.leave("fin");
        continue;
      }
      await visit.configure(nonce, given);
      const leaving = new AbortController();
      const speaking = speak(visit, own, leaving.signal);
      await pause(own, STAYS_MS);
      leaving.abort();
      await speaking;
      if (settled.signal.aborted) return;
      await visit.leave(own.pick(["disconnect", "fin"]));
    }
  }

  /** A text, or a heartbeat, now and then. */
  async function speak(visit: Visit, own: Random, leaving: AbortSignal): Promise<void> {
    for (;;) {
      await delay(systemClock, drawn(own, SPEAKS_EVERY_MS), leaving).catch(() => {});
      if (leaving.aborted) return;
      if (own.chance(TEXT_SHARE)) await visit.say(lastTextId += 1);
      else await visit.client.send({ case: "heartbeat", value: {} });
    }
  }

  async function pause(own: Random, meanMs: number): Promise<void> {
    await delay(systemClock, drawn(own, meanMs), settled.signal).catch(() => {});
  }
}

/** A stay while it lasts. */
class Visit implements Stay {
  readonly client: ShareClient;
  readonly heard: number[] = [];
  readonly texts = new Set<number>();
  givenBefore: number | undefined;
  remains = true;
  thrownOut = false;

  constructor(client: ShareClient) {
    this.client = client;
    client.onPayload = (payload) => this.#take(payload);
    void client.ended.then(() => this.thrownOut = this.remains);
  }

  async configure(nonce: number, given: () => number): Promise<void> {
    try {
      await this.client.configure(nonce);
      this.givenBefore = given();
    } catch {
      this.thrownOut = true;
    }
  }

  async say(id: number): Promise<void> {
    this.texts.add(id);
    const payload = new TextEncoder().encode(`text ${id}`);
    const payloadVariant = { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } } as const;
    await this.client.send({ case: "packet", value: { to: BROADCAST_NUM, id, hopLimit: 3, payloadVariant } });
  }

  async leave(how: "disconnect" | "fin"): Promise<void> {
    this.remains = this.thrownOut;
    if (how === "disconnect") await this.client.send({ case: "disconnect", value: true });
    else this.client.close();
    await this.client.ended;
  }

  #take(payload: Uint8Array): void {
    const message = readPayload(payload);
    if (message.case !== "packet") return;
    const { id, payloadVariant } = message.value;
    if (payloadVariant.case === "decoded") {
      const { portnum, requestId } = payloadVariant.value;
      // What answers one client, or is about the node itself, is for that one alone.
      if (portnum === PortNum.ROUTING_APP || portnum === PortNum.ADMIN_APP || requestId !== 0) return;
    }
    this.heard.push(id);
  }
}

function drawn(random: Random, meanMs: number): number {
  return -Math.log(1 - random.next()) * meanMs;
}

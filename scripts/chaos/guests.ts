/** Clients that behave come to the shared radio and go, and one of them writes something now and then. */
import { delay, systemClock } from "../../src/clock.ts";
import { ONLY_CONFIG_NONCE, ONLY_NODES_NONCE } from "../../src/mesh/session.ts";
import type { Random } from "../../src/simulator/random.ts";
import { Guest } from "./guest.ts";
import type { SharedClients } from "./invariants/shared_clients.ts";

const MAX_PRESENT = 6;
const COME_MS = [800, 4000] as const;
const STAY_MS = [2000, 25_000] as const;
// The radio takes one text in two seconds from all together, and most of them belong to the people who ask.
const WRITE_MS = [6000, 14_000] as const;
const FAREWELL_SHARE = 0.5;

/** What they need. */
export interface GuestsOptions {
  readonly port: number;
  readonly random: Random;
  readonly books: SharedClients;
  /** Nobody writes any more. */
  readonly quiet: AbortSignal;
  /** All leave. */
  readonly over: AbortSignal;
}

/** Lets them come until the end; resolves when all have left. */
export async function guests({ port, random, books, quiet, over }: GuestsOptions): Promise<void> {
  const present = new Set<Guest>();
  const visits = new Set<Promise<void>>();
  const writing = write({ present, random: random.fork("writing"), signal: AbortSignal.any([quiet, over]) });
  const coming = random.fork("coming");
  while (!over.aborted) {
    await delay(systemClock, coming.between(...COME_MS), over).catch(() => {});
    if (over.aborted) break;
    const plan = { stayMs: coming.between(...STAY_MS), farewell: coming.chance(FAREWELL_SHARE), signal: over };
    const nonces = noncesOf(coming);
    if (visits.size >= MAX_PRESENT) continue;
    const visit = (async () => {
      let conn: Deno.TcpConn;
      try {
        conn = await Deno.connect({ hostname: "127.0.0.1", port });
      } catch {
        // The bot is not there at the moment.
        return books.refused();
      }
      const guest = new Guest({ conn, books, nonces });
      present.add(guest);
      await guest.stay(plan);
      present.delete(guest);
    })().finally(() => visits.delete(visit));
    visits.add(visit);
  }
  await Promise.all([...visits, writing]);
}

/** All at once, settings and then nodes as the newer apps do, settings alone, or nodes alone. */
function noncesOf(random: Random): number[] {
  const all = random.integer(1, 1e9);
  return random.pick([[all], [ONLY_CONFIG_NONCE, ONLY_NODES_NONCE], [ONLY_CONFIG_NONCE], [ONLY_NODES_NONCE, all]]);
}

async function write({ present, random, signal }: {
  readonly present: ReadonlySet<Guest>;
  readonly random: Random;
  readonly signal: AbortSignal;
}): Promise<void> {
  for (let count = 1; !signal.aborted; count += 1) {
    await delay(systemClock, random.between(...WRITE_MS), signal).catch(() => {});
    const settled = [...present].filter((guest) => guest.settled);
    if (signal.aborted || settled.length === 0) continue;
    const guest = random.pick(settled);
    await guest.write(`client ${guest.book.number} writes text ${count}`);
  }
}

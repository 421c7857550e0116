/** Another client that connects where it should not, or shares the bot's radio, and leaves in the manner of the day. */
import { delay, systemClock } from "../../src/clock.ts";
import { encode } from "../../src/link/codec.ts";
import { encodeFrame } from "../../src/link/frame.ts";
import type { Init } from "../../src/link/messages.ts";
import type { Random } from "../../src/simulator/random.ts";

/** How long somebody stays, and in which manner. */
export interface Stay {
  readonly stayMs: number;
  /** 0 ≤ x < 1. */
  readonly roll: number;
  readonly signal?: AbortSignal;
}

/** Asks for the configuration, reads what comes for so long and leaves: with a word, with a FIN, or in the middle of a frame. */
export async function behave(conn: Deno.Conn, { stayMs, roll, signal }: Stay): Promise<number> {
  let readBytes = 0;
  const reading = (async () => {
    const buffer = new Uint8Array(4096);
    // Some never read: what they are told piles up in their socket.
    if (roll > 0.85) return;
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) readBytes += count;
  })().catch(() => {});
  try {
    await say(conn, { case: "wantConfigId", value: 1 + Math.floor(roll * 1e9) });
    await delay(systemClock, stayMs, signal);
    if (roll < 0.4) await say(conn, { case: "disconnect", value: true });
    else if (roll < 0.6) {
      await conn.write(encodeFrame(encode("ToRadio", { payloadVariant: { case: "heartbeat", value: { nonce: 0 } } })).subarray(0, 3));
    } else if (roll < 0.7) await conn.write(crypto.getRandomValues(new Uint8Array(200)));
  } catch {
    // Thrown out by the node, or by the bot that died; or the run is over.
  }
  close(conn);
  await reading;
  return readBytes;
}

/** Clients of the shared radio come and go until the signal. */
export async function visitors({ port, random, signal, onServed }: {
  readonly port: number;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** One was there and has read so many bytes. */
  readonly onServed: (readBytes: number) => void;
}): Promise<void> {
  const under = new Set<Promise<void>>();
  while (!signal.aborted) {
    await delay(systemClock, random.between(200, 2500), signal).catch(() => {});
    const stay = { stayMs: random.between(100, 4000), roll: random.next(), signal };
    const visit = Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => behave(conn, stay)).then(onServed, () => {
      // The bot is not there at the moment.
    }).finally(() => under.delete(visit));
    under.add(visit);
  }
  await Promise.all(under);
}

async function say(conn: Deno.Conn, payloadVariant: NonNullable<Init<"ToRadio">["payloadVariant"]>): Promise<void> {
  await conn.write(encodeFrame(encode("ToRadio", { payloadVariant })));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed.
  }
}

import assert from "node:assert/strict";
import { remote } from "../../src/commands/remote.ts";
import { createRemoteNodes } from "../../src/health/remote_nodes.ts";
import { Slots } from "../../src/link/slot.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { type ContextOptions, makeContext } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { type KnownRemote, knownRemotes } from "../support/remotes.ts";
import { startStillNode } from "../support/sim.ts";

const HOUR_MS = 3_600_000;

async function remoteText(options: ContextOptions): Promise<string> {
  return await remote.run(makeContext(options)) as string;
}

/** One of each kind, seen three hours after the start. */
async function oneOfEach(): Promise<ContextOptions> {
  const clock = createFakeClock();
  await clock.tick(3 * HOUR_MS);
  const all: Record<string, KnownRemote> = {
    roof: { reach: { kind: "reached", atMs: 3 * HOUR_MS - 180_000, tookMs: 449 }, restartedAtMs: HOUR_MS },
    Tour: { reach: { kind: "unreachable", sinceMs: HOUR_MS } },
    new: {},
    phone: { reach: { kind: "busy" } },
    me: { reach: { kind: "own" } },
  };
  return { clock, remotes: knownRemotes(all) };
}

Deno.test("remote tells of each node how it stands", async () => {
  const text = await remoteText(await oneOfEach());
  assert.deepEqual(text.split("\n"), [
    "✅ roof: 3m ago, 0.4s 🔁 2h",
    "❌ Tour: no answer for 2h",
    "⏳ new: not visited yet",
    "⏳ phone: busy with another client",
    "🚫 me: I am connected to it already",
  ]);
  assert(textLengthBytes(text) <= 200);
});

Deno.test("remote speaks French", async () => {
  const text = await remoteText({ ...await oneOfEach(), language: "fr" });
  assert.deepEqual(text.split("\n"), [
    "✅ roof: il y a 3m, 0.4s 🔁 2h",
    "❌ Tour: sans réponse depuis 2h",
    "⏳ new: pas encore visité",
    "⏳ phone: occupé par un autre client",
    "🚫 me: j'y suis déjà connecté",
  ]);
  assert(textLengthBytes(text) <= 200);
});

Deno.test("remote says that there are none", async () => {
  assert.equal(await remoteText({}), "📡 I visit no other nodes.");
  assert.equal(await remoteText({ language: "fr" }), "📡 Je ne visite aucun autre nœud.");
});

Deno.test("remote follows real visits", async () => {
  const clock = createFakeClock();
  await using node = await startStillNode({ nodeNum: 0x0b0b_0b0b });
  const roof = { name: "roof", host: "127.0.0.1", port: node.port, check_every_s: 600, timeout_s: 10 };
  const { say } = makeContext();
  await using remotes = createRemoteNodes({ clock, remotes: [roof], slots: new Slots(), say, report: () => {} });
  assert.equal(await remoteText({ clock, remotes }), "⏳ roof: not visited yet");
  await remotes.visit("roof", new AbortController().signal);
  await clock.tick(12_000);
  assert.equal(await remoteText({ clock, remotes }), "✅ roof: 12s ago, 0.0s");
});

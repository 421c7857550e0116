import assert from "node:assert/strict";
import { TimeLimitError } from "../../src/errors.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import type { RouteHop, TracerouteResult } from "../../src/mesh/requests.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, ASKER_NUM, type ContextOptions, OWN_NUM } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer, commandNamed, testCommands } from "../support/run_command.ts";

const MINUTE_MS = 60_000;
const RELAY = 0xaa01;
const TARGET = 0xaa02;

function hop(nodeNum: number, snr?: number): RouteHop {
  return { nodeNum, snr };
}

/** A /trace that remembers, over a mesh that answers as the test says; `traced` are the targets that were really asked. */
function createTracing(respond: (target: number) => Promise<TracerouteResult> = (target) => Promise.resolve(relayed(target))) {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  const commands = testCommands();
  const traced: number[] = [];
  addNode(nodes, { num: OWN_NUM, longName: "Bot", shortName: "BOT" });
  addNode(nodes, { num: ASKER_NUM, longName: "Asker", shortName: "ASK" });
  addNode(nodes, { num: RELAY, longName: "Relay hill", shortName: "RLY" });
  addNode(nodes, { num: TARGET, longName: "Target", shortName: "TGT" });
  const traceroute = (target: number) => {
    traced.push(target);
    return respond(target);
  };
  const ask = (args = "", options: ContextOptions = {}) => answer("trace", { clock, nodes, args, traceroute, ...options }, commands);
  return { clock, nodes, traced, ask };
}

function relayed(target: number): TracerouteResult {
  return { target, towards: [hop(RELAY, 5.5), hop(target, -3.25)], back: [hop(RELAY, 4), hop(OWN_NUM, 6.2)] };
}

Deno.test("rule 5: trace without argument goes to the asker", async () => {
  const { ask, traced } = createTracing();
  assert.equal(await ask(), "🔍 Asker (1 hop)\n➡️ me 5.5> Relay hill -3.2> Asker\n⬅️ Asker 4> Relay hill 6.2> me");
  assert.deepEqual(traced, [ASKER_NUM]);
});

Deno.test("trace finds its target by name or id", async () => {
  for (const args of ["target", "TGT", "!0000aa02"]) {
    const { ask, traced } = createTracing();
    assert.equal(
      await ask(args, { language: "fr" }),
      "🔍 Target (1 saut)\n➡️ moi 5.5> Relay hill -3.2> Target\n⬅️ Target 4> Relay hill 6.2> moi",
    );
    assert.deepEqual(traced, [TARGET]);
  }
});

Deno.test("trace tells direct neighbours, unknown signals, unknown relays and an untold way back", async () => {
  const answers: [TracerouteResult, string][] = [
    [{ target: TARGET, towards: [hop(TARGET, 7)], back: [hop(OWN_NUM, -0.02)] }, "🔍 Target (direct)\n➡️ me 7> Target\n⬅️ Target 0> me"],
    [{ target: TARGET, towards: [hop(TARGET)], back: [] }, "🔍 Target (direct)\n➡️ me ?> Target\n⬅️ ?"],
    [
      { target: TARGET, towards: [hop(0xffffffff), hop(0x99), hop(TARGET, 1)], back: [hop(OWN_NUM, 2)] },
      "🔍 Target (2 hops)\n➡️ me ?> ? ?> !00000099 1> Target\n⬅️ Target 2> me",
    ],
  ];
  for (const [result, expected] of answers) {
    assert.equal(await createTracing(() => Promise.resolve(result)).ask("target"), expected);
  }
});

Deno.test("trace refuses our own node and what cannot be found, without asking the mesh", async () => {
  const { ask, traced } = createTracing();
  assert.equal(await ask("bot"), "🔍 That is me.");
  assert.equal(await ask("bot", { language: "fr" }), "🔍 C'est moi.");
  assert.equal(await ask("nobody"), '🔍 No node "nobody".');
  assert.match(await ask("e"), /^🔍 3 nodes match, which one\?\n/);
  assert.deepEqual(traced, []);
});

Deno.test("rule 5: trace answers repeats from memory for ten minutes, with the age", async () => {
  const { ask, clock, traced } = createTracing();
  await ask("target");
  await clock.tick(3 * MINUTE_MS);
  assert.match(await ask("target"), /^🔍 Target \(1 hop, 3m ago\)\n➡️ me 5\.5> /);
  assert.match(await ask("target", { message: { from: RELAY }, language: "fr" }), /^🔍 Target \(1 saut, il y a 3m\)\n/);
  await clock.tick(7 * MINUTE_MS - 1);
  assert.match(await ask("target"), /9m ago/);
  assert.deepEqual(traced, [TARGET]);
  await clock.tick(1);
  assert.match(await ask("target"), /^🔍 Target \(1 hop\)\n/);
  assert.deepEqual(traced, [TARGET, TARGET]);
});

Deno.test("rule 5: trace serves a person once in five minutes, and says when again", async () => {
  const { ask, clock, traced } = createTracing();
  await ask("target");
  await clock.tick(MINUTE_MS + 1);
  assert.equal(await ask("relay"), "🔍 One trace in 5 minutes: again in 4m.");
  assert.match(await ask("relay", { message: { from: RELAY + 100 } }), /^🔍 Relay hill \(/);
  await clock.tick(4 * MINUTE_MS - 2);
  assert.equal(await ask("asker", { language: "fr" }), "🔍 Une trace toutes les 5 minutes: à nouveau dans 1s.");
  await clock.tick(1);
  assert.match(await ask("asker"), /^🔍 Asker \(/);
  assert.deepEqual(traced, [TARGET, RELAY, ASKER_NUM]);
});

Deno.test("trace without an answer says so, counts for the person and is not remembered", async () => {
  const { ask, traced } = createTracing(() => Promise.reject(new TimeLimitError("no answer in 60 s")));
  assert.equal(await ask("target"), "🔍 Target: no answer.");
  assert.equal(await ask("target"), "🔍 One trace in 5 minutes: again in 5m.");
  assert.equal(await ask("target", { message: { from: RELAY }, language: "fr" }), "🔍 Target: pas de réponse.");
  assert.deepEqual(traced, [TARGET, TARGET]);
});

Deno.test("trace ends with its signal", async () => {
  const { clock, nodes } = createTracing();
  const controller = new AbortController();
  const traceroute = (_target: number, { signal }: { readonly signal: AbortSignal }) =>
    new Promise<TracerouteResult>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  const text = answer("trace", { clock, nodes, args: "target", traceroute, signal: controller.signal });
  controller.abort();
  assert.equal(await text, "🔍 Target: no answer.");
});

Deno.test("trace leaves other failures to the router, and lets the target be traced again", async () => {
  let fails = true;
  const { ask } = createTracing((target) => fails ? Promise.reject(new Error("queue full")) : Promise.resolve(relayed(target)));
  await assert.rejects(ask("target"), /queue full/);
  fails = false;
  assert.match(await ask("target", { message: { from: RELAY } }), /^🔍 Target \(1 hop\)/);
});

Deno.test("trace asks the mesh once while an answer is awaited", async () => {
  const { promise, resolve } = Promise.withResolvers<TracerouteResult>();
  const { ask, traced } = createTracing(() => promise);
  const first = ask("target");
  assert.equal(await ask("target", { message: { from: RELAY } }), "🔍 Target: a trace is under way.");
  resolve(relayed(TARGET));
  assert.match(await first, /^🔍 Target \(1 hop\)/);
  assert.deepEqual(traced, [TARGET]);
});

Deno.test("trace fits seven hops there and back into one message", async () => {
  const { clock, nodes, ask } = createTracing((target) => {
    const relays = Array.from({ length: 7 }, (_, i) => hop(0xbb00 + i, -12.75));
    return Promise.resolve({ target, towards: [...relays, hop(target, -12.75)], back: [...relays.toReversed(), hop(OWN_NUM, -12.75)] });
  });
  for (let i = 0; i < 7; i++) addNode(nodes, { num: 0xbb00 + i, longName: "🗼".repeat(10), shortName: `RLY${i}` });
  const text = await ask("target");
  assert(textLengthBytes(text) <= 200, text);
  assert.match(text, /^🔍 Target \(7 hops\)\n➡️ me( -13>RLY\d){7} -13>TGT\n⬅️ TGT( -13>RLY\d){7} -13>me$/);
  await clock.tick(9 * MINUTE_MS);
  assert.match(await ask("target", { language: "fr" }), /^🔍 Target \(7 sauts, il y a 9m\)\n➡️ moi( -13>RLY\d){7} -13>TGT\n/);
});

Deno.test("trace shortens names only as far as it must", async () => {
  const { nodes, ask } = createTracing((target) =>
    Promise.resolve({
      target,
      towards: [hop(0xbb00, 1), hop(0xbb01, 1), hop(target, 1)],
      back: [hop(0xbb01, 1), hop(0xbb00, 1), hop(OWN_NUM, 1)],
    })
  );
  addNode(nodes, { num: 0xbb00, longName: "A very long name of a relay", shortName: "AVL" });
  addNode(nodes, { num: 0xbb01, longName: "Another long name of a relay", shortName: "ALN" });
  const text = await ask("target");
  assert(textLengthBytes(text) <= 200, text);
  assert.match(text, /➡️ me 1> A very long name.*…? 1> Another long name/);
});

Deno.test("trace survives a forged answer with a hundred hops", async () => {
  const { ask } = createTracing((target) => {
    const many = Array.from({ length: 100 }, (_, i) => hop(i, 1e30));
    return Promise.resolve({ target, towards: many, back: many });
  });
  const text = await ask("target");
  assert(textLengthBytes(text) <= 400, text);
  assert.match(text, /^🔍 Target \(hops unknown\)\n➡️ me \?>.*…\n⬅️ TGT \?>.*…$/);
});

Deno.test("trace gives its handler the time that a traceroute takes", () => {
  assert.equal(commandNamed(testCommands(), "trace").deadlineMs, 75_000);
});

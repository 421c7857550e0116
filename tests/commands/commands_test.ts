import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Language } from "../../src/i18n/mod.ts";
import { createNodeDb, type NodeDb } from "../../src/mesh/node_db.ts";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { createPeople } from "../../src/mesh/people.ts";
import type { OrderResult } from "../../src/mesh/remote_admin.ts";
import type { TracerouteResult } from "../../src/mesh/requests.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import type { Reply } from "../../src/router/command.ts";
import { indexCommands } from "../../src/router/command_index.ts";
import { addNode, ASKER_NUM, type ContextOptions, forgetfulFile, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { reply, testCommands } from "../support/run_command.ts";

const LIMIT_BYTES = 200;
const BAIT = /^(ping|pong|test|testing|ack|cq|cmd|\/)/i;
const NOT_PLAIN = /(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Cs}/u;

const HOSTILE_NAMES = [
  "ping",
  "/help",
  "cmd cq ack",
  "🗼".repeat(10),
  "👩‍👩‍👧‍👦".repeat(4),
  "x".repeat(40),
  "line\nbreak\r\u0000\u001b[31m",
  "\u202eevil\u2066\u200f",
  "שלום עולם ٱلسَّلَامُ",
  "e\u0301".repeat(40),
  "\ud800 lone",
  "",
];

function createHostileMesh(clock: FakeClock): NodeDb {
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: OWN_NUM, longName: "Bot", place: OWN_PLACE, heard: false });
  HOSTILE_NAMES.forEach((name, i) =>
    addNode(nodes, {
      num: ASKER_NUM + i,
      longName: name,
      shortName: name,
      place: { latitude: -90 + i, longitude: -180 + i, altitude: -2_000_000_000, precisionBits: i },
      batteryPercent: 4_000_000_000,
      heard: { snr: i % 2 === 0 ? 1e30 : -12.25, rssi: -2_000_000_000 },
    })
  );
  return nodes;
}

function textOf(answer: Reply): string | undefined {
  return typeof answer === "object" ? answer.text : answer;
}

function assertGoodManners(answer: Reply, question: string): void {
  const text = textOf(answer);
  if (text === undefined) return;
  assert.doesNotMatch(text, BAIT, `${question}: ${text}`);
  assert.doesNotMatch(text, NOT_PLAIN, `${question}: ${JSON.stringify(text)}`);
  assert(text.trim() !== "", question);
}

function traceroute(target: number): Promise<TracerouteResult> {
  const relays = HOSTILE_NAMES.map((_, i) => ({ nodeNum: ASKER_NUM + i, snr: i % 3 === 0 ? undefined : -12.75 })).slice(0, 4);
  return Promise.resolve({
    target,
    towards: [...relays, { nodeNum: target, snr: 5 }],
    back: [...relays.toReversed(), { nodeNum: OWN_NUM, snr: Number.NaN }],
  });
}

const ORDER_RESULTS: readonly OrderResult[] = [
  { kind: "confirmed" },
  { kind: "unconfirmed" },
  { kind: "no-key" },
  { kind: "no-answer" },
  { kind: "not-admin" },
  { kind: "failed", reason: "test \u202e\u0000\n".repeat(50) },
  { kind: "failed", reason: "\u200b" },
];

/** Answers from outside in turn, every other one for an admin. */
function hostileWorld(turn: number): Pick<ContextOptions, "traceroute" | "reboot" | "reload" | "rest" | "admin"> {
  const mistakes = [`meshbot.toml, line 1, "\u0007\u202e${"👩‍👩‍👧‍👦".repeat(30)}"`, "ping"].slice(turn % 3);
  return {
    admin: turn % 2 === 0,
    traceroute,
    reboot: () => Promise.resolve(ORDER_RESULTS[turn % ORDER_RESULTS.length] as OrderResult),
    reload: () => Promise.resolve(mistakes),
    ...(turn % 3 === 0 ? {} : { rest: turn % 3 === 1 ? "ping the rest" : "/help" }),
  };
}

Deno.test("createCommands() has a list without two commands of one name", () => {
  const words = [...indexCommands(testCommands()).keys()];
  assert.deepEqual(words.toSorted(), [
    "?",
    "about",
    "aide",
    "alerts",
    "ban",
    "blitz",
    "echo",
    "graphs",
    "help",
    "histo",
    "hop",
    "info",
    "keys",
    "legend",
    "meteo",
    "more",
    "mute",
    "my",
    "météo",
    "neighbors",
    "node",
    "nodemt",
    "nodes",
    "packets",
    "ping",
    "pluie",
    "power",
    "propag",
    "rain",
    "reboot",
    "reload",
    "remote",
    "start",
    "stats",
    "status",
    "stop",
    "sys",
    "test",
    "top",
    "trace",
    "traffic",
    "trafic",
    "unban",
    "unmute",
    "vigi",
    "vigilance",
    "weather",
    "whoami",
  ]);
});

Deno.test("rule 14: createCommands() has the built-in aliases", () => {
  const words = indexCommands(testCommands());
  const aliases = { test: "ping", info: "node", nodemt: "nodes", aide: "help", "?": "help", whoami: "my" };
  for (const [alias, name] of Object.entries(aliases)) assert.equal(words.get(alias)?.name, name, alias);
});

Deno.test("rule 9: createCommands() has exactly these commands for admins, none of them for channels", () => {
  const forAdmins = testCommands().filter(({ admin }) => admin);
  assert.deepEqual(forAdmins.map(({ name }) => name).toSorted(), ["ban", "mute", "reboot", "reload", "unban", "unmute"]);
  for (const { name, scope } of forAdmins) assert.equal(scope, "direct", name);
});

Deno.test("createCommands() answers only ping, my, echo and the weather on channels", () => {
  const onChannel = testCommands().filter(({ scope }) => scope === "channel").map(({ name }) => name);
  assert.deepEqual(onChannel.toSorted(), ["echo", "my", "ping", "rain", "weather"]);
});

Deno.test("rule 13: every command answers every hostile name in one message, without bait or hidden characters", async () => {
  for (const language of ["en", "fr"] as const) {
    for (const { name } of testCommands()) {
      const clock = createFakeClock();
      const nodes = createHostileMesh(clock);
      for (const [i, args] of HOSTILE_NAMES.entries()) {
        const message = { from: ASKER_NUM + i };
        const config = { MESHBOT_ECHO_CHANNEL: "0", MESHBOT_ABOUT_OWNER: "/ping".repeat(12), MESHBOT_ABOUT_CONTACT: "é".repeat(30) };
        const answer = await reply(name, { language, clock, nodes, args, message, config, ...hostileWorld(i) });
        assertGoodManners(answer, `/${name} ${JSON.stringify(args)}`);
        const text = textOf(answer) ?? "";
        assert(textLengthBytes(text) <= LIMIT_BYTES, `/${name} ${JSON.stringify(args)}: ${textLengthBytes(text)} bytes: ${text}`);
      }
    }
  }
});

Deno.test("no command throws or exceeds two messages, whatever is asked and however it came", async () => {
  const clock = createFakeClock();
  const nodes = createHostileMesh(clock);
  const commands = testCommands();
  const people = createPeople({ clock, file: forgetfulFile });
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const message: fc.Arbitrary<Partial<TextMessage>> = fc.record({
    from: fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(...HOSTILE_NAMES.map((_, i) => ASKER_NUM + i))),
    hopsUsed: optional(fc.oneof(fc.nat({ max: 7 }), fc.nat())),
    snr: optional(fc.double()),
    rssi: optional(fc.integer()),
    viaMqtt: fc.boolean(),
    relayNode: fc.nat({ max: 0xffffffff }),
  });
  const args = fc.oneof(
    fc.string({ unit: "binary", maxLength: 240 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.integer().map(String),
    fc.constantFrom(...HOSTILE_NAMES, ...commands.map(({ name }) => name), "e", "!a1b2e4ed"),
  );
  const messageBytes = fc.integer({ min: 110, max: 232 });
  const language = fc.constantFrom<Language>("en", "fr");
  const name = fc.constantFrom(...commands.map((command) => command.name));
  await fc.assert(
    fc.asyncProperty(name, args, message, messageBytes, language, async (name, args, message, bytes, language) => {
      await clock.tick(60_000);
      const config = { MESHBOT_MESH_MESSAGE_BYTES: String(bytes), MESHBOT_ECHO_CHANNEL: "LongFast" };
      const world = hostileWorld(bytes);
      const answer = await reply(name, { clock, nodes, args: args.trim(), message, language, config, people, ...world }, commands);
      assertGoodManners(answer, `/${name} ${args}`);
      const text = textOf(answer) ?? "";
      assert(textLengthBytes(text) <= 2 * bytes, `/${name}: ${textLengthBytes(text)} of ${bytes} bytes: ${text}`);
    }),
    { numRuns: 1500 },
  );
});

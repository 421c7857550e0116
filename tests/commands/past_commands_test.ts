import assert from "node:assert/strict";
import * as fc from "fast-check";
import { histo } from "../../src/commands/histo.ts";
import { hop } from "../../src/commands/hop.ts";
import { keys } from "../../src/commands/keys.ts";
import { neighbors } from "../../src/commands/neighbors.ts";
import { packets } from "../../src/commands/packets.ts";
import { propag } from "../../src/commands/propag.ts";
import { stats } from "../../src/commands/stats.ts";
import type { NamedCommand } from "../../src/commands/support/named.ts";
import { top } from "../../src/commands/top.ts";
import { traffic } from "../../src/commands/traffic.ts";
import { beginsLikeBait } from "../../src/i18n/bait.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { HistoryError } from "../../src/store/history_error.ts";
import { makeContext, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { busyOf, createPast, dataOf, type Past, reportOf, routeOf, textOf } from "../support/past.ts";

const COMMANDS: readonly NamedCommand[] = [stats, top, histo, hop, traffic, packets, neighbors, propag, keys];
const TOPICS = ["", "top", "top 24 20", "types", "channel", "hours pos 48", "hops"];
const NOT_PLAIN = /(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Cs}/u;
const CHANNELS = { MESHBOT_MESH_CHANNELS: "0", MESHBOT_ALERTS_TIMEZONE: "UTC" };

const HOSTILE = [
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
  "…(+7)",
  "",
];

/** A mesh whose nodes have such names, send such texts, and announce whatever a packet can hold. */
function hearHostileMesh(past: Past): void {
  past.know({ num: OWN_NUM, longName: "Bot", place: OWN_PLACE });
  HOSTILE.forEach((name, index) => {
    const from = 0xa0000000 + index;
    const publicKey = new Uint8Array(index % 2 === 0 ? 32 : 0);
    past.know({
      num: from,
      longName: name,
      shortName: name,
      publicKey,
      place: { latitude: 40 + index, longitude: 2 + index, precisionBits: index },
    });
    past.hear(
      { from, data: textOf(`${name} ${"ping /help ".repeat(12)}`), rxSnr: index % 3 === 0 ? 3e38 : -12.25, rxRssi: -2_000_000_000 },
      3,
    );
    past.hear({ from, data: dataOf(index % 2 === 0 ? 511 - index : 2_000_000_000 + index), hopStart: 200 + index, hopLimit: 0 });
    past.hear({ from, data: busyOf(index === 0 ? 1e30 : 8 * index) });
    past.hear({ from, data: reportOf({ [0xa0000001]: 1e30, [0xa0000002]: -3e38, [0xffffffff]: 1, [OWN_NUM]: 5 }) });
    past.hear({ from, to: OWN_NUM, data: routeOf([0xa0000003, 0xffffffff], [1, 2, -30]) });
    past.hear({ from, data: { portnum: 71, payload: new TextEncoder().encode(name) } });
  });
}

function assertGoodManners(text: string, question: string, limitBytes: number): void {
  assert(!beginsLikeBait(text), `${question}: ${text}`);
  assert.doesNotMatch(text, NOT_PLAIN, `${question}: ${JSON.stringify(text)}`);
  assert(text.trim() !== "", question);
  assert(textLengthBytes(text) <= limitBytes, `${question}: ${textLengthBytes(text)} bytes: ${text}`);
}

Deno.test("rule 13: commands on the past answer any mesh in one message, without bait or hidden characters", async () => {
  await using past = createPast(1);
  hearHostileMesh(past);
  for (const language of ["en", "fr"] as const) {
    for (const command of COMMANDS) {
      for (const args of [...(command === stats ? TOPICS : ["", "24", "1 9", "text"]), ...HOSTILE.map((name) => name.trim())]) {
        const text = await past.answer(command, { args, language, config: CHANNELS });
        assertGoodManners(text, `/${command.name} ${JSON.stringify(args)}`, 200);
      }
    }
  }
});

Deno.test("commands on the past never throw nor exceed one message of 110 bytes or more, whatever is asked", async () => {
  await using past = createPast(1);
  hearHostileMesh(past);
  const word = fc.constantFrom(...HOSTILE, "top", "h", "pos", "12", "99", "24h", "ch", "x", "a0000001", "!a0000004", "-1", "__proto__");
  const args = fc.oneof(fc.array(word, { maxLength: 3 }).map((words) => words.join(" ")), fc.string({ unit: "binary", maxLength: 240 }));
  const asked = fc.record({
    command: fc.constantFrom(...COMMANDS),
    args,
    bytes: fc.integer({ min: 110, max: 232 }),
    onChannel: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ command, args, bytes, onChannel }) => {
      const config = { ...CHANNELS, MESHBOT_MESH_MESSAGE_BYTES: String(bytes) };
      const text = await past.answer(command, { args: args.trim(), config, onChannel });
      const isPick = text.startsWith("🔍");
      assertGoodManners(text, `/${command.name} ${args}`, isPick ? 2 * bytes : bytes);
    }),
    { numRuns: 400 },
  );
});

Deno.test("commands on the past say so when the history cannot be read", async () => {
  const history = { ask: () => Promise.reject(new HistoryError("the history cannot answer: its thread does not run")) };
  for (const command of COMMANDS) {
    assert.equal(await command.run(makeContext({ history, config: CHANNELS })), "📊 No history: I cannot read it now.", command.name);
    const french = await command.run(makeContext({ history, config: CHANNELS, language: "fr" }));
    assert.equal(french, "📊 Pas d'historique: illisible pour l'instant.", command.name);
  }
});

Deno.test("commands on the past do not hide any other failure, and give up with the command's signal", async () => {
  const history = { ask: () => Promise.reject(new TypeError("a fault of ours")) };
  const late = new Error("late");
  await using past = createPast(1);
  for (const command of COMMANDS) {
    await assert.rejects(async () => await command.run(makeContext({ history, config: CHANNELS })), TypeError, command.name);
    const controller = new AbortController();
    const answer = past.reply(command, { config: CHANNELS, signal: controller.signal });
    controller.abort(late);
    await assert.rejects(answer, late, command.name);
  }
});

import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { createPeople, type People } from "../../src/mesh/people.ts";
import type { OrderResult } from "../../src/mesh/remote_admin.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, ASKER_NUM, type ContextOptions, forgetfulFile, OWN_NUM } from "../support/context.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { answer, testCommands } from "../support/run_command.ts";

const HOUR_MS = 3_600_000;
const BOB = 0xb0b00002;

interface Room {
  readonly clock: FakeClock;
  readonly people: People;
  readonly orders: [number, number][];
  /** What an admin is answered. */
  ask(name: string, args?: string, options?: ContextOptions): Promise<string>;
}

function createRoom(result: OrderResult = { kind: "confirmed" }): Room {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: OWN_NUM, longName: "Bot", heard: false });
  addNode(nodes, { num: BOB, longName: "Bob's base", shortName: "BOB" });
  addNode(nodes, { num: ASKER_NUM, longName: "Admin", shortName: "ADM" });
  const people = createPeople({ clock, file: forgetfulFile });
  const orders: [number, number][] = [];
  const reboot: ContextOptions["reboot"] = (nodeNum, seconds) => {
    orders.push([nodeNum, seconds]);
    return Promise.resolve(result);
  };
  const ask = (name: string, args = "", options: ContextOptions = {}) =>
    answer(name, { clock, nodes, people, reboot, admin: true, args, ...options });
  return { clock, people, orders, ask };
}

Deno.test("rule 9: every admin command refuses whoever is no admin, and does nothing", async () => {
  const { ask, people, orders } = createRoom();
  people.ban(BOB);
  for (const { name } of testCommands().filter(({ admin }) => admin)) {
    for (const args of ["", "1", "BOB", "!12345678"]) {
      assert.equal(await ask(name, args, { admin: false }), "🔒 Only for admins, in an encrypted direct message.", name);
    }
  }
  assert.equal(await ask("mute", "", { admin: false, language: "fr" }), "🔒 Réservé aux admins, en message direct chiffré.");
  assert.equal(people.mutedUntilWallMs(), undefined);
  assert.deepEqual([people.isBanned(BOB), people.isBanned(0x12345678)], [true, false]);
  assert.deepEqual(orders, []);
});

Deno.test("rule 9: every admin command refuses a text on a channel, whoever sent it", async () => {
  const { ask, people, orders } = createRoom();
  for (const { name } of testCommands().filter(({ admin }) => admin)) {
    assert.match(await ask(name, "BOB", { onChannel: true }), /^🔒 /, name);
  }
  assert.deepEqual([people.mutedUntilWallMs(), people.isBanned(BOB), orders.length], [undefined, false, 0]);
});

Deno.test("rule 9: mute lasts an hour, or as many as are asked for", async () => {
  const { ask, clock, people } = createRoom();
  assert.equal(await ask("mute"), "🔇 I answer only admins for 1h.");
  assert.equal(people.mutedUntilWallMs(), clock.wallMs() + HOUR_MS);
  for (const [args, hours] of [["1", 1], ["8", 8], ["12h", 12], ["24 h", 24], ["168", 168]] as const) {
    assert.equal(await ask("mute", args), `🔇 I answer only admins for ${hours}h.`);
    assert.equal(people.mutedUntilWallMs(), clock.wallMs() + hours * HOUR_MS);
  }
  assert.equal(await ask("unmute"), "🔊 I answer everybody again.");
  assert.equal(people.mutedUntilWallMs(), undefined);
  assert.equal(await ask("mute", "2", { language: "fr" }), "🔇 Je ne réponds qu'aux admins pendant 2h.");
});

Deno.test("rule 9: mute refuses everything but 1 to 168 hours", async () => {
  const { ask, people } = createRoom();
  for (const args of ["0", "169", "-1", "1.5", "1e3", "999", "0x10", "an hour", "2d", "٣"]) {
    assert.equal(await ask("mute", args), "Usage: /mute [h]", args);
  }
  assert.equal(people.mutedUntilWallMs(), undefined);
});

Deno.test("rule 9: ban and unban take a name, an id, and an id that was never heard", async () => {
  const { ask, people } = createRoom();
  assert.equal(await ask("ban", "bob"), "⛔ Bob's base !b0b00002 gets no more answers.");
  assert.equal(people.isBanned(BOB), true);
  assert.equal(await ask("unban", "!B0B00002"), "👌 Bob's base !b0b00002 is answered again.");
  assert.equal(people.isBanned(BOB), false);
  assert.equal(await ask("unban", "BOB"), "👌 Bob's base !b0b00002 was not banned.");
  assert.equal(await ask("ban", "!12345678"), "⛔ !12345678 gets no more answers.");
  assert.equal(await ask("unban", "!12345678", { language: "fr" }), "👌 !12345678 aura de nouveau des réponses.");
});

Deno.test("rule 9: ban refuses our own node, the asker's, nobody's, and names that nobody has", async () => {
  const { ask, people } = createRoom();
  assert.equal(await ask("ban"), "Usage: /ban name|id");
  assert.equal(await ask("unban"), "Usage: /unban name|id");
  assert.equal(await ask("ban", "Bot"), "🤖 That is my own node.");
  assert.equal(await ask("ban", "!16fad3dc"), "🤖 That is my own node.");
  assert.equal(await ask("ban", "Admin"), "🤖 That is your own node.");
  assert.equal(await ask("ban", "nobody"), '🔍 No node "nobody".');
  assert.equal(await ask("ban", "12345678"), '🔍 No node "12345678".');
  for (const args of ["!00000000", "!ffffffff", "!1234567"]) assert.match(await ask("ban", args), /^🔍 No node/, args);
  assert.match(await ask("ban", "b"), /^🔍 2 nodes match/);
  for (const num of [0, 0xffffffff, OWN_NUM, ASKER_NUM, BOB]) assert.equal(people.isBanned(num), false);
});

Deno.test("rule 9: reload says that the new configuration holds, or the first mistake in one message", async () => {
  const { ask } = createRoom();
  assert.equal(await ask("reload", "", { reload: () => Promise.resolve([]) }), "🔄 The new configuration holds.");
  const mistakes = ["meshbot.toml, line 3, node.port is 0: must be a whole number from 1 to 65535", "another"];
  assert.equal(
    await ask("reload", "", { reload: () => Promise.resolve(mistakes) }),
    `⚠️ The old configuration stays, 2 mistakes:\n${mistakes[0]}`,
  );
  const long = await ask("reload", "", { language: "fr", reload: () => Promise.resolve(["é\u202e\n".repeat(300)]) });
  assert.match(long, /^⚠️ L'ancienne configuration reste, 1 erreur:\né[é ]*…$/);
  assert(textLengthBytes(long) <= 200);
});

const ANSWERS: readonly (readonly [OrderResult, string])[] = [
  [{ kind: "confirmed" }, "🔁 Bob's base restarts in 15s."],
  [{ kind: "unconfirmed" }, "🔁 Bob's base: the order went out, no answer."],
  [{ kind: "no-key" }, "❌ Bob's base: my node does not know its key."],
  [{ kind: "no-answer" }, "❌ Bob's base: no answer."],
  [{ kind: "not-admin" }, "❌ Bob's base does not take my node for an admin."],
  [{ kind: "failed", reason: "ADMIN_BAD_SESSION_KEY" }, "❌ Bob's base: ADMIN_BAD_SESSION_KEY"],
];

for (const [result, text] of ANSWERS) {
  Deno.test(`rule 9: reboot orders the node and tells of it: ${result.kind}`, async () => {
    const { ask, orders } = createRoom(result);
    assert.equal(await ask("reboot", "BOB"), text);
    assert.deepEqual(orders, [[BOB, 15]]);
  });
}

Deno.test("rule 9: reboot takes our own node too, and sends nothing for a name that nobody has", async () => {
  const { ask, orders } = createRoom();
  assert.equal(await ask("reboot"), "Usage: /reboot name|id");
  assert.equal(await ask("reboot", "nobody"), '🔍 No node "nobody".');
  assert.deepEqual(orders, []);
  assert.equal(await ask("reboot", "!16fad3dc", { language: "fr" }), "🔁 Bot redémarre dans 15s.");
  assert.deepEqual(orders, [[OWN_NUM, 15]]);
});

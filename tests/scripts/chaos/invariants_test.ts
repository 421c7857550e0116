import assert from "node:assert/strict";
import { make } from "../../../src/link/codec.ts";
import type { MeshPacket } from "../../../src/link/messages.ts";
import { Answers } from "../../../scripts/chaos/invariants/answers.ts";
import type { JournalEntry } from "../../../scripts/chaos/invariants/journal.ts";
import { keyOf } from "../../../scripts/chaos/invariants/journal.ts";
import { LogLines } from "../../../scripts/chaos/invariants/log_lines.ts";
import { OneConnection } from "../../../scripts/chaos/invariants/one_connection.ts";
import { quantile, Recovery } from "../../../scripts/chaos/invariants/recovery.ts";
import { Resources } from "../../../scripts/chaos/invariants/resources.ts";
import { lastLine, standingLines } from "../../../scripts/chaos/report.ts";

const ASKER = 0x1111;
const OTHER = 0x2222;
const LATER_MS = 300_000;

Deno.test("OneConnection takes a dial beside an open socket of the bot for a break, and nothing else", async () => {
  const open = new Set<number>();
  const watch = new OneConnection(4403, () => new Set(open));
  open.add(50_000);
  await watch.dialed(50_000);
  open.delete(50_000);
  open.add(50_001);
  await watch.dialed(50_001);
  assert.deepEqual(watch.standing().broken, []);
  open.add(50_002);
  await watch.dialed(50_002);
  assert.equal(watch.standing().broken.length, 1);
  assert.match(watch.standing().broken[0] as string, /50001/);
});

Deno.test("OneConnection leaves another client out, also while its connect has not returned", async () => {
  const open = new Set([50_000, 60_000]);
  const watch = new OneConnection(4403, () => new Set(open));
  await watch.dialed(50_000);
  const connecting = Promise.withResolvers<{ readonly localAddr: Deno.Addr }>();
  const known = watch.stranger(connecting.promise);
  const judged = watch.dialed(60_000);
  connecting.resolve({ localAddr: { transport: "tcp", hostname: "127.0.0.1", port: 60_000 } });
  await Promise.all([known, judged]);
  assert.ok(watch.isStranger(60_000));
  open.delete(50_000);
  open.add(50_001);
  await watch.dialed(50_001);
  assert.deepEqual(watch.standing(), { name: "one connection", seen: "2 dials of the bot", broken: [] });
});

Deno.test("LogLines finds stacks, errors that nothing explains and lines that are not of the log", () => {
  const line = (level: string, message: string) => JSON.stringify({ level, message, logger: "link" });
  const log = new LogLines();
  log.line(line("INFO", "ready"));
  log.line(line("WARNING", "TCP connection lost"));
  log.line("");
  assert.deepEqual(log.standing().broken, []);
  const bad = [
    "error: Uncaught (in promise) TypeError: x",
    line("ERROR", "could not handle a packet message: Error\n    at take (connection.ts:1:1)"),
    line("WARNING", "ended by a fault of the program"),
    line("ERROR", "the journal cannot be written (disk I/O error)"),
  ];
  for (const text of bad) log.line(text);
  assert.equal(log.standing().broken.length, bad.length);
});

Deno.test("LogLines lets a full disk explain that the journal cannot be written, but no stack", () => {
  const log = new LogLines();
  log.happened("diskFull");
  log.line(JSON.stringify({ level: "ERROR", message: "the journal cannot be written (database or disk is full)" }));
  assert.deepEqual(log.standing().broken, []);
  log.over("diskFull");
  log.line(JSON.stringify({ level: "ERROR", message: "the journal cannot be written (database or disk is full)" }));
  assert.equal(log.standing().broken.length, 1);
  log.happened("diskFull");
  log.line(JSON.stringify({ level: "ERROR", message: "the journal cannot be written: Error\n    at write (x.ts:1:1)" }));
  assert.equal(log.standing().broken.length, 2);
});

Deno.test("Resources and LogLines take for broken what they have never seen", () => {
  assert.deepEqual([new Resources().standing().broken.length, new LogLines().standing().broken.length], [1, 1]);
});

Deno.test("Resources bounds memory and descriptors", () => {
  const resources = new Resources();
  resources.seen({ rssKib: 120 * 1024, descriptors: 40 });
  assert.deepEqual(resources.standing().broken, []);
  resources.seen({ rssKib: 400 * 1024, descriptors: 40 });
  resources.seen({ rssKib: 100 * 1024, descriptors: 400 });
  assert.equal(resources.standing().broken.length, 2);
});

Deno.test("Recovery bounds the median after FIN and RST, the longest after silence, and any that never ends", () => {
  const recovery = new Recovery({ silentTimeoutMs: 6000 });
  for (const ms of [100, 200, 5000]) recovery.took("fin", ms);
  recovery.took("silence", 7900);
  assert.deepEqual(recovery.standing().broken, []);
  recovery.took("fin", 400);
  recovery.took("fin", 500);
  recovery.took("silence", 8100);
  recovery.never("reboot", 40_000);
  assert.deepEqual(recovery.standing().broken.map((story) => story.split(":")[0]).sort(), ["fin", "reboot", "silence"]);
});

Deno.test("quantile() gives a value of the list: the middle one, the largest for 99 % of few", () => {
  assert.equal(quantile([1, 2, 3], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.99), 4);
  assert.equal(quantile([1], 0.5), 1);
});

function packet(id: number): MeshPacket {
  return make("MeshPacket", { from: ASKER, id });
}

function judged(books: Answers, journal: Record<number, JournalEntry> = {}): [string, number][] {
  const entries = new Map(Object.entries(journal).map(([id, entry]) => [keyOf(ASKER, Number(id)), entry]));
  return [...books.verdict(entries, LATER_MS).fates];
}

function asked(id = 1): Answers {
  const books = new Answers();
  books.asked({ from: ASKER, id, text: "/ping", atMs: 0 });
  return books;
}

interface AtEnd {
  readonly ageMs: number;
  readonly waitsForService?: boolean;
  readonly answers?: readonly string[];
}

const said = (packetId: number, to = ASKER) => ({ packetId, to, replyId: 1, text: "pong" });

Deno.test("Answers: one answer is right however often it is sent under its id, a second one is a break", () => {
  const books = asked();
  books.handed(packet(1), 1, 10);
  assert.equal(books.aired(said(7)), 1);
  books.aired(said(7));
  assert.deepEqual(judged(books), [["answered", 1]]);
  books.aired(said(8));
  assert.deepEqual(judged(books), [["broken", 1]]);
});

Deno.test("Answers: what lay unread at the end of its connection is lost, what the bot lived with for long is not", () => {
  const unread = asked();
  unread.handed(packet(1), 1, 10);
  unread.over(1, 100);
  assert.deepEqual(judged(unread), [["unread", 1]]);
  const ignored = asked();
  ignored.handed(packet(1), 1, 10);
  ignored.over(1, 9000);
  assert.deepEqual(judged(ignored), [["broken", 1]]);
});

Deno.test("Answers: few may be under way at the end, and only what is worked on or waits for a service", () => {
  const atEnd = (count: number, { ageMs, waitsForService = false, answers = [] }: AtEnd) => {
    const books = new Answers();
    const journal = new Map<string, JournalEntry>();
    for (let id = 1; id <= count; id += 1) {
      books.asked({ from: ASKER, id, text: "/weather", atMs: LATER_MS - ageMs, waitsForService });
      books.handed(packet(id), 1, LATER_MS - ageMs);
      journal.set(keyOf(ASKER, id), { request: answers.length > 0 ? "answered" : "open", answers });
    }
    const { fates, standings } = books.verdict(journal, LATER_MS);
    return [[...fates.keys()].join(), standings[0]?.broken.length];
  };
  assert.deepEqual(atEnd(2, { ageMs: 14_000 }), ["under way", 0]);
  assert.deepEqual(atEnd(3, { ageMs: 14_000 }), ["under way", 1]);
  assert.deepEqual(atEnd(1, { ageMs: 16_000 }), ["broken", 1]);
  assert.deepEqual(atEnd(1, { ageMs: 16_000, waitsForService: true }), ["under way", 0]);
  assert.deepEqual(atEnd(1, { ageMs: 16_000, answers: ["queued (0 tries)"] }), ["under way", 0]);
  assert.deepEqual(atEnd(1, { ageMs: 41_000, answers: ["queued (0 tries)"] }), ["broken", 1]);
});

Deno.test("Answers: what was never handed over needs a reason", () => {
  assert.deepEqual(judged(asked()), [["broken", 1]]);
  const lost = asked();
  lost.lost(packet(1));
  assert.deepEqual(judged(lost), [["lost by the node", 1]]);
  const stolen = asked();
  stolen.stolen(packet(1));
  assert.deepEqual(judged(stolen), [["stolen", 1]]);
});

Deno.test("Answers: what is in the journal must be answered, unless the node lost both sendings or the link was long away", () => {
  const noted = () => {
    const books = asked();
    books.handed(packet(1), 1, 10);
    books.over(1, 20);
    return books;
  };
  const journal = { 1: { request: "answered", answers: ["expired (0 tries)"] } };
  assert.deepEqual(judged(noted(), journal), [["broken", 1]]);
  const twice = { 1: { request: "answered", answers: ["unknown (2 tries)"] } };
  assert.deepEqual(judged(noted(), twice), [["answer lost on its way", 1]]);
  const away = noted();
  away.outage(20, 20_000);
  assert.deepEqual(judged(away, journal), [["too late", 1]]);
  const shortly = noted();
  shortly.outage(20, 5000);
  assert.deepEqual(judged(shortly, journal), [["broken", 1]]);
});

Deno.test("Answers: that a noted command is old excuses nothing", () => {
  const books = asked();
  books.handed(packet(1), 1, 10);
  const entries = new Map([[keyOf(ASKER, 1), { request: "answered", answers: ["failed (1 tries)"] }]]);
  assert.deepEqual([...books.verdict(entries, 3_600_000).fates], [["broken", 1]]);
});

Deno.test("Answers: half frames explain one command that was not noted though a later one was, not two, and none long after", () => {
  const swallowed = (atMs: number, count: number) => {
    const books = new Answers();
    for (let id = 1; id <= count + 1; id += 1) {
      books.asked({ from: ASKER, id, text: "/ping", atMs: 0 });
      books.handed(packet(id), 1, 10);
    }
    books.aired({ packetId: 7, to: ASKER, replyId: count + 1, text: "pong" });
    books.torn(atMs);
    return books.verdict(new Map([[keyOf(ASKER, count + 1), { request: "answered", answers: ["delivered (1 tries)"] }]]), LATER_MS);
  };
  assert.deepEqual([...swallowed(5, 1).fates], [["swallowed by half frames", 1], ["answered", 1]]);
  assert.deepEqual(swallowed(5, 1).standings[0]?.broken, []);
  assert.equal(swallowed(5, 2).standings[0]?.broken.length, 1);
  assert.deepEqual([...swallowed(-5000, 1).fates], [["broken", 1], ["answered", 1]]);
});

Deno.test("Answers: many answers that are lost on their way are a break", () => {
  const books = new Answers();
  const journal = new Map<string, JournalEntry>();
  for (let id = 1; id <= 3; id += 1) {
    books.asked({ from: ASKER, id, text: "/ping", atMs: 0 });
    books.handed(packet(id), 1, 10);
    journal.set(keyOf(ASKER, id), { request: "answered", answers: ["unknown (2 tries)"] });
  }
  assert.equal(books.verdict(journal, LATER_MS).standings[0]?.broken.length, 1);
});

Deno.test("Answers: an answer to somebody else, and one that nobody asked for, are breaks", () => {
  const books = asked();
  books.handed(packet(1), 1, 10);
  books.aired(said(7, OTHER));
  books.aired({ packetId: 9, to: OTHER, replyId: 99, text: "?" });
  const [, others] = books.verdict(new Map(), LATER_MS).standings;
  assert.equal(others?.broken.length, 2);
});

Deno.test("lastLine() names the invariants that broke; standingLines() tells their stories", () => {
  const standings = [{ name: "one", seen: "", broken: [] }, { name: "two", seen: "", broken: ["a story"] }];
  assert.equal(lastLine(standings, 5), "chaos: BROKEN: two (seed 5)");
  assert.equal(lastLine(standings.slice(0, 1), 5), "chaos: all invariants hold (seed 5)");
  assert.match(standingLines(standings).join("\n"), /BROKEN {2}two[^]*a story/);
});

Deno.test("OneConnection forgets another client's port when it has left and somebody dials from there again", async () => {
  const watch = new OneConnection(4403, () => new Set());
  const stranger = { localAddr: { transport: "tcp", hostname: "127.0.0.1", port: 60_000 } } as const;
  await watch.stranger(Promise.resolve(stranger));
  await watch.dialed(60_000);
  watch.strangerLeft(stranger);
  assert.ok(watch.isStranger(60_000));
  await watch.dialed(60_000);
  assert.ok(!watch.isStranger(60_000));
  await watch.stranger(Promise.resolve(stranger));
  await watch.dialed(60_000);
  assert.ok(watch.isStranger(60_000));
  assert.equal(watch.standing().seen, "1 dials of the bot");
});

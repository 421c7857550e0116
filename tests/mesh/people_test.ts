import assert from "node:assert/strict";
import { formatPublicKey } from "../../src/config.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { createPeople, MAX_SUBSCRIBERS, type People, type PeopleFile } from "../../src/mesh/people.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

const HOUR_MS = 3_600_000;
const ALICE = 0xa11ce001;
const BOB = 0xb0b00002;
const KEY = formatPublicKey(new Uint8Array(32).fill(7));
const OTHER_KEY = formatPublicKey(new Uint8Array(32).fill(8));

interface FakeFile extends PeopleFile {
  /** As it would be on disk. */
  text: string | undefined;
  writes: number;
}

function createFakeFile(text?: string): FakeFile {
  return {
    text,
    writes: 0,
    read(parse) {
      try {
        return Promise.resolve(this.text === undefined ? undefined : parse(JSON.parse(this.text)));
      } catch {
        return Promise.resolve(undefined);
      }
    },
    write(value) {
      this.text = JSON.stringify(value);
      this.writes += 1;
    },
  };
}

async function load(file: PeopleFile, clock: FakeClock = createFakeClock()): Promise<People> {
  const people = createPeople({ clock, file });
  await people.load();
  return people;
}

Deno.test("rule 15: createPeople() remembers who said /stop, also over a restart", async () => {
  const file = createFakeFile();
  const people = await load(file);
  assert.equal(people.isStopped(ALICE), false);
  people.stop(ALICE);
  people.stop(BOB);
  people.start(BOB);
  assert.deepEqual([people.isStopped(ALICE), people.isStopped(BOB)], [true, false]);
  const next = await load(file);
  assert.deepEqual([next.isStopped(ALICE), next.isStopped(BOB)], [true, false]);
});

Deno.test("rule 9: createPeople() remembers who is banned, also over a restart", async () => {
  const file = createFakeFile();
  const people = await load(file);
  people.ban(ALICE);
  people.ban(BOB);
  people.unban(BOB);
  assert.deepEqual([people.isBanned(ALICE), people.isBanned(BOB), people.isStopped(ALICE)], [true, false, false]);
  const next = await load(file);
  assert.deepEqual([next.isBanned(ALICE), next.isBanned(BOB)], [true, false]);
});

Deno.test("People.subscribe() remembers who wants the alerts, also over a restart", async () => {
  const file = createFakeFile();
  const people = await load(file);
  assert.deepEqual(people.subscribers(), []);
  assert.deepEqual([people.subscribe(BOB), people.subscribe(ALICE), people.subscribe(BOB)], [true, true, true]);
  assert.deepEqual(people.subscribers(), [BOB, ALICE]);
  assert.deepEqual((await load(file)).subscribers(), [BOB, ALICE]);
  people.unsubscribe(BOB);
  people.unsubscribe(BOB);
  assert.equal(file.writes, 3);
  assert.deepEqual((await load(file)).subscribers(), [ALICE]);
});

Deno.test("People.subscribe() refuses one too many, unless somebody has said /stop or is banned", async () => {
  const people = await load(createFakeFile());
  for (let num = 1; num <= MAX_SUBSCRIBERS; num++) assert.equal(people.subscribe(num), true);
  assert.deepEqual([people.subscribe(ALICE), people.subscribe(1)], [false, true]);
  people.stop(5);
  assert.equal(people.subscribers().includes(5), true);
  assert.equal(people.subscribe(ALICE), true);
  assert.equal(people.subscribers().includes(5), false);
  people.ban(6);
  assert.equal(people.subscribe(BOB), true);
  assert.equal(people.subscribers().includes(6), false);
  assert.equal(people.subscribers().length, MAX_SUBSCRIBERS);
  assert.equal(people.subscribe(7777), false);
});

Deno.test("People.load() reads files of before there were subscribers, and no more subscribers than there may be", async () => {
  const old = { stopped: ["!a11ce001"], banned: ["!b0b00002"], pinned: {} };
  const people = await load(createFakeFile(JSON.stringify(old)));
  assert.deepEqual([people.isStopped(ALICE), people.isBanned(BOB), people.subscribers()], [true, true, []]);
  const many = Array.from({ length: 30 }, (_, index) => `!0000${String(1000 + index)}`);
  assert.equal((await load(createFakeFile(JSON.stringify({ ...old, subscribed: many })))).subscribers().length, MAX_SUBSCRIBERS);
});

Deno.test("People writes on each change, and on nothing else", async () => {
  const file = createFakeFile();
  const people = await load(file);
  people.stop(ALICE);
  people.stop(ALICE);
  people.start(BOB);
  people.unban(BOB);
  people.unmute();
  people.pin(ALICE, KEY);
  people.pin(ALICE, OTHER_KEY);
  assert.equal(file.writes, 2);
});

Deno.test("rule 9: People.pin() keeps the first key for good and says it in the log", async () => {
  const lines: string[] = [];
  startLog({ format: "journal", debug: false, write: (line) => lines.push(line) });
  try {
    const file = createFakeFile();
    const people = await load(file);
    assert.equal(people.pinnedKey(ALICE), undefined);
    people.pin(ALICE, KEY);
    people.pin(ALICE, OTHER_KEY);
    assert.equal(people.pinnedKey(ALICE), KEY);
    assert.deepEqual(lines, [`<4>mesh: the admin !a11ce001 is known by the key ${KEY} from now on, and by no other`]);
    assert.equal((await load(file)).pinnedKey(ALICE), KEY);
  } finally {
    stopLog();
  }
});

Deno.test("rule 9: People.mute() lasts its hours, a week at most, also over a restart", async () => {
  const file = createFakeFile();
  const clock = createFakeClock();
  const people = await load(file, clock);
  assert.equal(people.mutedUntilWallMs(), undefined);
  people.mute(2);
  const untilWallMs = clock.wallMs() + 2 * HOUR_MS;
  assert.equal(people.mutedUntilWallMs(), untilWallMs);
  await clock.tick(HOUR_MS);
  assert.equal(people.mutedUntilWallMs(), untilWallMs);
  const next = await load(file, clock);
  assert.equal(next.mutedUntilWallMs(), untilWallMs);
  await clock.tick(HOUR_MS - 1);
  assert.equal(next.mutedUntilWallMs(), untilWallMs);
  await clock.tick(1);
  assert.equal(people.mutedUntilWallMs(), undefined);
  assert.equal(next.mutedUntilWallMs(), undefined);
  people.mute(100_000);
  assert.equal(people.mutedUntilWallMs(), clock.wallMs() + 168 * HOUR_MS);
  people.unmute();
  assert.equal(people.mutedUntilWallMs(), undefined);
  assert.equal((await load(file, clock)).mutedUntilWallMs(), undefined);
});

Deno.test("People.mute() lasts its hours when the wall clock is set meanwhile", async () => {
  const inner = createFakeClock(0);
  let jumpMs = 0;
  const clock: FakeClock = { ...inner, wallMs: () => inner.wallMs() + jumpMs };
  const people = await load(createFakeFile(), clock);
  people.mute(1);
  jumpMs = 56 * 365 * 24 * HOUR_MS;
  assert.equal(people.mutedUntilWallMs(), clock.wallMs() + HOUR_MS);
  await clock.tick(HOUR_MS);
  assert.equal(people.mutedUntilWallMs(), undefined);
});

Deno.test("createPeople() remembers 1,000 people of each kind and forgets the oldest, but never an admin's key", async () => {
  const file = createFakeFile();
  const people = await load(file);
  for (let num = 1; num <= 1001; num++) {
    people.stop(num);
    people.ban(num);
    people.pin(num, KEY);
  }
  assert.deepEqual([people.isStopped(1), people.isStopped(2), people.isStopped(1001)], [false, true, true]);
  assert.deepEqual([people.isBanned(1), people.isBanned(2), people.isBanned(1001)], [false, true, true]);
  assert.deepEqual([people.pinnedKey(1), people.pinnedKey(1001)], [KEY, undefined]);
  const next = await load(file);
  assert.deepEqual([next.isStopped(1), next.isStopped(2), next.isStopped(1001)], [false, true, true]);
});

Deno.test("People.load() takes nothing from a file that was not written by it", async () => {
  const good = { stopped: ["!a11ce001"], banned: [], pinned: {} };
  assert.equal((await load(createFakeFile(JSON.stringify(good)))).isStopped(ALICE), true);
  for (
    const wrong of [
      null,
      5,
      [],
      {},
      { ...good, banned: undefined },
      { ...good, banned: {} },
      { ...good, banned: ["Bob"] },
      { ...good, banned: [BOB] },
      { ...good, pinned: { Bob: KEY } },
      { ...good, pinned: { "!b0b00002": "key" } },
      { ...good, pinned: { "!b0b00002": 5 } },
      { ...good, pinned: null },
      { ...good, mutedUntilWallMs: "tomorrow" },
      { ...good, subscribed: "!a11ce001" },
      { ...good, subscribed: null },
      { ...good, subscribed: [ALICE] },
    ]
  ) {
    const people = await load(createFakeFile(JSON.stringify(wrong)));
    assert.equal(people.isStopped(ALICE), false, JSON.stringify(wrong));
    assert.equal(people.mutedUntilWallMs(), undefined, JSON.stringify(wrong));
  }
});

Deno.test("People writes each change once, and nothing when nothing has changed", async () => {
  const file = createFakeFile();
  const people = await load(file);
  const steps: [string, () => unknown, number][] = [
    ["start", () => people.start(ALICE), 0],
    ["stop", () => people.stop(ALICE), 1],
    ["stop again", () => people.stop(ALICE), 1],
    ["start", () => people.start(ALICE), 2],
    ["unban", () => people.unban(ALICE), 2],
    ["ban", () => people.ban(ALICE), 3],
    ["ban again", () => people.ban(ALICE), 3],
    ["unban", () => people.unban(ALICE), 4],
    ["unsubscribe", () => people.unsubscribe(ALICE), 4],
    ["subscribe", () => people.subscribe(ALICE), 5],
    ["subscribe again", () => people.subscribe(ALICE), 5],
    ["unsubscribe", () => people.unsubscribe(ALICE), 6],
    ["unmute", () => people.unmute(), 6],
    ["mute", () => people.mute(1), 7],
    ["unmute", () => people.unmute(), 8],
    ["pin", () => people.pin(ALICE, KEY), 9],
    ["pin again", () => people.pin(ALICE, OTHER_KEY), 9],
  ];
  for (const [name, step, writes] of steps) {
    step();
    assert.equal(file.writes, writes, name);
  }
});

Deno.test("People.subscribe() takes 20, and one more in the place of somebody who wants or gets nothing", async () => {
  assert.equal(MAX_SUBSCRIBERS, 20);
  const people = await load(createFakeFile());
  for (let num = 1; num <= 20; num += 1) assert.equal(people.subscribe(num), true);
  assert.deepEqual([people.subscribe(21), people.subscribers().length], [false, 20]);
  people.stop(5);
  assert.deepEqual([people.subscribe(21), people.subscribers().includes(5), people.subscribers().length], [true, false, 20]);
  people.ban(6);
  assert.deepEqual([people.subscribe(22), people.subscribers().includes(6)], [true, false]);
  assert.equal(people.subscribe(23), false);
});

Deno.test("People remembers 1,000 of each kind, and forgets the oldest; a pinned key is never forgotten", async () => {
  const file = createFakeFile();
  const people = await load(file);
  for (let num = 1; num <= 1000; num += 1) {
    people.stop(num);
    people.ban(num);
    people.pin(num, KEY);
  }
  assert.deepEqual([people.isStopped(1), people.isBanned(1), people.pinnedKey(1)], [true, true, KEY]);
  people.stop(1001);
  people.ban(1001);
  people.pin(1001, KEY);
  for (const known of [people, await load(file)]) {
    assert.deepEqual([known.isStopped(1), known.isStopped(2), known.isStopped(1001)], [false, true, true]);
    assert.deepEqual([known.isBanned(1), known.isBanned(2), known.isBanned(1001)], [false, true, true]);
    assert.deepEqual([known.pinnedKey(1), known.pinnedKey(1000), known.pinnedKey(1001)], [KEY, KEY, undefined]);
  }
});

Deno.test("People.mutedUntilWallMs() ends with its time, to the millisecond, over a restart too", async () => {
  const clock = createFakeClock();
  const file = createFakeFile();
  const people = await load(file, clock);
  people.mute(1);
  const untilMs = clock.wallMs() + HOUR_MS;
  assert.equal(people.mutedUntilWallMs(), untilMs);
  await clock.tick(HOUR_MS - 1);
  const later = await load(file, clock);
  assert.deepEqual([people.mutedUntilWallMs(), later.mutedUntilWallMs()], [untilMs, untilMs]);
  await clock.tick(1);
  assert.deepEqual([people.mutedUntilWallMs(), later.mutedUntilWallMs()], [undefined, undefined]);
});

Deno.test("createPeople() takes nothing of a file that it did not write", async () => {
  const good = { stopped: [], banned: [], pinned: {}, subscribed: [] };
  const bad: unknown[] = [
    null,
    7,
    "text",
    { ...good, stopped: {} },
    { ...good, banned: {} },
    { ...good, pinned: null },
    { ...good, pinned: 7 },
    { ...good, subscribed: {} },
    { ...good, mutedUntilWallMs: "soon" },
    { ...good, stopped: [7] },
    { ...good, banned: ["nobody"] },
    { ...good, pinned: { "!00000001": 7 } },
    { ...good, pinned: { "!00000001": "no key" } },
    { ...good, pinned: { nobody: KEY } },
  ];
  const parse = async (value: unknown) => {
    let failed = "";
    const file: PeopleFile = {
      read(parseKept) {
        try {
          return Promise.resolve(parseKept(value));
        } catch (error) {
          failed = (error as Error).name;
          return Promise.resolve(undefined);
        }
      },
      write() {},
    };
    await load(file);
    return failed;
  };
  assert.equal(await parse(good), "");
  for (const value of bad) assert.equal(await parse(value), "Error", JSON.stringify(value));
});

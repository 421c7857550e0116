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
  await startLog({ format: "journal", debug: false, write: (line) => lines.push(line) });
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
    await stopLog();
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

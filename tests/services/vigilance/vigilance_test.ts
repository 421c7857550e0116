import assert from "node:assert/strict";
import type { Condition } from "../../../src/condition.ts";
import { loadConfig } from "../../../src/config.ts";
import { UsageError } from "../../../src/errors.ts";
import { sentences } from "../../../src/i18n/mod.ts";
import { type Answer, NoBulletinError } from "../../../src/services/vigilance/bulletins.ts";
import { departmentOf } from "../../../src/services/vigilance/departments.ts";
import { createVigilance, type Vigilance } from "../../../src/services/vigilance/vigilance.ts";
import { type BadKind, type BadServer, type ServedAnswer, startBadServer } from "../../support/bad_server.ts";
import { createFakeClock, type FakeClock } from "../../support/fake_clock.ts";
import { type ApiDomain, apiJson, datesAt, feedJson, type Lists, pageHtml, parisTime, usualDays } from "./samples.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GREEN_DAY = [{ domain_id: "59", max_color_id: 1 }] as const;
const NEVER = new AbortController().signal;

type Served = ServedAnswer | BadKind;

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly server: BadServer;
  readonly vigilance: Vigilance;
  readonly conditions: Condition[];
  /** How each way answers from now on. */
  page: Served;
  api: Served;
  feed: Served;
  /** Asks for a department of that code. */
  ask(code?: string, signal?: AbortSignal): Promise<Answer>;
  /** Colour and way of the answer. */
  words(code?: string): Promise<string>;
  /** The ways of the requests so far. */
  asked(): string[];
  /** Resolves with the next condition. */
  next(): Promise<Condition>;
}

interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly random?: () => number;
}

// Looks of its own are due in 55 hours only, unless a test is about them.
async function startWorld({ env = {}, random = () => 100_000 }: WorldOptions = {}): Promise<World> {
  const clock = createFakeClock();
  const server = await startBadServer();
  const conditions: Condition[] = [];
  let waiting: ((condition: Condition) => void) | undefined;
  const config = loadConfig({
    file: null,
    cwd: "/",
    env: {
      MESHBOT_NODE_HOST: "node.test",
      MESHBOT_DATA_DIR: "/var/lib/meshbot",
      MESHBOT_VIGILANCE_DEPARTMENT: "59",
      MESHBOT_VIGILANCE_PAGE_URL: `${server.origin}/fr/vigilance-accessible`,
      MESHBOT_VIGILANCE_API_URL: `${server.origin}/api`,
      MESHBOT_VIGILANCE_METEOALARM_URL: `${server.origin}/feed`,
      ...env,
    },
  }).config.vigilance;
  const vigilance = createVigilance({
    clock,
    config,
    say: sentences("en"),
    random,
    report(condition) {
      conditions.push(condition);
      waiting?.(condition);
    },
  });
  const world: World = {
    clock,
    server,
    vigilance,
    conditions,
    page: pageOf(clock.wallMs(), { orange: [["Nord (59)", "Vent violent"]] }),
    api: { body: apiJson([{ domain_id: "59", max_color_id: 4, phenomena: { "3": 4 } }], GREEN_DAY, iso(clock.wallMs())) },
    feed: feedOf(clock.wallMs()),
    ask: (code = "59", signal = NEVER) => vigilance.ask(departmentOf(code) ?? assert.fail(code), signal),
    async words(code) {
      const { reading: { today, way }, ageMs, failures } = await world.ask(code);
      return `${today.colour} ${way}${failures.length === 0 ? "" : ` ${ageMs / MINUTE_MS}min old`}`;
    },
    asked: () => server.requests.map(({ kind }) => kind === "fr" ? "page" : kind),
    next: () => new Promise((resolve) => waiting = resolve),
    async [Symbol.asyncDispose]() {
      await vigilance[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
  server.serve("fr", () => world.page);
  server.serve("api", () => world.api);
  server.serve("feed", () => world.feed);
  return world;
}

function pageOf(wallMs: number, lists: Lists): ServedAnswer {
  const [today, tomorrow] = usualDays(datesAt(wallMs));
  assert(today && tomorrow);
  return { headers: { "content-type": "text/html" }, body: pageHtml([{ ...today, lists }, tomorrow]) };
}

/** Yellow snow in the Nord until midnight. */
function feedOf(wallMs: number): ServedAnswer {
  const { today, tomorrow } = datesAt(wallMs);
  const warning = { areas: ["Nord"], level: "2; yellow; Moderate", type: "2; snow-ice", sentWallMs: parisTime(today, "06:02") };
  return { body: feedJson([{ ...warning, onsetWallMs: parisTime(today, "06:00"), expiresWallMs: parisTime(tomorrow, "00:00") }]) };
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** `page unreadable`, for each way. */
async function faults(world: World, code?: string): Promise<string[]> {
  const error = await world.ask(code).then(() => assert.fail("there was an answer"), (error: unknown) => error);
  assert(error instanceof NoBulletinError, String(error));
  return error.failures.map(({ way, error }) => `${way} ${error.fault}`);
}

Deno.test("createVigilance() asks the page first, and nobody else when it can be read", async () => {
  await using world = await startWorld();
  assert.equal(world.vigilance.department.name, "Nord");
  assert.deepEqual(world.vigilance.health, { state: "idle", goodAtWallMs: undefined });
  const { reading, ageMs, failures } = await world.ask();
  assert.deepEqual([reading.today.colour, [...reading.today.phenomena], reading.tomorrow?.colour, reading.issued, ageMs, failures], [
    "orange",
    [["wind", "orange"]],
    "yellow",
    "16:02",
    0,
    [],
  ]);
  assert.deepEqual(world.asked(), ["page"]);
  assert.equal(world.server.requests[0]?.path, "/fr/vigilance-accessible");
  assert.deepEqual(world.vigilance.health, { state: "ok", goodAtWallMs: world.clock.wallMs() });
});

Deno.test("createVigilance() keeps a bulletin for 10 minutes, for every department that it covers", async () => {
  await using world = await startWorld();
  assert.deepEqual(await Promise.all(["59", "01", "59", "2A"].map((code) => world.words(code))), [
    "orange page",
    "green page",
    "orange page",
    "green page",
  ]);
  world.page = pageOf(world.clock.wallMs(), { red: [["Nord (59)", "Orages"]] });
  await world.clock.tick(10 * MINUTE_MS - 1);
  assert.equal(await world.words(), "orange page");
  assert.deepEqual(world.asked(), ["page"]);
  await world.clock.tick(1);
  assert.equal(await world.words(), "red page");
  assert.deepEqual(world.asked(), ["page", "page"]);
});

Deno.test("createVigilance() asks MeteoAlarm when the page fails, however it fails, and says so", async () => {
  const kinds: readonly BadKind[] = [
    "status500",
    "status404",
    "huge",
    "bomb",
    "closeAtOnce",
    "closeHalf",
    "lessThanTold",
    "redirectLoop",
    "redirectElsewhere",
    "redirectFile",
    "garbage",
    "garbageBody",
    "prose",
    "empty",
    "ok",
  ];
  await using world = await startWorld();
  for (const kind of kinds) {
    world.page = kind;
    assert.equal(await world.words(), "yellow meteoalarm", kind);
    await world.clock.tick(10 * MINUTE_MS);
  }
  assert(!world.asked().includes("trap"));
});

Deno.test("createVigilance() asks the API first when it has a key, then the page", async () => {
  await using world = await startWorld({ env: { MESHBOT_VIGILANCE_API_KEY: "se-cret" } });
  assert.equal(await world.words(), "red api");
  assert.equal(world.server.requests[0]?.headers.get("apikey"), "se-cret");
  for (const kind of ["status401", "prose", "closeAtOnce"] as const) {
    world.api = kind;
    await world.clock.tick(10 * MINUTE_MS);
    assert.equal(await world.words(), "orange page", kind);
    assert.equal(world.server.requests.at(-1)?.headers.get("apikey"), null);
  }
  world.page = "status500";
  await world.clock.tick(10 * MINUTE_MS);
  assert.equal(await world.words(), "yellow meteoalarm");
});

Deno.test("createVigilance() asks the next way for a department that the API does not name", async () => {
  await using world = await startWorld({ env: { MESHBOT_VIGILANCE_API_KEY: "se-cret" } });
  const map: readonly ApiDomain[] = [{ domain_id: "59", max_color_id: 2 }, { domain_id: "60", max_color_id: 9 }];
  world.api = { body: apiJson(map, map, iso(world.clock.wallMs())) };
  assert.equal(await world.words("59"), "yellow api");
  assert.equal(await world.words("60"), "green page");
});

Deno.test("createVigilance() has no answer when every way fails, names each, and is not green", async () => {
  await using world = await startWorld({ env: { MESHBOT_VIGILANCE_API_KEY: "se-cret" } });
  world.api = "status401";
  world.page = { body: "<p>Cette page est en maintenance" };
  world.feed = "closeAtOnce";
  assert.deepEqual(await faults(world), ["api refused", "page unreadable", "meteoalarm unreachable"]);
  await assert.rejects(world.ask(), (error) => {
    assert(error instanceof NoBulletinError);
    assert.match(
      error.message,
      /status 401; Météo-France's page cannot be read: no dated headings of two days; MeteoAlarm cannot be reached/,
    );
    assert.doesNotMatch(error.message, /se-cret/);
    return true;
  });
  assert.deepEqual([world.vigilance.health, world.conditions], [{ state: "failing", goodAtWallMs: undefined }, []]);
});

Deno.test("createVigilance() does not ask again at once after a failure, and waits longer after each", async () => {
  await using world = await startWorld();
  world.page = world.feed = "status500";
  for (const [round, waitS] of [30, 60, 120, 240, 480, 900, 900].entries()) {
    await faults(world);
    assert.equal(world.asked().length, 2 * (round + 1));
    await world.clock.tick(waitS * 1000 - 1);
    assert.deepEqual(await faults(world), ["page refused", "meteoalarm refused"]);
    assert.equal(world.asked().length, 2 * (round + 1), `${waitS} s`);
    await world.clock.tick(1);
  }
});

Deno.test("createVigilance() shows the last reading with its age, never as new, and not for another day", async () => {
  await using world = await startWorld();
  assert.equal(await world.words(), "orange page");
  world.page = "status500";
  world.feed = "prose";
  await world.clock.tick(20 * MINUTE_MS);
  const { reading, ageMs, failures } = await world.ask();
  assert.equal(reading.today.colour, "orange");
  assert.equal(ageMs, 20 * MINUTE_MS);
  assert.deepEqual(failures.map(({ way, error }) => `${way} ${error.fault}`), ["page refused", "meteoalarm unreadable"]);
  assert.equal(world.vigilance.health.state, "failing");
  // What was tomorrow is today now; after that nothing is known any more.
  await world.clock.tick(24 * HOUR_MS);
  assert.equal((await world.ask()).reading.today.colour, "yellow");
  await world.clock.tick(24 * HOUR_MS);
  assert.deepEqual(await faults(world), ["page refused", "meteoalarm unreadable"]);
});

Deno.test("createVigilance() answers in time when the page hangs, and when everything does", async () => {
  await using world = await startWorld();
  world.page = "hang";
  const first = world.words();
  await world.server.seen(1);
  await world.clock.tick(4_250);
  assert.equal(await first, "yellow meteoalarm");

  await using other = await startWorld({ env: { MESHBOT_VIGILANCE_API_KEY: "se-cret" } });
  other.page = other.api = other.feed = "hangBody";
  const answer = faults(other);
  for (let count = 1; count <= 3; count++) {
    await other.server.seen(count);
    await other.clock.tick(2_834);
  }
  assert.deepEqual(await answer, ["api slow", "page slow", "meteoalarm slow"]);
  assert(other.clock.nowMs() < 9_000);
});

Deno.test("createVigilance() lets a question wait 9 s at most for a look that is under way", async () => {
  await using world = await startWorld({ random: () => 0 });
  world.page = "hang";
  await world.clock.tick(2_000);
  await world.server.seen(1);
  const answer = faults(world);
  await world.clock.tick(9_000);
  assert.deepEqual(await answer, ["page slow"]);
  assert.deepEqual(world.asked(), ["page"]);
});

Deno.test("createVigilance() leaves a question when its signal says so, and the answer is there for the next", async () => {
  await using world = await startWorld();
  const held = Promise.withResolvers<void>();
  const page = world.page;
  world.server.serve("fr", async () => (await held.promise, page));
  const abort = new AbortController();
  const first = world.ask("59", abort.signal);
  await world.server.seen(1);
  abort.abort(new Error("too late"));
  await assert.rejects(first, /too late/);
  held.resolve();
  assert.equal(await world.words(), "orange page");
  assert.equal(world.asked().length, 1);
  await assert.rejects(world.ask("59", AbortSignal.abort(new Error("no"))), /no/);
});

Deno.test("createVigilance() goes to the territory's own page, and to no other way", async () => {
  await using world = await startWorld({ env: { MESHBOT_VIGILANCE_API_KEY: "se-cret" } });
  world.page = pageOf(world.clock.wallMs(), { red: [["La Réunion (974)", "Cyclone"]] });
  assert.equal(await world.words("974"), "red page");
  assert.equal(world.server.requests.at(-1)?.path, "/fr/la-reunion/vigilance-accessible");
  world.page = "status404";
  assert.deepEqual(await faults(world, "976"), ["page refused"]);
  assert.deepEqual(world.asked(), ["page", "page"]);
});

Deno.test("createVigilance() looks by itself every 15 to 30 minutes and reports what it sees", async () => {
  for (const [random, firstMs, thenMs] of [[0, 2_000, 15 * MINUTE_MS], [1, 4_000, 30 * MINUTE_MS]] as const) {
    await using world = await startWorld({ random: () => random });
    const first = world.next();
    await world.clock.tick(firstMs - 1);
    assert.equal(world.asked().length, 0);
    await world.clock.tick(1);
    assert.deepEqual((await first).facts, ["orange", "wind"]);
    world.page = pageOf(world.clock.wallMs(), { yellow: [["Nord (59)", "Vent violent"]] });
    const second = world.next();
    await world.clock.tick(thenMs - 1);
    assert.equal(world.asked().length, 1);
    await world.clock.tick(1);
    assert.deepEqual(await second, { key: "vigilance 59", facts: [], text: "🟡 Vigilance 59: back to yellow", urgent: false });
  }
});

Deno.test("createVigilance() reports nothing while nothing can be read, and looks again sooner", async () => {
  await using world = await startWorld({ random: () => 0 });
  const first = world.next();
  await world.clock.tick(2_000);
  assert.equal((await first).urgent, false);
  world.page = world.feed = "status500";
  let requests = 1;
  for (const waitMs of [15, 1.5, 3, 6, 12, 22.5, 22.5].map((minutes) => minutes * MINUTE_MS)) {
    await world.clock.tick(waitMs - 1);
    assert.equal(world.asked().length, requests, `before ${waitMs}`);
    await world.clock.tick(1);
    requests += 2;
    await world.server.seen(requests);
    await pollIsOver(world);
  }
  assert.equal(world.conditions.length, 1);
  assert.equal(world.vigilance.health.state, "failing");
  world.page = pageOf(world.clock.wallMs(), { red: [["Nord (59)", "Orages"]] });
  const again = world.next();
  await world.clock.tick(22.5 * MINUTE_MS);
  const { facts, urgent } = await again;
  assert.deepEqual([facts, urgent, world.vigilance.health.state], [["orange", "red", "thunderstorms"], true, "ok"]);
});

/** The round of a poll has ended when a question, which joins it, has its answer; the timer for the next is set then. */
async function pollIsOver(world: World): Promise<void> {
  await world.ask().catch(() => undefined);
  while (world.clock.pendingTimers() === 0) await world.clock.tick(0);
}

Deno.test("createVigilance() tells of news that a question brought", async () => {
  await using world = await startWorld();
  await world.ask("01");
  assert.deepEqual(world.conditions.map(({ facts }) => facts), [["orange", "wind"]]);
  world.page = pageOf(world.clock.wallMs(), { red: [["La Réunion (974)", "Cyclone"]] });
  await world.ask("974");
  assert.equal(world.conditions.length, 1);
});

Deno.test("check() tells of each way what it understood or what was missing", async () => {
  await using world = await startWorld({ env: { MESHBOT_VIGILANCE_API_KEY: "se-cret" } });
  const { ok, understood, wrong } = await world.vigilance.check(NEVER);
  assert.deepEqual([ok, wrong], [true, undefined]);
  assert.equal(
    understood,
    "API: 59 red, thunderstorms, issued 14:00; page: 59 orange, wind, issued 16:02; MeteoAlarm: 59 yellow, snow and ice, issued 06:02",
  );
  assert.deepEqual(world.asked().toSorted(), ["api", "feed", "page"]);
  world.api = "status401";
  world.page = pageOf(world.clock.wallMs() - 7 * 24 * HOUR_MS, {});
  const second = await world.vigilance.check(NEVER);
  assert.deepEqual([second.ok, second.understood], [false, "MeteoAlarm: 59 yellow, snow and ice, issued 06:02"]);
  assert.equal(
    second.wrong,
    `Météo-France's API answered with HTTP status 401; Météo-France's page cannot be read: dated ${
      datesAt(world.clock.wallMs() - 7 * 24 * HOUR_MS).today
    }`,
  );
  assert.doesNotMatch(second.wrong ?? "", /se-cret/);
  // A check is no reading: nothing is kept or reported.
  assert.deepEqual([world.conditions, world.vigilance.health.state], [[], "idle"]);
});

Deno.test("check() leaves when its signal says so", async () => {
  await using world = await startWorld();
  world.page = world.feed = "hang";
  const abort = new AbortController();
  const check = world.vigilance.check(abort.signal);
  await world.server.seen(2);
  abort.abort(new Error("enough"));
  await assert.rejects(check, /enough/);
});

Deno.test("createVigilance() ends what is under way when it is disposed of", async () => {
  const world = await startWorld();
  world.page = "hang";
  const answer = world.ask().catch((error: unknown) => error);
  await world.server.seen(1);
  await world.vigilance[Symbol.asyncDispose]();
  assert(await answer instanceof NoBulletinError);
  assert.equal(world.clock.pendingTimers(), 0);
  assert.deepEqual(world.conditions, []);
  await world.server[Symbol.asyncDispose]();
});

Deno.test("createVigilance() wants a department that exists", async () => {
  await using world = await startWorld();
  const config = { ...loadConfig({ file: null, cwd: "/", env: { MESHBOT_NODE_HOST: "x", MESHBOT_DATA_DIR: "/x" } }).config.vigilance };
  const options = { clock: world.clock, say: sentences("en"), report() {} };
  assert.throws(() => createVigilance({ ...options, config }), UsageError);
  assert.throws(() => createVigilance({ ...options, config: { ...config, department: "20" } }), UsageError);
});

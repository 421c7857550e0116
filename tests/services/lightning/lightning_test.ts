import assert from "node:assert/strict";
import type { Condition } from "../../../src/condition.ts";
import { loadConfig } from "../../../src/config.ts";
import { sentences } from "../../../src/i18n/mod.ts";
import { type MqttSubscribe, mqttSubscribe, type MqttSubscription } from "../../../src/io/mqtt.ts";
import { createLightning, type Lightning } from "../../../src/services/lightning/lightning.ts";
import type { Spot } from "../../../src/services/lightning/spot.ts";
import { createFakeClock, type FakeClock } from "../../support/fake_clock.ts";
import { type Broker, mosquitto, startMosquitto } from "../../support/mosquitto.ts";

const PARIS: Spot = { latitude: 48.8583, longitude: 2.2945 };
const MINUTE_MS = 60_000;
const TOPIC = "blitzortung/1.1/u/0/9/t/v";

const en = sentences("en");

/** A queue of what happens, so that a test can wait for the next. */
class Events<T> {
  readonly #came: T[] = [];
  readonly #waiting: ((event: T) => void)[] = [];

  push(event: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#came.push(event);
    else waiting(event);
  }

  next(): Promise<T> {
    if (this.#came.length > 0) return Promise.resolve(this.#came.shift() as T);
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}

interface Rig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly lightning: Lightning;
  readonly reports: Condition[];
  /** Of each attempt, the topics or the reason of its failure. */
  readonly attempts: Events<readonly string[] | Error>;
  /** The ends of connections. */
  readonly losses: Events<Error>;
  /** Publishes strikes and waits until they were taken. */
  strike(broker: Broker, ...strikes: readonly TestStrike[]): Promise<void>;
}

interface TestStrike {
  /** Kilometres to the north of Paris. */
  readonly km: number;
  readonly ageMs?: number;
}

interface RigOptions {
  readonly url: URL;
  readonly config?: Readonly<Record<string, string>>;
  readonly centre?: () => Spot | undefined;
  /** The connection's own limits and pings go by the clock too. Without, minutes can pass without the broker's real answers. */
  readonly timed?: boolean;
}

/** Lightning on a clock that stands still, at a real broker; what happens there is told. */
function startRig({ url, config = {}, centre = () => PARIS, timed = false }: RigOptions): Rig {
  const clock = createFakeClock();
  const attempts: Rig["attempts"] = new Events();
  const losses: Rig["losses"] = new Events();
  const messages = new Events<void>();
  const reports: Condition[] = [];
  const subscribe: MqttSubscribe = async (request) => {
    let subscription: MqttSubscription;
    try {
      subscription = await mqttSubscribe({
        ...request,
        clock: timed ? clock : { ...clock, after: () => ({ cancel() {} }) },
        onMessage(payload) {
          request.onMessage(payload);
          messages.push();
        },
        onTooBig() {
          request.onTooBig?.();
          messages.push();
        },
      });
    } catch (error) {
      attempts.push(error as Error);
      throw error;
    }
    attempts.push(request.topics);
    void subscription.ended.then((reason) => losses.push(reason));
    return subscription;
  };
  const env = { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/nonexistent", MESHBOT_LIGHTNING_BROKER_URL: url.href, ...config };
  const lightning = createLightning({
    clock,
    config: loadConfig({ file: null, env, cwd: "/" }).config.lightning,
    centre,
    say: en,
    report: (condition) => void reports.push(condition),
    subscribe,
    random: () => 1,
  });
  let serial = 0;
  return {
    clock,
    lightning,
    reports,
    attempts,
    losses,
    async strike(broker, ...strikes) {
      for (const { km, ageMs = 0 } of strikes) {
        serial += 1;
        const time = `${clock.wallMs() - ageMs}${String(serial).padStart(6, "0")}`;
        await broker.publish(TOPIC, `{"time":${time},"lat":${PARIS.latitude + km / 111.195},"lon":${PARIS.longitude},"alt":0}`);
        await messages.next();
      }
    },
    [Symbol.asyncDispose]: () => lightning[Symbol.asyncDispose](),
  };
}

/** Lets the clock pass and what follows from that settle. */
async function listening(rig: Rig): Promise<void> {
  await rig.clock.tick(0);
  const topics = await rig.attempts.next();
  assert(Array.isArray(topics), String(topics));
  await rig.clock.tick(0);
}

async function lost(rig: Rig): Promise<void> {
  await rig.losses.next();
  await rig.clock.tick(0);
}

function answer({ lightning }: Rig): string {
  return lightning.answer(en);
}

mosquitto.test("createLightning() counts strikes, tells the nearest and forgets them after the window", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url });
  assert.equal(answer(rig), "⚡ not connected yet");
  assert.equal(rig.lightning.health.state, "idle");
  await listening(rig);
  assert.equal(rig.lightning.health.state, "ok");
  assert.equal(answer(rig), "⚡ 0 strikes (15min)\nlistening for 0s");
  await rig.strike(broker, { km: 20 }, { km: 8.34, ageMs: 45_000 }, { km: 51 });
  assert.equal(answer(rig), "⚡ 2 strikes (15min)\nnearest: 8.3km N, 45s ago\nlistening for 0s");
  await rig.clock.tick(14 * MINUTE_MS + 30_000);
  assert.equal(answer(rig), "⚡ 1 strike (15min)\nnearest: 20.0km N, 14m ago\nlistening for 14m");
  await rig.clock.tick(MINUTE_MS);
  assert.equal(answer(rig), "⚡ 0 strikes (15min)");
  assert.deepEqual(rig.lightning.counts, { strikes: 2, outside: 1, malformed: 0, tooBig: 0, late: 0, future: 0, doubled: 0 });
});

mosquitto.test("createLightning() tells the trend", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url });
  await listening(rig);
  await rig.strike(broker, { km: 40 }, { km: 41 }, { km: 39 });
  await rig.clock.tick(10 * MINUTE_MS);
  await rig.strike(broker, { km: 20 }, { km: 21 }, { km: 19 });
  assert.equal(answer(rig), "⚡ 6 strikes (15min)\nnearest: 19.0km N, 0s ago\napproaching\nlistening for 10m");
});

mosquitto.test("createLightning() survives a broker that stops and starts, and says so", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url });
  await listening(rig);
  await rig.strike(broker, { km: 8.34 });
  await broker.stop();
  await lost(rig);
  assert.equal(answer(rig), "⚡ no data since 0s ago\nbefore: 1 strike (15min)\nnearest: 8.3km N, 0s ago");
  assert.equal(rig.lightning.health.state, "failing");
  // The waits between attempts double from one second.
  for (const waitS of [1, 2, 4, 8, 16]) {
    await rig.clock.tick(waitS * 1000 - 1);
    await rig.clock.tick(1);
    assert.match(String(await rig.attempts.next()), /ECONNREFUSED/);
    await rig.clock.tick(0);
  }
  assert.equal(answer(rig), "⚡ no data since 31s ago\nbefore: 1 strike (15min)\nnearest: 8.3km N, 31s ago");
  await broker.start();
  await rig.clock.tick(32_000);
  await listening(rig);
  assert.equal(answer(rig), "⚡ 1 strike (15min)\nnearest: 8.3km N, 1m ago\nlistening for 0s");
  await rig.strike(broker, { km: 12 });
  assert.equal(answer(rig), "⚡ 2 strikes (15min)\nnearest: 8.3km N, 1m ago\nlistening for 0s");
});

mosquitto.test("createLightning() keeps its coverage over a gap of seconds", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url });
  await listening(rig);
  await rig.clock.tick(16 * MINUTE_MS);
  await broker.stop();
  await lost(rig);
  await broker.start();
  await rig.clock.tick(1000);
  await listening(rig);
  assert.equal(answer(rig), "⚡ 0 strikes (15min)");
});

mosquitto.test("createLightning() raises one alert and ends it when a whole window had no strike", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url, config: { MESHBOT_LIGHTNING_ALERT_STRIKES: "2" } });
  await listening(rig);
  await rig.strike(broker, { km: 30 });
  assert.equal(rig.reports.length, 0);
  await rig.strike(broker, { km: 8.34 });
  const text = "⚡ 2 strikes (15min)\nnearest: 8.3km N, 0s ago\nlistening for 0s";
  assert.deepEqual(rig.reports, [{ key: "lightning", facts: ["strikes"], text }]);
  await rig.clock.tick(15 * MINUTE_MS);
  assert.equal(rig.reports.every(({ facts }) => facts.length === 1), true);
  await rig.clock.tick(MINUTE_MS);
  const end = { key: "lightning", facts: [], text: "⚡ Lightning is over: none within 50km for 15min" };
  assert.deepEqual(rig.reports.at(-1), end);
});

mosquitto.test("createLightning() claims no end of an alert while the broker is away, nor before a whole window after that", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url, config: { MESHBOT_LIGHTNING_ALERT_STRIKES: "1" } });
  await listening(rig);
  await rig.strike(broker, { km: 30 });
  await broker.stop();
  await lost(rig);
  rig.reports.length = 0;
  for (const waitS of [1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120, 120, 120, 120, 120]) {
    await rig.clock.tick(waitS * 1000);
    assert.match(String(await rig.attempts.next()), /ECONNREFUSED/);
    await rig.clock.tick(0);
  }
  assert.equal(answer(rig).split("\n")[0], "⚡ no data since 20m ago");
  assert.equal(rig.reports.length, 0);
  await broker.start();
  await rig.clock.tick(120_000);
  await listening(rig);
  await rig.clock.tick(14 * MINUTE_MS);
  assert.equal(rig.reports.some(({ facts }) => facts.length === 0), false);
  await rig.clock.tick(2 * MINUTE_MS);
  assert.deepEqual(rig.reports.at(-1)?.facts, []);
});

mosquitto.test("createLightning() drops and counts doubles, late ones, garbage and giants", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url });
  await listening(rig);
  const double = `{"time":${rig.clock.wallMs()}123456,"lat":48.85,"lon":2.35,"alt":0}`;
  const late = `{"time":${rig.clock.wallMs() - 16 * MINUTE_MS}123456,"lat":48.85,"lon":2.35}`;
  for (const payload of [double, double, late, "garbage", `{"time":1,"pad":"${"x".repeat(5000)}"}`]) await broker.publish(TOPIC, payload);
  await rig.strike(broker, { km: 1 });
  for (let index = 0; index < 5; index++) await rig.clock.tick(0);
  assert.equal(answer(rig).split("\n")[0], "⚡ 2 strikes (15min)");
  const { doubled, late: lateOnes, malformed, tooBig } = rig.lightning.counts;
  assert.deepEqual({ doubled, lateOnes, malformed, tooBig }, { doubled: 1, lateOnes: 1, malformed: 1, tooBig: 1 });
});

mosquitto.test("createLightning() waits for the centre, and follows it when it moves out of its tiles", async () => {
  await using broker = await startMosquitto();
  let centre: Spot | undefined;
  await using rig = startRig({ url: broker.url, centre: () => centre });
  await rig.clock.tick(60_000);
  assert.equal(answer(rig), "⚡ I do not know where I am.");
  assert.equal(rig.lightning.health.state, "idle");
  centre = { latitude: Number.NaN, longitude: 2 };
  await rig.clock.tick(5000);
  centre = PARIS;
  await rig.clock.tick(5000);
  assert.deepEqual(await rig.attempts.next(), ["blitzortung/1.1/u/0/9/#", "blitzortung/1.1/u/0/d/#", "blitzortung/1.1/u/0/c/#"]);
  await rig.clock.tick(16 * MINUTE_MS);
  // A fix that jumps about changes nothing.
  centre = { latitude: PARIS.latitude + 0.005, longitude: PARIS.longitude };
  await rig.clock.tick(MINUTE_MS);
  assert.equal(answer(rig), "⚡ 0 strikes (15min)");
  centre = { latitude: -17, longitude: 179.99 };
  await rig.clock.tick(30_000);
  assert.match((await rig.losses.next()).message, /closed here/);
  const topics = await rig.attempts.next() as string[];
  assert.deepEqual([...topics].sort(), ["2/h/b", "2/j/0", "r/u/z", "r/v/p"].map((tile) => `blitzortung/1.1/${tile}/#`));
  await rig.clock.tick(0);
  assert.equal(answer(rig), "⚡ 0 strikes (15min)\nlistening for 0s");
  // The node forgets its place: the last one stays.
  centre = undefined;
  await rig.clock.tick(MINUTE_MS);
  assert.equal(answer(rig), "⚡ 0 strikes (15min)\nlistening for 1m");
});

mosquitto.test("createLightning() prefers the configured centre", async () => {
  await using broker = await startMosquitto();
  const config = { MESHBOT_LIGHTNING_LATITUDE: "48.8583", MESHBOT_LIGHTNING_LONGITUDE: "2.2945" };
  await using rig = startRig({ url: broker.url, config, centre: () => ({ latitude: 0, longitude: 0 }) });
  await listening(rig);
  await rig.strike(broker, { km: 8.34 });
  assert.match(answer(rig), /^⚡ 1 strike \(15min\)\nnearest: 8\.3km N/);
});

mosquitto.test("check() connects, subscribes and names the tiles", async () => {
  await using broker = await startMosquitto();
  await using rig = startRig({ url: broker.url });
  const { signal } = new AbortController();
  assert.deepEqual(await rig.lightning.check(signal), {
    ok: true,
    tookMs: 0,
    understood: "connected, subscribed to 3 tiles: u09 u0d u0c",
    wrong: undefined,
  });
  await using lost = startRig({ url: broker.url, centre: () => undefined });
  assert.match((await lost.lightning.check(signal)).understood ?? "", /^connected; /);
});

Deno.test("check() says what is wrong", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(`mqtt://127.0.0.1:${listener.addr.port}`);
  await using rig = startRig({ url, timed: true });
  // Accepts by itself, and says nothing.
  const checking = rig.lightning.check(new AbortController().signal);
  using _conn = await listener.accept();
  await rig.clock.tick(10_000);
  const silent = await checking;
  assert.deepEqual({ ...silent, tookMs: 0 }, {
    ok: false,
    tookMs: 0,
    understood: undefined,
    wrong: `${url.host} did not answer within 10 s`,
  });
  listener.close();
  const refused = await rig.lightning.check(new AbortController().signal);
  assert.match(refused.wrong ?? "", /cannot be reached/);
  assert.match((await rig.lightning.check(AbortSignal.abort(new Error("stopped")))).wrong ?? "", /stopped/);
});

Deno.test("createLightning() goes on after a server that accepts and says nothing, and after garbage", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using rig = startRig({ url: new URL(`mqtt://127.0.0.1:${listener.addr.port}`), timed: true });
  await rig.clock.tick(0);
  using _silent = await listener.accept();
  await rig.clock.tick(10_000);
  assert.match(String(await rig.attempts.next()), /did not answer within 10 s/);
  await rig.clock.tick(1000);
  using garbage = await listener.accept();
  await garbage.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n"));
  assert.match(String(await rig.attempts.next()), /speaks no MQTT/);
  await rig.clock.tick(2000);
  using _next = await listener.accept();
  assert.equal(answer(rig), "⚡ not connected yet");
  assert.equal(rig.lightning.health.state, "failing");
});

Deno.test("createLightning() leaves nothing behind when it is disposed at once, or while it waits", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(`mqtt://127.0.0.1:${listener.addr.port}`);
  listener.close();
  for (const centre of [() => PARIS, () => undefined]) {
    const rig = startRig({ url, centre, timed: true });
    await rig[Symbol.asyncDispose]();
    assert.equal(rig.clock.pendingTimers(), 0);
  }
  const rig = startRig({ url, timed: true });
  await rig.clock.tick(0);
  await rig.attempts.next();
  await rig.clock.tick(0);
  await rig[Symbol.asyncDispose]();
  assert.equal(rig.clock.pendingTimers(), 0);
});

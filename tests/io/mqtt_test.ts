import assert from "node:assert/strict";
import { ServiceError } from "../../src/errors.ts";
import { type MqttRequest, mqttSubscribe } from "../../src/io/mqtt.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { frame, mosquitto, mqttText, startMosquitto } from "../support/mosquitto.ts";

const CONNACK = [0x20, 2, 0, 0];
// CONNECT with our client id, and SUBSCRIBE to "a/#".
const CONNECT_BYTES = 33;
const SUBSCRIBED_BYTES = CONNECT_BYTES + 10;

/** Payloads as text, and a promise for the next. */
class Heard {
  readonly texts: string[] = [];
  tooBig = 0;
  #wanted = 0;
  #wake = () => {};

  get handlers(): Pick<MqttRequest, "onMessage" | "onTooBig"> {
    return {
      onMessage: (payload) => {
        this.texts.push(new TextDecoder().decode(payload));
        if (this.texts.length >= this.#wanted) this.#wake();
      },
      onTooBig: () => void this.tooBig++,
    };
  }

  /** Resolves when that many have come. */
  count(wanted: number): Promise<void> {
    this.#wanted = wanted;
    return this.texts.length >= wanted ? Promise.resolve() : new Promise((resolve) => void (this.#wake = resolve));
  }
}

function request(url: URL, rest: Partial<MqttRequest> = {}): MqttRequest {
  return {
    url,
    topics: ["a/#"],
    timeoutMs: 10_000,
    maxBytes: 4096,
    signal: new AbortController().signal,
    clock: createFakeClock(),
    onMessage() {},
    ...rest,
  };
}

/** A server of our own: after CONNECT it says `greeting`; to SUBSCRIBE it says `granted` with the packet's id and then `after`. */
interface ScriptedServer extends AsyncDisposable {
  readonly url: URL;
  /** The client has said CONNECT. */
  readonly greeted: Promise<void>;
  /** Everything that the one client has sent, when it has closed. */
  readonly received: Promise<Uint8Array>;
}

interface Script {
  readonly greeting?: readonly number[];
  readonly granted?: readonly number[] | "as asked";
  readonly after?: Uint8Array;
  readonly close?: boolean;
}

function startScripted({ greeting = [], granted = "as asked", after, close = false }: Script): ScriptedServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const greeted = Promise.withResolvers<void>();
  const received = (async () => {
    using conn = await listener.accept();
    const buffer = new Uint8Array(4096);
    const all: number[] = [];
    const read = async (): Promise<boolean> => {
      const count = await conn.read(buffer).catch(() => null);
      all.push(...buffer.subarray(0, count ?? 0));
      return count !== null;
    };
    while (all.length < CONNECT_BYTES && await read());
    greeted.resolve();
    if (greeting.length > 0) await conn.write(Uint8Array.from(greeting));
    if (close) return Uint8Array.from(all);
    while (all.length < SUBSCRIBED_BYTES && await read());
    if (all.length >= SUBSCRIBED_BYTES) {
      const codes = granted === "as asked" ? [0] : granted;
      await conn.write(frame(0x90, [...all.slice(CONNECT_BYTES + 2, CONNECT_BYTES + 4), ...codes]));
      if (after !== undefined) await conn.write(after).catch(() => {});
    }
    while (await read());
    return Uint8Array.from(all);
  })();
  return {
    url: new URL(`mqtt://127.0.0.1:${listener.addr.port}`),
    greeted: greeted.promise,
    received,
    async [Symbol.asyncDispose]() {
      listener.close();
      await received;
    },
  };
}

async function failure(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(() => assert.fail("it did not fail"), (error: unknown) => error);
  assert(error instanceof ServiceError, String(error));
  return error;
}

mosquitto.test("mqttSubscribe() hears what is published on its topics and nothing else", async () => {
  await using broker = await startMosquitto();
  const heard = new Heard();
  await using _subscription = await mqttSubscribe(request(broker.url, { topics: ["a/#", "b/c"], ...heard.handlers }));
  await broker.publish("a/x/y", "one");
  await broker.publish("b/d", "not for us");
  await broker.publish("b/c", "two é");
  await heard.count(2);
  assert.deepEqual(heard.texts, ["one", "two é"]);
});

mosquitto.test("mqttSubscribe() leaves out a message over the limit and hears the next", async () => {
  await using broker = await startMosquitto();
  const heard = new Heard();
  await using _subscription = await mqttSubscribe(request(broker.url, heard.handlers));
  await broker.publish("a/big", "x".repeat(1_000_000));
  await broker.publish("a/small", "after");
  await heard.count(1);
  assert.deepEqual({ texts: heard.texts, tooBig: heard.tooBig }, { texts: ["after"], tooBig: 1 });
});

mosquitto.test("mqttSubscribe() tells when the broker has gone", async () => {
  await using broker = await startMosquitto();
  await using subscription = await mqttSubscribe(request(broker.url));
  await broker.stop();
  const reason = await subscription.ended;
  assert.equal(reason.fault, "unreachable");
  assert.match(reason.message, /closed the connection/);
});

mosquitto.test("mqttSubscribe() notices a broker that stands still, by its keepalive of 60 s", async () => {
  await using broker = await startMosquitto();
  const clock = createFakeClock();
  await using subscription = await mqttSubscribe(request(broker.url, { clock }));
  broker.freeze();
  let ended = false;
  subscription.ended.then(() => void (ended = true));
  await clock.tick(60_000);
  assert.equal(ended, false);
  await clock.tick(60_000);
  assert.match((await subscription.ended).message, /Keepalive timeout/i);
  assert.equal(clock.pendingTimers(), 0);
  broker.thaw();
});

mosquitto.test("mqttSubscribe() without topics only connects", async () => {
  await using broker = await startMosquitto();
  await using subscription = await mqttSubscribe(request(broker.url, { topics: [] }));
  await subscription[Symbol.asyncDispose]();
  assert.match((await subscription.ended).message, /closed here/);
});

Deno.test("mqttSubscribe() says CONNECT with a clean session, SUBSCRIBE with QoS 0, and DISCONNECT", async () => {
  await using server = startScripted({ greeting: CONNACK });
  const subscription = await mqttSubscribe(request(server.url));
  await subscription[Symbol.asyncDispose]();
  const bytes = [...await server.received];
  const ids = new TextDecoder().decode(Uint8Array.from(bytes.slice(14, 33)));
  assert.match(ids, /^meshbot[0-9a-f]{12}$/);
  // Protocol level 4, the flag "clean session" alone, 60 s.
  assert.deepEqual(bytes.slice(0, 14), [0x10, 31, ...mqttText("MQTT"), 4, 2, 0, 60, 0, 19]);
  assert.deepEqual(bytes.slice(33, 35), [0x82, 8]);
  assert.deepEqual(bytes.slice(37), [...mqttText("a/#"), 0, 0xe0, 0]);
});

Deno.test("mqttSubscribe() says what refused it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(`mqtt://127.0.0.1:${listener.addr.port}`);
  listener.close();
  const refused = await failure(mqttSubscribe(request(url)));
  assert.equal(refused.fault, "unreachable");
  assert.match(refused.message, /^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);

  await using unauthorized = startScripted({ greeting: [0x20, 2, 0, 5] });
  const rejected = await failure(mqttSubscribe(request(unauthorized.url)));
  assert.equal(rejected.fault, "refused");
  assert.match(rejected.message, /refused: Not authorized/);

  await using noTopics = startScripted({ greeting: CONNACK, granted: [0x80] });
  const denied = await failure(mqttSubscribe(request(noTopics.url)));
  assert.equal(denied.fault, "refused");
  assert.match(denied.message, /refused the topics/);
});

Deno.test("mqttSubscribe() waits no longer than its limit for a server that says nothing", async () => {
  await using server = startScripted({});
  const clock = createFakeClock();
  const opening = failure(mqttSubscribe(request(server.url, { clock })));
  await server.greeted;
  await clock.tick(10_000);
  const slow = await opening;
  assert.equal(slow.fault, "slow");
  assert.match(slow.message, /did not answer within 10 s/);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("mqttSubscribe() stops when its signal says so, with the signal's reason", async () => {
  await using server = startScripted({});
  const stop = new AbortController();
  const opening = mqttSubscribe(request(server.url, { signal: stop.signal }));
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(opening, (error) => error === reason);
  // It had not dialled; somebody has to let the server go.
  using _conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(server.url.port) });
});

Deno.test("mqttSubscribe() survives frames of every kind that no broker sends, and says so", async () => {
  const garbage: Readonly<Record<string, readonly number[]>> = {
    "HTTP": [...new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")],
    "short CONNACK": [0x20, 1, 0],
    "empty PUBREL": [...CONNACK, 0x62, 0],
    "empty PUBLISH": [...CONNACK, 0x30, 0],
    "topic longer than its message": [...CONNACK, 0x30, 3, 0, 9, 65],
    "PUBLISH of QoS 2": [...CONNACK, ...frame(0x34, [...mqttText("a"), 0, 1])],
    "short SUBACK": [...CONNACK, 0x90, 2, 0, 1],
    "endless length": [...CONNACK, 0x30, 0xff, 0xff, 0xff, 0xff, 0x7f],
    "zeros": [0, 0, 0, 0],
  };
  for (const [name, greeting] of Object.entries(garbage)) {
    await using server = startScripted({ greeting, granted: [] });
    const error = await failure(mqttSubscribe(request(server.url)));
    assert.equal(error.fault, "unreadable", `${name}: ${error.message}`);
    assert.match(error.message, /speaks no MQTT: it sent /, name);
  }
});

Deno.test("mqttSubscribe() says when a server closes before it has answered", async () => {
  for (const greeting of [[], CONNACK]) {
    await using server = startScripted({ greeting, close: true });
    const error = await failure(mqttSubscribe(request(server.url)));
    assert.equal(error.fault, "unreachable");
  }
});

Deno.test("mqttSubscribe() ends by itself when garbage follows", async () => {
  const heard = new Heard();
  const after = Uint8Array.from([...frame(0x30, mqttText("a/b"), new TextEncoder().encode("last")), 0x62, 0]);
  await using server = startScripted({ greeting: CONNACK, after });
  const subscription = await mqttSubscribe(request(server.url, heard.handlers));
  assert.equal((await subscription.ended).fault, "unreadable");
  assert.deepEqual(heard.texts, ["last"]);
  await subscription[Symbol.asyncDispose]();
});

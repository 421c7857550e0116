import assert from "node:assert/strict";
import fc from "fast-check";
import { systemClock } from "../../src/clock.ts";
import { ServiceError } from "../../src/errors.ts";
import { createSseParser, sseEvents } from "../../src/io/sse.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { EsphomeServer } from "../support/esphome_server.ts";

function request(url: string, options: { maxBytes?: number; signal?: AbortSignal } = {}) {
  const { maxBytes = 100_000, signal = new AbortController().signal } = options;
  return { url: new URL(url), who: "it", signal, timeoutMs: 5000, maxBytes, clock: systemClock };
}

Deno.test("createSseParser() gives complete events however the text is cut", () => {
  const text =
    'retry: 30000\r\nid: 1\r\nevent: ping\r\ndata: {"title":"x"}\r\n\r\n: comment\r\n\r\ndata:first\r\ndata: second\r\n\r\nevent: lost\r\n\r\n' +
    "event:state\ndata: a: b\n\ndata\r\rdata: unfinished\n";
  const expected = [
    { name: "ping", data: '{"title":"x"}' },
    { name: "message", data: "first\nsecond" },
    { name: "state", data: "a: b" },
    { name: "message", data: "" },
  ];
  assert.deepEqual(createSseParser()(text), expected);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (cuts) => {
    const parse = createSseParser();
    const events = [];
    for (let at = 0, cut = 0; at < text.length; cut++) {
      const length = cuts[cut % cuts.length] as number;
      events.push(...parse(text.slice(at, at + length)));
      at += length;
    }
    assert.deepEqual(events, expected);
  }));
});

Deno.test("sseEvents() gives the events of a stream and closes it when the caller has enough", async () => {
  await using server = new EsphomeServer({ events: "full" });
  const names: string[] = [];
  for await (const { name, data } of sseEvents(request(`${server.url}/events`))) {
    names.push(name);
    if (data.includes("Absolute")) break;
  }
  assert.equal(names.length, 10);
  assert.deepEqual(names.slice(0, 4), ["ping", "log", "state_detail_all", "state_detail_all"]);
});

Deno.test("sseEvents() ends when the time is up, the caller goes, or too much comes", async () => {
  await using server = new EsphomeServer({ events: "silent" });
  const clock = createFakeClock();
  const slow = sseEvents({ ...request(`${server.url}/events`), clock });
  assert.equal((await slow.next()).value?.name, "ping");
  const ended = assert.rejects(
    slow.next(),
    (error) => error instanceof ServiceError && error.fault === "slow" && /it sent no more within 5 s/.test(error.message),
  );
  await clock.tick(5000);
  await ended;
  assert.equal(clock.pendingTimers(), 0);

  await using other = new EsphomeServer({ events: "silent" });
  const controller = new AbortController();
  const left = sseEvents(request(`${other.url}/events`, { signal: controller.signal }));
  await left.next();
  const given = assert.rejects(left.next(), /enough/);
  controller.abort(new Error("enough"));
  await given;

  await using loud = new EsphomeServer({ events: "full" });
  const all = async () => {
    for await (const _ of sseEvents(request(`${loud.url}/events`, { maxBytes: 200 })));
  };
  await assert.rejects(all, (error) => error instanceof ServiceError && error.fault === "tooBig");
});

Deno.test("sseEvents() refuses what is no stream of events", async () => {
  await using server = new EsphomeServer({ events: "none" });
  await assert.rejects(sseEvents(request(`${server.url}/events`)).next(), /it answered with HTTP status 404/);
  await assert.rejects(sseEvents(request(`${server.url}/sensor/yield_today`)).next(), /the answer of it is no stream of events/);
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await assert.rejects(sseEvents(request(`${url}/events?key=secret`)).next(), (error) => {
    assert(error instanceof ServiceError);
    assert.equal(error.fault, "unreachable");
    assert.doesNotMatch(`${error.message}${error.cause}`, /secret/);
    return true;
  });
});

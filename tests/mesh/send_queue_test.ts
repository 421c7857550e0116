import assert from "node:assert/strict";
import fc from "fast-check";
import { PortNum } from "../../src/link/enums.ts";
import type { Draft } from "../../src/mesh/outgoing.ts";
import { SendQueue, type Waiting } from "../../src/mesh/send_queue.ts";

const GAP_MS = 2010;

interface Named extends Waiting {
  readonly name: string;
}

let order = 0;

function entry(name: string, draft: Partial<Draft>): Named {
  order += 1;
  return {
    name,
    order,
    notBeforeMs: 0,
    draft: {
      to: 1,
      channel: 0,
      portnum: PortNum.TEXT_MESSAGE_APP,
      payload: new Uint8Array(),
      priority: "reply",
      person: 1,
      answerId: order,
      wantAck: false,
      expiresAtMs: Infinity,
      label: name,
      ...draft,
    },
  };
}

function client(number: number, name = `client ${number}`): Named {
  return entry(name, { priority: "person", person: -1 - number });
}

/** Who is served, one after the other, from `nowMs` on. */
function serve(queue: SendQueue<Named>, nowMs = 0): { name: string; atMs: number }[] {
  const served: { name: string; atMs: number }[] = [];
  for (let atMs = nowMs;;) {
    const next = queue.next(atMs);
    if (next === undefined) return served;
    if ("atMs" in next) atMs = next.atMs;
    else {
      served.push({ name: next.entry.name, atMs });
      queue.served(next.entry, atMs);
    }
  }
}

Deno.test("SendQueue serves people before the bot, and people in turn", () => {
  const queue = new SendQueue<Named>();
  for (const waiting of [entry("bot", {}), client(1), client(1, "client 1 again"), client(2)]) queue.add(waiting, 0);
  assert.deepEqual(serve(queue).map(({ name }) => name), ["client 1", "client 2", "bot", "client 1 again"]);
});

Deno.test("SendQueue gives the bot its turn within (k + 1) × 2 s while k people send without a pause", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 60_000 }), (people, arrivesMs) => {
    const queue = new SendQueue<Named>();
    const waiting = new Set<number>();
    const fill = (nowMs: number): void => {
      for (let number = 1; number <= people; number += 1) {
        if (waiting.has(number)) continue;
        waiting.add(number);
        queue.add(client(number), nowMs);
      }
    };
    let botAtMs: number | undefined;
    let queued = false;
    fill(0);
    for (let nowMs = 0; botAtMs === undefined;) {
      if (nowMs >= arrivesMs && !queued) {
        queue.add(entry("bot", {}), nowMs);
        queued = true;
      }
      const next = queue.next(nowMs);
      if (next !== undefined && "entry" in next) {
        queue.served(next.entry, nowMs);
        if (next.entry.name === "bot") botAtMs = nowMs;
        else waiting.delete(-1 - next.entry.draft.person);
        fill(nowMs);
      } else {
        const untilMs = next?.atMs ?? nowMs + GAP_MS;
        nowMs = !queued && arrivesMs > nowMs ? Math.min(untilMs, arrivesMs) : untilMs;
      }
    }
    assert.ok(botAtMs - arrivesMs <= (people + 1) * 2000, `${botAtMs - arrivesMs} ms with ${people}`);
  }));
});

Deno.test("SendQueue lets the bot's next packet wait for another round of the people", () => {
  const queue = new SendQueue<Named>();
  for (let count = 1; count <= 3; count += 1) queue.add(client(1, `client ${count}`), 0);
  for (let count = 1; count <= 2; count += 1) queue.add(entry(`bot ${count}`, { person: count }), 0);
  assert.deepEqual(serve(queue).map(({ name }) => name), ["client 1", "bot 1", "client 2", "bot 2", "client 3"]);
});

Deno.test("SendQueue leaves people's packets out of the bot's late answers", () => {
  const queue = new SendQueue<Named>();
  queue.add(client(1), 0);
  for (let person = 1; person <= 7; person += 1) queue.add(entry(`bot ${person}`, { person }), 0);
  assert.equal(queue.ownLength, 7);
  assert.deepEqual(queue.allButNewestAnswers(5).map(({ name }) => name), ["bot 1", "bot 2"]);
});

Deno.test("SendQueue goes by priority: people, answers, alerts, announcements", () => {
  const queue = new SendQueue<Named>();
  for (const [index, priority] of (["announcement", "alert", "reply", "person"] as const).entries()) {
    queue.add(entry(priority, { priority, person: index }), 0);
  }
  assert.deepEqual(serve(queue).map(({ name }) => name), ["person", "reply", "alert", "announcement"]);
});

Deno.test("SendQueue.next() tells when the next one may go, or that nothing waits", () => {
  const queue = new SendQueue<Named>();
  assert.equal(queue.next(0), undefined);
  const late = { ...entry("late", {}), notBeforeMs: 500 };
  queue.add(late, 0);
  assert.deepEqual([queue.next(0), queue.next(499), queue.next(500)], [{ atMs: 500 }, { atMs: 500 }, { entry: late }]);
  const soon = { ...entry("soon", { expiresAtMs: 200 }), notBeforeMs: 900 };
  queue.add(soon, 0);
  assert.deepEqual(queue.next(0), { atMs: 200 });
  queue.pause(700);
  assert.deepEqual(queue.next(600), { atMs: 200 });
  queue.remove(soon);
  assert.deepEqual([queue.next(600), queue.next(700)], [{ atMs: 700 }, { entry: late }]);
  queue.pauseKind(PortNum.TEXT_MESSAGE_APP, 800);
  queue.pauseKind(PortNum.TEXT_MESSAGE_APP, 750);
  assert.deepEqual(queue.next(799), { atMs: 800 });
  queue.forgetLimits();
  assert.deepEqual(queue.next(500), { entry: late });
});

Deno.test("SendQueue keeps the gap of the firmware between two of a kind", () => {
  const queue = new SendQueue<Named>();
  for (const name of ["one", "two", "three"]) queue.add(entry(name, {}), 0);
  assert.deepEqual(serve(queue).map(({ atMs }) => atMs), [0, GAP_MS, 2 * GAP_MS]);
  assert.deepEqual([queue.length, queue.ownLength, queue.all()], [0, 0, []]);
});

Deno.test("SendQueue remembers the turns of the last 200 people", () => {
  const names = (count: number) => {
    const queue = new SendQueue<Named>();
    const first = entry("first", { person: 1, answerId: 0 });
    queue.add(first, 0);
    queue.served(first, 0);
    // An answer to somebody who was served lately waits behind one to somebody who was not.
    for (let person = 2; person <= count; person += 1) {
      const other = entry("other", { person });
      queue.add(other, 0);
      queue.served(other, 0);
    }
    queue.forgetLimits();
    queue.add(entry("again", { person: 1 }), 0);
    queue.add(entry("stranger", { person: 999 }), 0);
    return serve(queue, 1e6).map(({ name }) => name);
  };
  assert.deepEqual([names(200), names(201)], [["stranger", "again"], ["again", "stranger"]]);
});

Deno.test("SendQueue.forgetLimits() lets the next one go at once, at the very start of the clock too", () => {
  const queue = new SendQueue<Named>();
  const next = entry("next", {});
  queue.add(next, 0);
  queue.pause(500);
  queue.forgetLimits();
  assert.deepEqual(queue.next(0), { entry: next });
});

Deno.test("SendQueue forgets those first whose last turn is longest ago, however long it has known them", () => {
  const queue = new SendQueue<Named>();
  const turn = (person: number) => {
    const one = entry("turn", { person });
    queue.add(one, 0);
    queue.served(one, 0);
  };
  for (let person = 1; person <= 200; person += 1) turn(person);
  turn(1);
  turn(201);
  queue.forgetLimits();
  queue.add(entry("one", { person: 1 }), 0);
  queue.add(entry("two", { person: 2 }), 0);
  assert.deepEqual(serve(queue, 1e6).map(({ name }) => name), ["two", "one"]);
});

Deno.test("SendQueue serves a person before a packet of the bot's that came after that person's last turn", () => {
  const queue = new SendQueue<Named>();
  queue.add(client(1), 0);
  assert.equal(serve(queue).length, 1);
  queue.add(entry("bot", {}), 10_000);
  queue.add(client(1, "client 1 again"), 10_000);
  assert.deepEqual(serve(queue, 10_000).map(({ name }) => name), ["client 1 again", "bot"]);
});

import assert from "node:assert/strict";
import type { GuestBook } from "../../../scripts/chaos/invariants/guest_book.ts";
import { SharedClients } from "../../../scripts/chaos/invariants/shared_clients.ts";
import { encode, make } from "../../../src/link/codec.ts";
import { PortNum } from "../../../src/link/enums.ts";
import type { Init } from "../../../src/link/messages.ts";
import { ONLY_NODES_NONCE } from "../../../src/mesh/session.ts";
import { BROADCAST_NUM } from "../../../src/node_id.ts";

const OWN = 0x1000;
const OTHER = 0x2000;
const LINK = 1;

type Variant = NonNullable<Init<"FromRadio">["payloadVariant"]>;

function fromRadio(payloadVariant: Variant): Uint8Array {
  return encode("FromRadio", { payloadVariant });
}

interface Draft {
  readonly from?: number;
  readonly text?: string;
  readonly portnum?: number;
  readonly requestId?: number;
  readonly replyId?: number;
}

function packet(id: number, { from = OTHER, text, portnum, requestId = 0, replyId = 0 }: Draft = {}): Init<"MeshPacket"> {
  const payload = new TextEncoder().encode(text ?? "telemetry");
  const kind = portnum ?? (text === undefined ? PortNum.TELEMETRY_APP : PortNum.TEXT_MESSAGE_APP);
  return { from, to: BROADCAST_NUM, id, payloadVariant: { case: "decoded", value: { portnum: kind, payload, requestId, replyId } } };
}

/** A run: one connection of the bot's, and the clients that the test lets come. */
class Run {
  readonly books = new SharedClients(() => OWN);
  atMs = 100_000;

  /** A client that has had its first handshake. */
  guest(): GuestBook {
    const guest = this.books.open(this.atMs);
    guest.wanted(ONLY_NODES_NONCE, this.atMs);
    guest.frame(fromRadio({ case: "nodeInfo", value: { num: OWN } }), this.atMs);
    guest.frame(fromRadio({ case: "configCompleteId", value: ONLY_NODES_NONCE }), this.atMs);
    this.atMs += 100;
    return guest;
  }

  /** The node hands packets to the bot. */
  hand(...packets: Init<"MeshPacket">[]): this {
    return this.handOn(LINK, ...packets);
  }

  handOn(connection: number, ...packets: Init<"MeshPacket">[]): this {
    for (const value of packets) {
      this.books.handed(make("MeshPacket", value), fromRadio({ case: "packet", value }), connection, this.atMs += 10);
    }
    return this;
  }

  /** A client is told packets. */
  tell(guest: GuestBook, ...packets: Init<"MeshPacket">[]): this {
    for (const value of packets) guest.frame(fromRadio({ case: "packet", value }), this.atMs += 1);
    return this;
  }

  later(ms: number): this {
    this.atMs += ms;
    return this;
  }

  /** The bot gives the node a text of its own or of a client. */
  give(id: number, text: string, replyId = 0): this {
    this.books.given(
      make("MeshPacket", { ...packet(id, { from: OWN, text, replyId }), to: replyId === 0 ? BROADCAST_NUM : OTHER }),
      this.atMs,
    );
    return this;
  }

  leave(guest: GuestBook): this {
    guest.ended("itself", this.atMs += 1);
    return this;
  }

  get broken(): readonly string[] {
    return this.books.standing().broken;
  }
}

Deno.test("SharedClients: clients that are never served are a break, one that comes while the bot is away is none", () => {
  const away = new Run();
  for (let times = 0; times < 3; times += 1) away.books.refused();
  assert.deepEqual(away.broken, []);
  away.books.refused();
  assert.deepEqual(away.broken, ["none of 4 clients was served"]);
  away.leave(away.guest());
  assert.deepEqual(away.broken, []);
});

Deno.test("SharedClients: every packet once, in order and unchanged holds; doubled, reordered or changed breaks", () => {
  const three = [packet(1), packet(2, { text: "hello" }), packet(3)];
  const right = new Run();
  const guest = right.guest();
  right.hand(...three).tell(guest, ...three).leave(guest);
  assert.deepEqual(right.broken, []);

  const cases: readonly [told: readonly Init<"MeshPacket">[], story: RegExp][] = [
    [[packet(1), packet(1), packet(2, { text: "hello" }), packet(3)], /came 2 times/],
    [[packet(1), packet(3), packet(2, { text: "hello" })], /comes behind what the node handed over later/],
    [[packet(1), packet(2, { text: "hallo" }), packet(3)], /changed on its way/],
    [[packet(1), packet(3)], /2000\/2 \("hello"\) is missing/],
    [[packet(1), packet(2, { text: "hello" }), packet(3), packet(4)], /2000\/4 .* comes from nowhere/],
  ];
  for (const [told, story] of cases) {
    const run = new Run();
    const client = run.guest();
    run.hand(...three).tell(client, ...told).leave(client);
    assert.equal(run.broken.length, 1, run.broken.join("\n"));
    assert.match(run.broken[0] as string, story);
  }
});

Deno.test("SharedClients: what the node handed over twice, or lost in the middle of a write, may come so", () => {
  const run = new Run();
  const guest = run.guest();
  run.hand(packet(1), packet(2)).handOn(2, packet(1), packet(3));
  run.books.lost(make("MeshPacket", packet(9)));
  run.tell(guest, packet(1), packet(2), packet(1), packet(9), packet(3)).leave(guest);
  assert.deepEqual(run.broken, []);
});

Deno.test("SharedClients: missing is what others behind it on its connection prove, not what died with its connection", () => {
  const run = new Run();
  const guest = run.guest();
  run.hand(packet(1), packet(2)).handOn(2, packet(3), packet(4), packet(5)).tell(guest, packet(1), packet(3), packet(5)).leave(guest);
  assert.deepEqual(run.broken.length, 1);
  assert.match(run.broken[0] as string, /2000\/4 .*missing/);
});

Deno.test("SharedClients: a client that is told nothing any more misses what came long before it left and before its link ended", () => {
  const silent = (over: "never" | "soon", death = false) => {
    const run = new Run();
    const guest = run.guest();
    run.later(15_000).hand(packet(1));
    if (over === "soon") run.books.over(LINK, run.atMs + 1000);
    if (death) run.books.died(run.atMs + 1000);
    run.later(10_000).leave(guest);
    return run.broken;
  };
  assert.match(silent("never").join(), /2000\/1 .*missing/);
  assert.deepEqual(silent("soon"), []);
  assert.deepEqual(silent("never", true), []);
});

Deno.test("SharedClients: answers to a client's request and settings are nobody else's to miss, and nobody else's to see", () => {
  const answers = [
    packet(2, { portnum: PortNum.ROUTING_APP, requestId: 77 }),
    packet(3, { portnum: PortNum.ADMIN_APP }),
    packet(4, { portnum: PortNum.NODEINFO_APP, requestId: 77 }),
  ];
  const run = new Run();
  const [asker, other] = [run.guest(), run.guest()];
  run.books.wrote(asker, { id: 77, text: "a text", atMs: run.atMs });
  asker.frame(fromRadio({ case: "queueStatus", value: { res: 0, free: 16, maxlen: 16, meshPacketId: 77 } }), run.atMs);
  run.hand(packet(1), ...answers, packet(5)).tell(asker, packet(1), answers[0] as Init<"MeshPacket">, packet(5));
  run.tell(other, packet(1), packet(5)).leave(asker).leave(other);
  assert.deepEqual(run.broken, []);
  const wrong = new Run();
  const guest = wrong.guest();
  wrong.hand(packet(1), ...answers, packet(5)).tell(guest, packet(1), answers[0] as Init<"MeshPacket">, packet(5)).leave(guest);
  assert.match(wrong.broken.join(), /answers somebody else/);
});

Deno.test("SharedClients: a refusal by the bot itself is right for the client that it names", () => {
  const refusal = packet(900, { from: OWN, portnum: PortNum.ROUTING_APP, requestId: 77 });
  const run = new Run();
  const guest = run.guest();
  run.books.wrote(guest, { id: 77, text: "a text", atMs: run.atMs });
  guest.frame(fromRadio({ case: "queueStatus", value: { res: 33, meshPacketId: 77 } }), run.atMs);
  run.tell(guest, refusal).leave(guest);
  assert.deepEqual(run.broken, []);
});

Deno.test("SharedClients: a text of a client is reported on within two seconds, and seen by the others but not by itself", () => {
  const story = (
    { reportAfterMs, toOther = true, toWriter = false, death = false }: {
      reportAfterMs: number | undefined;
      toOther?: boolean;
      toWriter?: boolean;
      death?: boolean;
    },
  ) => {
    const run = new Run();
    const [writer, other] = [run.guest(), run.guest()];
    const wroteAtMs = run.atMs;
    run.books.wrote(writer, { id: 77, text: "client 1 writes", atMs: wroteAtMs });
    if (reportAfterMs !== undefined) {
      writer.frame(fromRadio({ case: "queueStatus", value: { res: 0, meshPacketId: 77 } }), wroteAtMs + reportAfterMs);
    }
    const text = packet(77, { from: OWN, text: "client 1 writes" });
    if (toOther) run.tell(other, text);
    if (toWriter) run.tell(writer, text);
    if (death) run.books.died(wroteAtMs + 500);
    run.give(77, "client 1 writes").later(9000).leave(writer).leave(other);
    return run.broken;
  };
  assert.deepEqual(story({ reportAfterMs: 1000 }), []);
  assert.match(story({ reportAfterMs: 2500 }).join(), /came after 2.50 s/);
  assert.match(story({ reportAfterMs: undefined }).join(), /did not come/);
  assert.deepEqual(story({ reportAfterMs: undefined, death: true }), []);
  assert.match(story({ reportAfterMs: 10, toOther: false }).join(), /sent by a client\) is missing/);
  assert.match(story({ reportAfterMs: 10, toWriter: true }).join(), /its own .* came back/);
});

Deno.test("SharedClients: a report that names another's packet, and a second one that says taken, break", () => {
  const run = new Run();
  const guest = run.guest();
  const report = (meshPacketId: number) => guest.frame(fromRadio({ case: "queueStatus", value: { res: 0, meshPacketId } }), run.atMs);
  run.books.wrote(guest, { id: 77, text: "a text", atMs: run.atMs });
  report(77);
  assert.deepEqual(run.broken, []);
  report(77);
  report(78);
  assert.equal(run.broken.length, 2);
});

Deno.test("SharedClients: an answer of the bot's is seen by all who were there when it was asked for; one that no node has read is right only beside a link that ended", () => {
  const missed = (askedBefore: boolean) => {
    const run = new Run();
    const ask = () => run.hand(packet(1, { text: "/ping" }));
    if (askedBefore) ask();
    const guest = run.guest();
    run.later(9000);
    if (!askedBefore) ask().tell(guest, packet(1, { text: "/ping" }));
    run.give(5, "pong", 1).later(6000).leave(guest);
    return run.broken;
  };
  assert.match(missed(false).join(), /sent by the bot\) is missing/);
  assert.deepEqual(missed(true), []);
  const dead = (over: boolean) => {
    const run = new Run();
    const guest = run.guest();
    run.tell(guest, packet(6, { from: OWN, text: "pong" })).leave(guest);
    if (over) run.books.over(LINK, run.atMs + 5000);
    return run.broken;
  };
  assert.deepEqual(dead(true), []);
  assert.match(dead(false).join(), /comes from nowhere/);
});

Deno.test("SharedClients: missed texts come right behind the first handshake, when nobody else is there", () => {
  const old = packet(1, { text: "yesterday" });
  const after = (first: readonly Init<"MeshPacket">[], company = false) => {
    const run = new Run().hand(old).later(20_000);
    const guests = company ? [run.guest()] : [];
    const guest = run.guest();
    run.hand(...first).tell(guest, ...first, old).leave(guest);
    for (const other of guests) run.tell(other, ...first).leave(other);
    return run.broken;
  };
  assert.deepEqual(after([]), []);
  const repeated = new Run();
  repeated.give(5, "pong").hand(old).later(20_000).books.died(repeated.atMs);
  const alone = repeated.later(5000).guest();
  repeated.tell(alone, packet(5, { from: OWN, text: "pong" }), old).leave(alone);
  assert.deepEqual(repeated.broken, []);
  assert.match(after([], true).join(), /though client 1 was there/);
  assert.match(after([packet(2)]).join(), /comes late/);
  const telemetry = new Run().hand(packet(3)).later(20_000);
  const guest = telemetry.guest();
  telemetry.tell(guest, packet(3)).leave(guest);
  assert.match(telemetry.broken.join(), /long before/);
});

Deno.test("SharedClients: what another client had shortly before one came is old too, unless a bot that died may say it again", () => {
  const story = (again: boolean) => {
    const run = new Run();
    const first = run.guest();
    run.give(5, "pong").tell(first, packet(5, { from: OWN, text: "pong" })).later(2000);
    if (again) run.books.died(run.atMs - 1000);
    const second = run.guest();
    run.tell(second, packet(5, { from: OWN, text: "pong" })).leave(first).leave(second);
    return run.broken;
  };
  assert.match(story(false).join(), /the old .* though client 1 was there/);
  assert.deepEqual(story(true), []);
});

Deno.test("SharedClients: only a bot that dies throws a client out or leaves its handshake undone", () => {
  const thrownOut = (death: boolean) => {
    const run = new Run();
    const [ready, waiting] = [run.guest(), run.books.open(run.atMs)];
    waiting.wanted(5, run.atMs);
    run.later(6000);
    if (death) run.books.died(run.atMs);
    ready.ended("bot", run.atMs);
    waiting.ended("bot", run.atMs + 1);
    return run.broken;
  };
  assert.equal(thrownOut(false).length, 3, "both were thrown out, and one of them never had its handshake");
  assert.deepEqual(thrownOut(true).map((story) => story.replace(/.*: /, "")), ["its end did not come"], "the death came too late for it");
});

Deno.test("SharedClients: noise, messages before and amid a handshake, and a handshake that nobody asked for break", () => {
  const own = fromRadio({ case: "nodeInfo", value: { num: OWN } });
  const telemetry = fromRadio({ case: "packet", value: packet(1) });
  const cases: readonly [(guest: GuestBook) => void, RegExp][] = [
    [(guest) => guest.noise(3), /3 bytes are no frame/],
    [(guest) => guest.frame(new Uint8Array([0x0a, 0xff]), 1), /no FromRadio/],
    [(guest) => guest.frame(telemetry, 1), /before its first handshake/],
    [(guest) => guest.frame(own, 1), /where no handshake was asked for/],
    [(guest) => {
      guest.wanted(ONLY_NODES_NONCE, 1);
      guest.frame(own, 1);
      guest.frame(telemetry, 1);
    }, /amid a handshake/],
  ];
  for (const [does, story] of cases) {
    const run = new Run().hand(packet(1));
    const guest = run.books.open(run.atMs);
    does(guest);
    assert.match(run.broken[0] as string, story);
  }
});

Deno.test("SharedClients: two clients are told the bot's texts in the same order", () => {
  const texts = [packet(5, { from: OWN, text: "one" }), packet(6, { from: OWN, text: "two" })];
  const run = new Run();
  const [first, second] = [run.guest(), run.guest()];
  run.give(5, "one").give(6, "two").tell(first, ...texts).tell(second, ...texts.toReversed()).leave(first).leave(second);
  assert.equal(run.broken.length, 1);
  assert.match(run.broken[0] as string, /another order/);
});

Deno.test("SharedClients: what is pieced together from frames that were never finished is nobody's fault", () => {
  const story = (torn: boolean) => {
    const run = new Run();
    const guest = run.guest();
    if (torn) run.books.torn(run.atMs);
    const payload = new Uint8Array([0x94, 0xc3, 0, 9]);
    run.tell(guest, { ...packet(8), payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } } }).leave(
      guest,
    );
    return run.broken;
  };
  assert.deepEqual(story(true), []);
  assert.match(story(false).join(), /comes from nowhere/);
});

Deno.test("SharedClients: what stood between frames that were never finished is not missing", () => {
  const run = new Run();
  const guest = run.guest();
  run.hand(packet(1)).books.torn(run.atMs);
  run.hand(packet(2)).later(6000).hand(packet(3), packet(4)).tell(guest, packet(1), packet(4)).leave(guest);
  assert.equal(run.broken.length, 1);
  assert.match(run.broken[0] as string, /2000\/3 .*missing/);
});

Deno.test("SharedClients: the texts of clients are on the air to everybody, each as one packet", () => {
  const run = new Run();
  run.books.wrote(run.guest(), { id: 77, text: "mine", atMs: run.atMs });
  const said = (packetId: number, more = {}) => run.books.aired({ packetId, to: BROADCAST_NUM, replyId: 0, text: "mine", ...more });
  assert.ok(said(77) && said(77));
  assert.ok(!said(77, { to: OTHER }) && !said(77, { replyId: 4 }) && !said(77, { text: "another's" }));
  const before = run.broken.length;
  said(78);
  assert.equal(run.broken.length, before + 1);
});

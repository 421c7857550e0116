import assert from "node:assert/strict";
import { decode, make } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { Init, Message } from "../../src/link/messages.ts";
import { cureMissingKey } from "../../src/mesh/missing_key.ts";
import { createNodeDb, type NodeRecord } from "../../src/mesh/node_db.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import { Outbox } from "../../src/mesh/outbox.ts";
import type { Draft, Outcome } from "../../src/mesh/outgoing.ts";
import { BROADCAST_NUM, formatNodeId } from "../../src/node_id.ts";
import { addNode, ASKER_NUM, OWN_NUM } from "../support/context.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

interface Scene {
  readonly clock: FakeClock;
  readonly outbox: Outbox;
  readonly sent: Init<"MeshPacket">[];
  readonly admin: Message<"AdminMessage">[];
  readonly ended: Outcome[];
  ask(draft?: Partial<Draft>): void;
  /** The node says that it has no key for the last text. */
  refuse(): void;
}

function scene(options: { keyKnown: boolean; favorite?: boolean }): Scene {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: ASKER_NUM, longName: "Alice", ...(options.keyKnown ? { publicKey: new Uint8Array(32).fill(5) } : {}) });
  if (options.favorite) nodes.applyNodeInfo(make("NodeInfo", { num: ASKER_NUM, isFavorite: true }));
  const sent: Init<"MeshPacket">[] = [];
  const admin: Message<"AdminMessage">[] = [];
  const ended: Outcome[] = [];
  const outbox: Outbox = new Outbox({
    clock,
    send(packet) {
      sent.push(packet);
      return true;
    },
    onEnd: ({ draft, outcome }) => void (draft.portnum === PortNum.TEXT_MESSAGE_APP && ended.push(outcome)),
    cureMissingKey: (to) =>
      cureMissingKey(to, {
        clock,
        node: (num) => nodes.get(num),
        ownNum: () => OWN_NUM,
        sendToOwnNode(packet) {
          assert.equal(packet.to, OWN_NUM);
          assert.ok(packet.payloadVariant?.case === "decoded");
          admin.push(decode("AdminMessage", packet.payloadVariant.value.payload ?? new Uint8Array()));
          return true;
        },
        enqueue: (draft) => void outbox.enqueue(draft),
      }),
  });
  outbox.linkReady({ nodeNum: OWN_NUM, hopLimit: 3, outageMs: 0 });
  return {
    clock,
    outbox,
    sent,
    admin,
    ended,
    ask(draft = {}) {
      outbox.enqueue({
        to: ASKER_NUM,
        channel: 0,
        portnum: PortNum.TEXT_MESSAGE_APP,
        payload: new TextEncoder().encode("hello"),
        priority: "reply",
        person: ASKER_NUM,
        answerId: 9,
        wantAck: true,
        expiresAtMs: 600_000,
        label: "answer",
        ...draft,
      });
    },
    refuse() {
      const last = sent.findLast((packet) => portnumOf(packet) === PortNum.TEXT_MESSAGE_APP);
      outbox.routing({ requestId: last?.id ?? 0, from: OWN_NUM, error: RoutingError.PKI_SEND_FAIL_PUBLIC_KEY });
    },
  };
}

function portnumOf(packet: Init<"MeshPacket">): number | undefined {
  return packet.payloadVariant?.case === "decoded" ? packet.payloadVariant.value.portnum : undefined;
}

Deno.test("rule 7: our node is taught the key that we hold, without a new favourite, and the text goes out once more", async () => {
  const stage = scene({ keyKnown: true });
  stage.ask();
  stage.refuse();
  const [contact, favorite] = stage.admin.map(({ payloadVariant }) => payloadVariant);
  assert.ok(contact?.case === "addContact" && contact.value.nodeNum === ASKER_NUM);
  assert.deepEqual(contact.value.user?.publicKey, new Uint8Array(32).fill(5));
  assert.deepEqual([favorite?.case, favorite?.value], ["removeFavoriteNode", ASKER_NUM]);
  await stage.clock.tick(6000);
  const texts = stage.sent.filter((packet) => portnumOf(packet) === PortNum.TEXT_MESSAGE_APP);
  assert.equal(texts.length, 2);
  assert.notEqual(texts[0]?.id, texts[1]?.id);
  stage.refuse();
  await stage.clock.tick(60_000);
  assert.deepEqual(stage.ended.map(({ kind }) => kind), ["failed"]);
  assert.equal(stage.sent.filter((packet) => portnumOf(packet) === PortNum.TEXT_MESSAGE_APP).length, 2);
});

Deno.test("rule 7: a favourite of the owner stays one", () => {
  const stage = scene({ keyKnown: true, favorite: true });
  stage.ask();
  stage.refuse();
  assert.deepEqual(stage.admin.map(({ payloadVariant }) => payloadVariant.case), ["addContact"]);
  stage.outbox.close();
});

Deno.test("rule 7: without a key the node is asked for its NodeInfo, and the text goes out once more 30 s later", async () => {
  const stage = scene({ keyKnown: false });
  stage.ask();
  const { id } = stage.sent[0] ?? {};
  stage.outbox.queueStatus(make("QueueStatus", { res: 0, free: 15, meshPacketId: id ?? 0 }));
  stage.refuse();
  const request = stage.sent.at(-1);
  assert.equal(portnumOf(request ?? {}), PortNum.NODEINFO_APP);
  assert.ok(request?.payloadVariant?.case === "decoded" && request.payloadVariant.value.wantResponse === true && request.to === ASKER_NUM);
  assert.deepEqual(stage.admin, []);
  await stage.clock.tick(29_000);
  assert.equal(stage.sent.length, 2);
  await stage.clock.tick(1500);
  assert.equal(portnumOf(stage.sent.at(-1) ?? {}), PortNum.TEXT_MESSAGE_APP);
  stage.outbox.close();
});

Deno.test("rule 7: an answer to a channel's request is said there in one part when no key is to be had, others never", async () => {
  const stage = scene({ keyKnown: true });
  stage.ask({ requestChannel: 2, publicKey: new Uint8Array(32) });
  stage.refuse();
  await stage.clock.tick(6000);
  stage.refuse();
  await stage.clock.tick(6000);
  const last = stage.sent.at(-1);
  assert.deepEqual([last?.to, last?.channel, last?.pkiEncrypted], [BROADCAST_NUM, 2, undefined]);
  assert.equal(stage.sent.filter(({ to }) => to === BROADCAST_NUM).length, 1);
  stage.outbox.close();
});

/** The cure alone, with what it did. */
function cure(record: NodeRecord | undefined, own?: NodeRecord) {
  const clock = createFakeClock();
  const drafts: Draft[] = [];
  const admin: Message<"AdminMessage">["payloadVariant"][] = [];
  const pauseMs = cureMissingKey(ASKER_NUM, {
    clock,
    node: (num) => num === ASKER_NUM ? record : num === OWN_NUM ? own : undefined,
    ownNum: () => OWN_NUM,
    sendToOwnNode(packet) {
      assert.ok(packet.payloadVariant?.case === "decoded");
      admin.push(decode("AdminMessage", packet.payloadVariant.value.payload ?? new Uint8Array()).payloadVariant);
      return true;
    },
    enqueue: (draft) => void drafts.push(draft),
  });
  return { pauseMs, drafts, admin, nowMs: clock.nowMs() };
}

Deno.test("cureMissingKey() teaches our node all that is known of the recipient, and waits 2.5 s for it", () => {
  const record = {
    ...emptyRecord(ASKER_NUM),
    longName: "Alice",
    shortName: "Ali",
    role: 2,
    hwModel: 43,
    isLicensed: true,
    isFavorite: true,
    publicKey: new Uint8Array(32).fill(5),
  };
  const { pauseMs, drafts, admin: [contact, ...more] } = cure(record);
  assert.deepEqual([pauseMs, drafts, more], [2500, [], []]);
  assert.ok(contact?.case === "addContact");
  const { id, longName, shortName, role, hwModel, isLicensed, publicKey } = contact.value.user ?? assert.fail();
  assert.deepEqual({ id, longName, shortName, role, hwModel, isLicensed, publicKey }, {
    id: formatNodeId(ASKER_NUM),
    longName: "Alice",
    shortName: "Ali",
    role: 2,
    hwModel: 43,
    isLicensed: true,
    publicKey: record.publicKey,
  });
});

Deno.test("cureMissingKey() asks a node without a key for its NodeInfo in exchange for ours, and waits 30 s for it", () => {
  const own = {
    ...emptyRecord(OWN_NUM),
    longName: "Own",
    shortName: "O",
    role: 1,
    hwModel: 9,
    isLicensed: true,
    publicKey: new Uint8Array(32).fill(6),
  };
  for (const record of [undefined, emptyRecord(ASKER_NUM), { ...emptyRecord(ASKER_NUM), publicKey: new Uint8Array(31) }]) {
    const { pauseMs, drafts: [draft, ...more], admin, nowMs } = cure(record, own);
    assert.deepEqual([pauseMs, more, admin], [30_000, [], []]);
    const { payload, label: _label, ...rest } = draft ?? assert.fail();
    assert.deepEqual(rest, {
      to: ASKER_NUM,
      channel: 0,
      portnum: PortNum.NODEINFO_APP,
      priority: "reply",
      person: ASKER_NUM,
      answerId: 0,
      wantAck: false,
      wantResponse: true,
      expiresAtMs: nowMs + 30_000,
    });
    const told = decode("User", payload);
    assert.deepEqual([told.id, told.longName, told.shortName, told.role, told.hwModel, told.isLicensed, told.publicKey], [
      formatNodeId(OWN_NUM),
      "Own",
      "O",
      1,
      9,
      true,
      own.publicKey,
    ]);
  }
  const [draft] = cure(undefined).drafts;
  const unknown = decode("User", draft?.payload ?? assert.fail());
  assert.deepEqual([unknown.longName, unknown.role, unknown.hwModel, unknown.isLicensed, unknown.publicKey.length], ["", 0, 0, false, 0]);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { factsOf, type NodeFacts } from "../../src/health/node_facts.ts";
import { judgeNode } from "../../src/health/node_settings.ts";
import { decode, make } from "../../src/link/codec.ts";
import { PortNum, Role } from "../../src/link/enums.ts";
import { FrameParser } from "../../src/link/frame.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { handshakeMessages, key, NEIGHBOUR_NUM, NODE_NUM, nodeInfoPacket, READ_AT_WALL_MS } from "../support/node_handshake.ts";
import { readRecording } from "../support/recording.ts";

function factsWith(...args: Parameters<typeof handshakeMessages>): NodeFacts {
  return factsOf(handshakeMessages(...args), { readAtWallMs: READ_AT_WALL_MS });
}

Deno.test("factsOf() reads every fact of a handshake", () => {
  assert.deepEqual(factsWith(), {
    nodeNum: NODE_NUM,
    longName: "Bot node",
    shortName: "BOT",
    firmwareVersion: "2.7.26.54e0d8d",
    hasPki: true,
    locked: false,
    role: Role.CLIENT,
    owner: { unmessagable: false, licensed: false },
    hasPublicKey: true,
    hasPosition: true,
    clock: { state: "set", aheadMs: 0 },
    lora: handshakeMessages().flatMap(({ payloadVariant: variant }) =>
      variant.case === "config" && variant.value.payloadVariant.case === "lora" ? [variant.value.payloadVariant.value] : []
    )[0],
    powerSaving: false,
    managed: false,
    mqttProxy: false,
    neighborInfo: true,
    primaryChannel: { key: "public", ownName: false },
    nodeCount: 2,
    keyConflicts: [],
    notices: [],
  });
});

Deno.test("factsOf() knows nothing of a node that told nothing", () => {
  const { longName, shortName, locked, clock, keyConflicts, notices, ...rest } = factsOf([]);
  assert.deepEqual(
    { longName, shortName, locked, clock, keyConflicts, notices },
    { longName: "", shortName: "", locked: false, clock: { state: "unknown" }, keyConflicts: [], notices: [] },
  );
  for (const [name, value] of Object.entries(rest)) assert.equal(value, undefined, name);
});

Deno.test("factsOf() takes the role from the settings, else from the owner, else from the metadata", () => {
  const roles = { device: { role: Role.CLIENT_BASE }, user: { role: Role.TRACKER }, metadata: { role: Role.SENSOR } };
  assert.equal(factsWith(roles).role, Role.CLIENT_BASE);
  assert.equal(factsWith({ ...roles, device: null }).role, Role.TRACKER);
  assert.equal(factsWith({ ...roles, device: null, user: null }).role, Role.SENSOR);
});

Deno.test("factsOf() cleans names, versions and notices", () => {
  const { longName, shortName, firmwareVersion, notices } = factsWith({
    user: { longName: "\u202eevil\u0007 name", shortName: "\u200b" },
    metadata: { firmwareVersion: "2.7.26\n\x1b[31m" },
    more: ["  ", "\u0000hello\r\nworld"].map((message) => ({ case: "clientNotification", value: { message } })),
  });
  assert.deepEqual(
    { longName, shortName, firmwareVersion, notices },
    { longName: "evil name", shortName: "", firmwareVersion: "2.7.26 [31m", notices: ["hello world"] },
  );
});

Deno.test("factsOf() sees the clock in packets when the node's own entry is missing, but not in replayed ones", () => {
  const packet = (rxTime: number, rxRssi: number) => ({ case: "packet", value: { from: 7, rxTime, rxRssi } }) as const;
  const clock = (...more: ReturnType<typeof packet>[]) => factsWith({ ownInfo: null, more }).clock;
  assert.deepEqual(clock(), { state: "unknown" });
  assert.deepEqual(clock(packet(0, -80)), { state: "unset" });
  assert.deepEqual(clock(packet(0, -80), packet(1_780_000_000, -80)), { state: "set" });
  assert.deepEqual(clock(packet(0, 0)), { state: "unknown" });
  assert.deepEqual(clock(packet(1_780_000_000, 0)), { state: "unknown" });
});

Deno.test("factsOf() compares the clock with nothing when it is not told when the handshake was read", () => {
  assert.deepEqual(factsOf(handshakeMessages()).clock, { state: "set" });
});

const CONFLICTS: readonly (readonly [title: string, packet: Init<"MeshPacket">, isConflict: boolean])[] = [
  ["another key", nodeInfoPacket(NEIGHBOUR_NUM, key(3)), true],
  ["another key for our own node", nodeInfoPacket(NODE_NUM, key(3)), true],
  ["the stored key", nodeInfoPacket(NEIGHBOUR_NUM, key(2)), false],
  ["no key", nodeInfoPacket(NEIGHBOUR_NUM, new Uint8Array(0)), false],
  ["a key of the wrong length", nodeInfoPacket(NEIGHBOUR_NUM, new Uint8Array(31)), false],
  ["a key of a node that has none stored", nodeInfoPacket(7, key(3)), false],
  ["a key of a node that is not in the list", nodeInfoPacket(8, key(3)), false],
  ["bytes that are no User", {
    from: NEIGHBOUR_NUM,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.NODEINFO_APP, payload: new Uint8Array([0xff, 0xff]) } },
  }, false],
  ["an encrypted packet", { from: NEIGHBOUR_NUM, payloadVariant: { case: "encrypted", value: key(3) } }, false],
];

for (const [title, packet, isConflict] of CONFLICTS) {
  Deno.test(`rule 8: factsOf() takes ${title} ${isConflict ? "for a key conflict" : "for none"}`, () => {
    const value = { case: "packet", value: packet } as const;
    const { keyConflicts } = factsWith({ others: [{ num: 7, user: { longName: "No key" } }], more: [value, value] });
    assert.deepEqual(keyConflicts.map(({ num }) => num), isConflict ? [packet.from] : []);
  });
}

Deno.test("rule 24: the recording of a real firmware is read and judged as what it was: no position, no neighbours, no clock", async () => {
  const messages: FromRadio[] = [];
  const parser = new FrameParser({
    onFrame(payload) {
      messages.push(decode("FromRadio", payload.slice()));
      return true;
    },
  });
  for (const { dir, bytes } of await readRecording()) if (dir === "from") parser.push(bytes);
  const facts = factsOf(messages, { readAtWallMs: READ_AT_WALL_MS });
  assert.deepEqual(
    [facts.longName, facts.firmwareVersion, facts.hasPublicKey, facts.owner, facts.clock.state, facts.locked],
    ["Node Alpha", "2.7.26.54e0d8d", true, { unmessagable: false, licensed: false }, "unset", false],
  );
  const troubles = judgeNode(facts).filter(({ level }) => level !== "ok").map(({ what }) => what);
  assert.deepEqual(troubles, [
    "The node keeps no list of its neighbours (neighbor_info is off).",
    "The node does not know where it is.",
    "The clock of the node is not set.",
  ]);
});

/** Any messages: some sound ones, some with absurd content, in any order. */
function absurdMessages(): fc.Arbitrary<FromRadio[]> {
  const number = fc.integer({ min: 0, max: 0xffff_ffff });
  const signed = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
  const bytes = fc.uint8Array({ maxLength: 64 });
  const text = fc.string({ unit: "binary", maxLength: 300 });
  const num = fc.constantFrom(0, 1, NODE_NUM, NEIGHBOUR_NUM, 0xffff_ffff);
  const user = fc.record({ longName: text, shortName: text, publicKey: bytes, role: number, isUnmessagable: fc.boolean() });
  const variant: fc.Arbitrary<NonNullable<Init<"FromRadio">["payloadVariant"]>> = fc.oneof(
    fc.record({ case: fc.constant("myInfo"), value: fc.record({ myNodeNum: num, nodedbCount: number }) }),
    fc.record({
      case: fc.constant("nodeInfo"),
      value: fc.record(
        { num, user, lastHeard: number, position: fc.record({ latitudeI: signed, longitudeI: signed }) },
        { requiredKeys: ["num"] },
      ),
    }),
    fc.record({ case: fc.constant("metadata"), value: fc.record({ firmwareVersion: text, role: number }) }),
    fc.record({
      case: fc.constant("channel"),
      value: fc.record({ index: signed, role: fc.constantFrom(0, 1, 2, 9), settings: fc.record({ psk: bytes, name: text }) }, {
        requiredKeys: ["index", "role"],
      }),
    }),
    fc.record({
      case: fc.constant("config"),
      value: fc.record({
        payloadVariant: fc.record({
          case: fc.constant("lora"),
          value: fc.record({ region: number, hopLimit: number, txEnabled: fc.boolean(), ignoreMqtt: fc.boolean() }),
        }),
      }),
    }),
    fc.record({
      case: fc.constant("packet"),
      value: fc.record({
        from: num,
        rxTime: number,
        rxRssi: signed,
        payloadVariant: fc.record({
          case: fc.constant("decoded"),
          value: fc.record({ portnum: fc.constantFrom(PortNum.NODEINFO_APP, 0, 511), payload: bytes }),
        }),
      }),
    }),
    fc.record({ case: fc.constant("clientNotification"), value: fc.record({ message: text }) }),
    fc.constant({ case: undefined }),
  ) as never;
  return fc.array(
    fc.oneof(variant.map((payloadVariant) => make("FromRadio", { payloadVariant })), fc.constantFrom(...handshakeMessages())),
  );
}

Deno.test("factsOf() and judgeNode() never throw, whatever a node tells, and every text is one visible line", () => {
  fc.assert(fc.property(absurdMessages(), fc.double(), (messages, readAtWallMs) => {
    for (const { what, consequence, cure } of judgeNode(factsOf(messages, { readAtWallMs }))) {
      // deno-lint-ignore no-control-regex -- that none is there is what is tested
      assert.doesNotMatch(what + consequence + cure, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  }));
});

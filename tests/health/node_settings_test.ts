import assert from "node:assert/strict";
import fc from "fast-check";
import { RegionCode, Role } from "../../src/link/enums.ts";
import type { Finding, Level } from "../../src/health/finding.ts";
import type { BotSettings } from "../../src/health/judges/judge.ts";
import { factsOf, type NodeFacts } from "../../src/health/node_facts.ts";
import { judgeNode } from "../../src/health/node_settings.ts";
import {
  type HandshakeChanges,
  handshakeMessages,
  key,
  NEIGHBOUR_NUM,
  nodeInfoPacket,
  READ_AT_WALL_MS,
} from "../support/node_handshake.ts";

function judged(changes: HandshakeChanges = {}, bot: BotSettings = {}): Finding[] {
  return judgeNode(factsOf(handshakeMessages(changes), { readAtWallMs: READ_AT_WALL_MS }), bot);
}

function troubles(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ level }) => level !== "ok");
}

interface Row {
  readonly title: string;
  readonly changes: HandshakeChanges;
  readonly bot?: BotSettings;
  readonly level: Level;
  readonly what: RegExp;
  readonly consequence: RegExp;
  readonly cure: RegExp;
}

const OWNER_ROLES = {
  ROUTER: Role.ROUTER,
  ROUTER_LATE: Role.ROUTER_LATE,
  SENSOR: Role.SENSOR,
  TRACKER: Role.TRACKER,
  TAK_TRACKER: Role.TAK_TRACKER,
};

const PUBLIC_KEY_16 = new Uint8Array([0xd4, 0xf1, 0xbb, 0x3a, 0x20, 0x29, 0x07, 0x59, 0xf0, 0xbc, 0xff, 0xab, 0xcf, 0x4e, 0x69, 0x01]);

// Each row is a sound node with one thing wrong: that and nothing else must be found.
const ROWS: readonly Row[] = [
  {
    title: "region unset",
    changes: { lora: { region: RegionCode.UNSET } },
    level: "bad",
    what: /region is not set/,
    consequence: /sends and receives nothing/,
    cure: /choose the region/,
  },
  {
    title: "tx off",
    changes: { lora: { txEnabled: false } },
    level: "bad",
    what: /transmitter is switched off/,
    consequence: /no answer ever goes out/,
    cure: /antenna.*switch transmitting on/,
  },
  {
    title: "unmessagable by its own word",
    changes: { user: { isUnmessagable: true } },
    level: "bad",
    what: /says that it is unmessagable\.$/,
    consequence: /let nobody write to it/,
    cure: /switch "unmessagable" off/,
  },
  ...Object.entries(OWNER_ROLES).map(([name, role]): Row => ({
    title: `unmessagable by default as a ${name}`,
    changes: { device: { role }, user: { isUnmessagable: true } },
    level: "bad",
    what: new RegExp(`unmessagable, the default of its role ${name}\\.$`),
    consequence: /let nobody write to it/,
    cure: new RegExp(`role CLIENT; or keep ${name}`),
  })),
  ...Object.entries({ ...OWNER_ROLES, REPEATER: Role.REPEATER }).map(([name, role]): Row => ({
    title: `unmessagable for the apps as a ${name} that does not say`,
    changes: { device: { role }, user: { isUnmessagable: undefined as never } },
    level: "bad",
    what: new RegExp(`apps take the node for unmessagable, because of its role ${name}\\.$`),
    consequence: /let nobody write to it/,
    cure: /role CLIENT/,
  })),
  {
    title: "CLIENT_HIDDEN",
    changes: { device: { role: Role.CLIENT_HIDDEN } },
    level: "bad",
    what: /hidden \(role CLIENT_HIDDEN\)/,
    consequence: /never announces its name and its key/,
    cure: /role CLIENT\./,
  },
  {
    title: "power saving",
    changes: { power: { isPowerSaving: true } },
    level: "warn",
    what: /saves power/,
    consequence: /link stays dead/,
    cure: /switch power saving off/,
  },
  ...[Role.TRACKER, Role.TAK_TRACKER, Role.SENSOR].map((role): Row => ({
    title: `power saving in the sleeping role ${role}`,
    changes: { power: { isPowerSaving: true }, device: { role } },
    level: "bad",
    what: /sleeps between its own reports/,
    consequence: /no link/,
    cure: /role CLIENT.*power saving off/,
  })),
  {
    title: "managed",
    changes: { security: { isManaged: true } },
    level: "warn",
    what: /is managed/,
    consequence: /without a word.*clock/,
    cure: /managed mode off/,
  },
  {
    title: "licensed",
    changes: { user: { isLicensed: true, publicKey: new Uint8Array(0) }, security: { publicKey: new Uint8Array(0) } },
    level: "warn",
    what: /licensed \(ham\) mode/,
    consequence: /Everybody can read.*administrators are off.*not licensed/,
    cure: /licensed mode off/,
  },
  ...[4, 7, 4_294_967_295].map((hopLimit): Row => ({
    title: `hop_limit ${hopLimit}`,
    changes: { lora: { hopLimit } },
    level: "warn",
    what: new RegExp(`hop limit is ${hopLimit}, more than the usual 3`),
    consequence: /air time/,
    cure: /hop limit to 3/,
  })),
  {
    title: "ignore_mqtt against answer_mqtt",
    changes: { lora: { ignoreMqtt: true } },
    bot: { answerMqtt: true },
    level: "warn",
    what: /ignores messages that came by MQTT/,
    consequence: /answer_mqtt = true under \[mesh\] has no effect/,
    cure: /ignoring MQTT off; or set answer_mqtt = false/,
  },
  {
    title: "proxy_to_client",
    changes: { mqtt: { enabled: true, proxyToClientEnabled: true } },
    level: "warn",
    what: /client to carry its MQTT/,
    consequence: /no MQTT while the bot is connected/,
    cure: /proxy to the client off/,
  },
  {
    title: "neighbor_info off",
    changes: { neighborInfo: { enabled: false } },
    level: "warn",
    what: /no list of its neighbours/,
    consequence: /gets no such list/,
    cure: /Neighbor Info: switch it on/,
  },
  ...([["absent", {}], ["empty", { position: {} }], ["0, 0", { position: { latitudeI: 0, longitudeI: 0 } }]] as const).map((
    [title, ownInfo],
  ): Row => ({
    title: `no position (${title})`,
    changes: { ownInfo: { position: undefined as never, ...ownInfo } },
    level: "warn",
    what: /does not know where it is/,
    consequence: /no distance/,
    cure: /fixed position; or set \[place\] latitude, longitude/,
  })),
  {
    title: "clock not set",
    changes: { ownInfo: { lastHeard: 0 } },
    level: "warn",
    what: /clock of the node is not set/,
    consequence: /carry no time/,
    cure: /Open the node in an app/,
  },
  {
    title: "clock behind",
    changes: { ownInfo: { lastHeard: READ_AT_WALL_MS / 1000 - 3 * 3600 } },
    level: "warn",
    what: /3 hours behind the clock of this machine/,
    consequence: /older than they are, and a fresh question may be taken for a stale one/,
    cure: /which of the two is wrong/,
  },
  {
    title: "clock ahead",
    changes: { ownInfo: { lastHeard: READ_AT_WALL_MS / 1000 + 660 } },
    level: "warn",
    what: /11 minutes ahead of the clock of this machine/,
    consequence: /newer than they are\.$/,
    cure: /sets its clock/,
  },
  {
    title: "firmware without heartbeat answers",
    changes: { metadata: { firmwareVersion: "2.7.3.cf574c7" } },
    level: "warn",
    what: /2\.7\.3\.cf574c7 is older than 2\.7\.4/,
    consequence: /answers no heartbeat/,
    cure: /Update the firmware/,
  },
  ...["2.4.3.91d6612", "1.3.48.abc", "2.0.1"].map((firmwareVersion): Row => ({
    title: `firmware ${firmwareVersion} without keys`,
    changes: { metadata: { firmwareVersion } },
    level: "bad",
    what: /is older than 2\.5\./,
    consequence: /no public keys/,
    cure: /Update the firmware/,
  })),
  {
    title: "no public key",
    changes: { user: { publicKey: new Uint8Array(0) }, security: { publicKey: new Uint8Array(0) } },
    level: "bad",
    what: /no public key/,
    consequence: /private message/,
    cure: /Set the region.*new pair of keys/,
  },
  {
    title: "no public key in a build without PKI",
    changes: { user: { publicKey: key(1).slice(1) }, security: { publicKey: new Uint8Array(0) }, metadata: { hasPKC: false } },
    level: "bad",
    what: /no public key/,
    consequence: /private message/,
    cure: /knows no keys \(PKI\)/,
  },
  ...([["of one byte", new Uint8Array([1])], ["of another byte", new Uint8Array([3])], ["of 16 bytes", PUBLIC_KEY_16]] as const).map((
    [title, psk],
  ): Row => ({
    title: `primary channel with a name and a default key ${title}`,
    changes: { channel: { name: "Club", psk } },
    level: "warn",
    what: /name of its own, but a default key/,
    consequence: /Everybody can read/,
    cure: /new key/,
  })),
  ...[new Uint8Array(0), new Uint8Array([0])].map((psk): Row => ({
    title: `primary channel without encryption (${psk.length} bytes)`,
    changes: { channel: { psk } },
    level: "warn",
    what: /not encrypted/,
    consequence: /Everybody can read/,
    cure: /new key/,
  })),
  ...[80, 100, 120, 200, 250].map((nodedbCount): Row => ({
    title: `a list that is full (${nodedbCount} nodes)`,
    changes: { myInfo: { nodedbCount } },
    level: "warn",
    what: new RegExp(`knows ${nodedbCount} nodes, which is all`),
    consequence: /forgets another/,
    cure: /remove nodes that were not heard/,
  })),
  {
    title: "a notice of the firmware",
    changes: { more: [{ case: "clientNotification", value: { message: "Compromised keys\u202e were\ndetected" } }] },
    level: "warn",
    what: /notice for you: Compromised keys were detected$/,
    consequence: /this check alone/,
    cure: /Do as it says/,
  },
];

Deno.test("rule 24: a node whose settings are all in order gives no trouble, and every setting was looked at", () => {
  const findings = judged();
  assert.deepEqual(troubles(findings), []);
  assert.equal(findings.length, 18);
  for (const { consequence, cure } of findings) assert.equal(consequence + cure, "");
});

for (const row of ROWS) {
  Deno.test(`rule 24: ${row.title}`, () => {
    const found = troubles(judged(row.changes, row.bot));
    const [first] = found;
    assert.equal(found.length, 1, JSON.stringify(found, null, 1));
    assert.ok(first !== undefined);
    assert.equal(first.level, row.level);
    assert.match(first.what, row.what);
    assert.match(first.consequence, row.consequence);
    assert.match(first.cure, row.cure);
  });
}

const FINE: readonly (readonly [title: string, changes: HandshakeChanges, bot: BotSettings, what: RegExp])[] = [
  ["a hop_limit of 0 is the default of 3", { lora: { hopLimit: 0 } }, {}, /default holds, 3/],
  ["ignore_mqtt is right for a bot that answers none", { lora: { ignoreMqtt: true } }, { answerMqtt: false }, /bot would not answer them/],
  ["MQTT is heard by a bot that answers it", {}, { answerMqtt: true }, /the bot answers them/],
  ["the proxy is nothing while MQTT is off", { mqtt: { proxyToClientEnabled: true } }, {}, /does not expect its client to carry/],
  ["a ROUTER that says that one can write to it", { device: { role: Role.ROUTER } }, {}, /One can write to the node/],
  ["an old CLIENT that does not say", { user: { isUnmessagable: undefined as never } }, {}, /One can write to the node/],
  ["a region that is newer than this program", { lora: { region: 77 } }, {}, /region is set \(77\)/],
  ["[place] stands in for the position", { ownInfo: { position: undefined as never } }, { hasPlace: true }, /configuration tells/],
  ["a clock that is 10 minutes off", { ownInfo: { lastHeard: READ_AT_WALL_MS / 1000 - 600 } }, {}, /clock of the node is set/],
  ["2.7.4 answers heartbeats", { metadata: { firmwareVersion: "2.7.4.c1f4f79" } }, {}, /2\.7\.4\.c1f4f79, has all/],
  ["a future firmware", { metadata: { firmwareVersion: "3.0.0" } }, {}, /3\.0\.0, has all/],
  ["a private primary channel", { channel: { name: "Club", psk: key(9) } }, {}, /key of its own/],
  ["the public channel is told to be public", {}, {}, /public one with the default key/],
  ["a count that is behind the list", { myInfo: { nodedbCount: 0 } }, {}, /knows 2 nodes/],
  ["a list that is not full", { myInfo: { nodedbCount: 99 } }, {}, /knows 99 nodes/],
  ["the owner's key alone", { security: { publicKey: new Uint8Array(0) } }, {}, /has a public key/],
];

for (const [title, changes, bot, what] of FINE) {
  Deno.test(`rule 24: ${title}: no trouble`, () => {
    const findings = judged(changes, bot);
    assert.deepEqual(troubles(findings), []);
    assert.ok(findings.some((finding) => what.test(finding.what)), JSON.stringify(findings.map((finding) => finding.what), null, 1));
  });
}

const UNTOLD: readonly (readonly [title: string, changes: HandshakeChanges, unknowns: readonly RegExp[]])[] = [
  ["its LoRa settings", { lora: null }, [/radio region/, /may transmit/, /hop limit/, /ignores MQTT/]],
  ["its power settings", { power: null }, [/saves power/]],
  ["its security settings", { security: null }, [/is managed/]],
  ["its MQTT settings", { mqtt: null }, [/uses MQTT/]],
  ["its neighbour settings", { neighborInfo: null }, [/list of its neighbours/]],
  ["its primary channel", { channel: null }, [/primary channel/]],
  ["itself", { ownInfo: null }, [/write to the node/, /licensed/, /position/, /clock/]],
  ["its owner", { user: null }, [/write to the node/, /licensed/]],
  ["its firmware", { metadata: null }, [/version of the firmware/]],
  ["a firmware that can be read", { metadata: { firmwareVersion: "unset" } }, [/version of the firmware/]],
  ["its owner and its keys", { user: null, security: null }, [/public key/, /write to the node/, /managed/, /licensed/]],
];

for (const [title, changes, unknowns] of UNTOLD) {
  Deno.test(`rule 24: a node that does not tell ${title} is not judged for it: unknown`, () => {
    const found = troubles(judged(changes));
    assert.equal(found.length, unknowns.length, JSON.stringify(found, null, 1));
    for (const [index, { level, what, consequence, cure }] of found.entries()) {
      assert.equal(level, "warn");
      assert.match(what, / is unknown: the node did not tell\.$/);
      assert.match(what, unknowns[index] as RegExp);
      assert.ok(consequence !== "" && cure !== "");
    }
  });
}

Deno.test("rule 24: a locked node is bad, and what it hides is not held against it", () => {
  const findings = judged({
    metadata: { firmwareVersion: "", hasPKC: false },
    channel: null,
    lora: { txEnabled: false },
    security: { publicKey: new Uint8Array(0) },
    power: null,
  });
  assert.deepEqual(findings.map(({ level }) => level), ["bad", "ok", "ok"]);
  assert.match(findings[0]?.what ?? "", /locked/);
  assert.match(findings[0]?.cure ?? "", /passphrase/);
});

Deno.test("rule 8: a NODEINFO with a key other than the stored one is shown with the cure, and does not make the node bad", () => {
  const found = troubles(judged({ more: [{ case: "packet", value: nodeInfoPacket(NEIGHBOUR_NUM, key(3)) }] }));
  assert.equal(found.length, 1);
  const { level, what, consequence, cure } = found[0] as Finding;
  assert.equal(level, "warn");
  assert.equal(what, "Alice (!a1b2e4ed) announces another public key than the one that is stored for it.");
  assert.match(consequence, /not believed/);
  assert.match(cure, /in an app, remove that node/);
});

Deno.test("rule 8: what the running bot has seen is shown too, each node once", () => {
  const keyConflicts = [{ num: 0x77, name: "Alice" }, { num: 0x77, name: "Alice" }];
  const shown = judged({}, { keyConflicts }).filter(({ what }) => what.includes("announces another public key"));
  assert.deepEqual(shown.map(({ what, level }) => [what.startsWith("Alice (!00000077)"), level]), [[true, "warn"]]);
});

Deno.test("rule 8: of many key conflicts ten are shown and the rest are counted", () => {
  const nums = Array.from({ length: 25 }, (_, index) => 1000 + index);
  const found = troubles(judged({
    others: nums.map((num) => ({ num, user: { publicKey: key(7) } })),
    more: nums.map((num) => ({ case: "packet", value: nodeInfoPacket(num, key(8)) })),
  }));
  assert.equal(found.length, 11);
  assert.equal(found.at(-1)?.what, "There are 15 more of this kind.");
});

function absurdFacts(): fc.Arbitrary<NodeFacts> {
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, Infinity, -Infinity, -0));
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("999999999999999999999.1.1", "2.", "2.5.", "-1.0.0", "2.7.4e9.1"));
  return fc.record({
    nodeNum: maybe(number),
    longName: text,
    shortName: text,
    firmwareVersion: maybe(text),
    hasPki: maybe(fc.boolean()),
    locked: fc.boolean(),
    role: maybe(number),
    owner: maybe(fc.record({ unmessagable: maybe(fc.boolean()), licensed: fc.boolean() })),
    hasPublicKey: maybe(fc.boolean()),
    hasPosition: maybe(fc.boolean()),
    clock: fc.record({ state: fc.constantFrom("unknown", "unset", "set"), aheadMs: number }, { requiredKeys: ["state"] }),
    lora: maybe(fc.record({ region: number, txEnabled: fc.boolean(), hopLimit: number, ignoreMqtt: fc.boolean() })),
    powerSaving: maybe(fc.boolean()),
    managed: maybe(fc.boolean()),
    mqttProxy: maybe(fc.boolean()),
    neighborInfo: maybe(fc.boolean()),
    primaryChannel: maybe(fc.record({ key: fc.constantFrom("none", "public", "secret"), ownName: fc.boolean() })),
    nodeCount: maybe(number),
    keyConflicts: fc.array(fc.record({ num: number, name: text }), { maxLength: 30 }),
    notices: fc.array(text, { maxLength: 30 }),
  }) as fc.Arbitrary<NodeFacts>;
}

Deno.test("rule 24: judgeNode() never throws, says what every trouble means and how to cure it, and nothing where there is none", () => {
  fc.assert(fc.property(absurdFacts(), fc.record({ answerMqtt: fc.boolean(), hasPlace: fc.boolean() }), (facts, bot) => {
    for (const { level, what, consequence, cure } of judgeNode(facts, bot)) {
      assert.ok(what !== "");
      assert.equal(consequence !== "", level !== "ok");
      assert.equal(cure !== "", level !== "ok");
    }
  }));
});

import assert from "node:assert/strict";
import { decode, make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { FrameParser } from "../../src/link/frame.ts";
import type { LinkState } from "../../src/link/link.ts";
import type { FromRadio, Init, MeshPacket, NodeInfo, ToRadio } from "../../src/link/messages.ts";
import {
  ONLY_CONFIG_NONCE,
  ONLY_NODES_NONCE,
  type RadioInfo,
  Session,
  type SessionLink,
  type SessionSink,
} from "../../src/mesh/session.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { readRecording } from "../support/recording.ts";

const OWN = 0xa1b20a01;
const NEIGHBOUR = 0xc3d40b02;

/** A link that only remembers what was said on it. */
class PaperLink implements SessionLink {
  state: LinkState = { kind: "configuring", sinceMs: 0, address: "10.0.0.1" };
  readonly sent: Init<"ToRadio">[] = [];
  readonly identified: number[] = [];
  settledTimes = 0;

  send(message: Init<"ToRadio">): boolean {
    this.sent.push(message);
    return true;
  }

  identify(nodeNum: number): void {
    this.identified.push(nodeNum);
  }

  settled(): void {
    this.settledTimes += 1;
    this.state = { kind: "ready", sinceMs: 0, address: "10.0.0.1" };
  }

  wanted(): number[] {
    return this.sent.flatMap(({ payloadVariant }) => payloadVariant?.case === "wantConfigId" ? [payloadVariant.value] : []);
  }
}

interface Scene {
  readonly clock: FakeClock;
  readonly session: Session;
  readonly link: PaperLink;
  readonly ready: { radio: RadioInfo; first: boolean; outageMs: number }[];
  readonly packets: MeshPacket[];
  readonly nodes: NodeInfo[];
  readonly events: string[];
}

function scene(options: { readonly setClock?: boolean; readonly wallStartMs?: number; readonly knownNode?: number } = {}): Scene {
  const clock = createFakeClock(options.wallStartMs);
  const ready: Scene["ready"] = [];
  const packets: MeshPacket[] = [];
  const nodes: NodeInfo[] = [];
  const events: string[] = [];
  const sink: SessionSink = {
    ready: (radio, { first, outageMs }) => void ready.push({ radio, first, outageMs }),
    lost: ({ kind }) => void events.push(`lost ${kind}`),
    radioChanged: ({ nodeNum }) => void events.push(`radio ${nodeNum}`),
    nodeInfo: (info) => void nodes.push(info),
    packet: (packet) => void packets.push(packet),
    queueStatus: ({ meshPacketId }) => void events.push(`queueStatus ${meshPacketId}`),
  };
  const { setClock, knownNode } = options;
  const session = new Session({
    clock,
    sink,
    ...(setClock === undefined ? {} : { setClock }),
    ...(knownNode === undefined ? {} : { knownNode }),
  });
  const link = new PaperLink();
  session.connected(link);
  return { clock, session, link, ready, packets, nodes, events };
}

function say(session: Session, payloadVariant: NonNullable<Init<"FromRadio">["payloadVariant"]>): void {
  session.received(make("FromRadio", { payloadVariant }), new Uint8Array());
}

/** The shortest handshake that a node may give. */
function shake({ session, link }: Scene, options: { nodeNum?: number; rebootCount?: number } = {}): void {
  say(session, { case: "myInfo", value: { myNodeNum: options.nodeNum ?? OWN, rebootCount: options.rebootCount ?? 1 } });
  say(session, { case: "metadata", value: { firmwareVersion: "2.7.26.54e0d8d" } });
  say(session, { case: "configCompleteId", value: link.wanted().at(-1) as number });
}

function reconnect(scene: Scene): PaperLink {
  scene.session.lost({ kind: "fin" });
  const link = new PaperLink();
  scene.session.connected(link);
  return link;
}

Deno.test("Session plays the recording of the real firmware through", async () => {
  const stage = scene();
  const parser = new FrameParser({
    onFrame(payload) {
      const bytes = payload.slice();
      stage.session.received(withNonce(decode("FromRadio", bytes), 123456789, stage.link.wanted()[0] as number), bytes);
    },
  });
  for (const line of await readRecording()) {
    if (line.dir === "from") parser.push(line.bytes);
    if (line.dir === "to" && wantedIn(line.bytes) === ONLY_CONFIG_NONCE) stage.session.askConfig();
  }
  assert.equal(stage.link.settledTimes, 1);
  const { radio } = stage.ready[0] ?? assert.fail("never ready");
  assert.equal(radio.nodeNum, OWN);
  assert.equal(radio.firmwareVersion, "2.7.26.54e0d8d");
  assert.deepEqual(radio.channels, [{ index: 0, name: "LongFast", primary: true }]);
  assert.ok(radio.lora);
  assert.ok(stage.packets.length >= 15, `${stage.packets.length} packets`);
  assert.deepEqual([...new Set(stage.nodes.map(({ num }) => num))], [OWN, NEIGHBOUR]);
  assert.ok(stage.events.some((event) => event.startsWith("queueStatus")));
});

function withNonce(message: FromRadio, recorded: number, ours: number): FromRadio {
  const { payloadVariant } = message;
  if (payloadVariant.case === "configCompleteId" && payloadVariant.value === recorded) {
    return make("FromRadio", { payloadVariant: { case: "configCompleteId", value: ours } });
  }
  return message;
}

function wantedIn(bytes: Uint8Array): number | undefined {
  let wanted: number | undefined;
  new FrameParser({
    onFrame(payload) {
      const { payloadVariant }: ToRadio = decode("ToRadio", payload.slice());
      if (payloadVariant.case === "wantConfigId") wanted = payloadVariant.value;
    },
  }).push(bytes);
  return wanted;
}

Deno.test("Session asks for everything first and for the configuration only on a reconnect", () => {
  const stage = scene();
  const first = stage.link.wanted()[0] as number;
  assert.ok(first !== 0 && first !== ONLY_CONFIG_NONCE && first !== ONLY_NODES_NONCE);
  shake(stage);
  assert.equal(stage.link.settledTimes, 1);
  assert.deepEqual(stage.link.identified, [OWN]);
  assert.deepEqual(reconnect(stage).wanted(), [ONLY_CONFIG_NONCE]);
});

Deno.test("Session asks for everything again when the first handshake was broken off, then for the configuration alone", () => {
  const stage = scene();
  say(stage.session, { case: "myInfo", value: { myNodeNum: OWN } });
  let link = reconnect(stage);
  assert.notEqual(link.wanted()[0], ONLY_CONFIG_NONCE);
  say(stage.session, { case: "myInfo", value: { myNodeNum: OWN } });
  link = reconnect(stage);
  assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE]);
});

Deno.test("Session asks a node that was too weak for the whole list for the list alone, a minute after ready", async () => {
  const stage = scene();
  for (let i = 0; i < 2; i++) {
    say(stage.session, { case: "myInfo", value: { myNodeNum: OWN } });
    reconnect(stage);
  }
  const link = reconnect(stage);
  say(stage.session, { case: "myInfo", value: { myNodeNum: OWN } });
  say(stage.session, { case: "configCompleteId", value: link.wanted().at(-1) as number });
  await stage.clock.tick(61_000);
  assert.equal(link.wanted().at(-1), ONLY_NODES_NONCE);
  say(stage.session, { case: "configCompleteId", value: ONLY_NODES_NONCE });
});

Deno.test("Session asks by the two numbers that the firmware knows (PhoneAPI.h)", () => {
  assert.deepEqual([ONLY_CONFIG_NONCE, ONLY_NODES_NONCE], [69420, 69421]);
});

Deno.test("rule 22: Session asks for the nodes again after our node has restarted", async () => {
  const stage = scene();
  shake(stage, { rebootCount: 4 });
  const link = reconnect(stage);
  shake({ ...stage, link }, { rebootCount: 5 });
  await stage.clock.tick(61_000);
  assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE, ONLY_NODES_NONCE]);
});

Deno.test("rule 22: Session asks for the nodes again 60 s after our node's uptime fell", async () => {
  const stage = scene();
  shake(stage);
  const asked = stage.link.wanted().length;
  stage.session.ownUptime(5000);
  stage.session.ownUptime(5060);
  stage.session.ownUptime(5060);
  await stage.clock.tick(600_000);
  assert.equal(stage.link.wanted().length, asked, "a growing uptime is no restart");
  stage.session.ownUptime(40);
  await stage.clock.tick(59_000);
  assert.equal(stage.link.wanted().length, asked);
  await stage.clock.tick(1000);
  assert.deepEqual(stage.link.wanted().slice(asked), [ONLY_NODES_NONCE]);
  stage.session.ownUptime(100);
  await stage.clock.tick(600_000);
  assert.equal(stage.link.wanted().length, asked + 1, "one restart is one question");
});

Deno.test("rule 22: Session asks for the nodes once after two restarts within a minute, 60 s after the second", async () => {
  const stage = scene();
  shake(stage);
  await stage.clock.tick(61_000);
  const asked = stage.link.wanted().length;
  stage.session.ownUptime(5000);
  stage.session.ownUptime(40);
  await stage.clock.tick(30_000);
  stage.session.ownUptime(10);
  await stage.clock.tick(59_999);
  assert.equal(stage.link.wanted().length, asked);
  await stage.clock.tick(1);
  assert.deepEqual(stage.link.wanted().slice(asked), [ONLY_NODES_NONCE]);
});

/** What was said to the node about the time, seconds since 1970, and how many messages had been said before. */
function timesTold({ sent }: PaperLink): { readonly timeS: number; readonly to: number; readonly from: number; readonly before: number }[] {
  return sent.flatMap(({ payloadVariant }, before) => {
    if (payloadVariant?.case !== "packet") return [];
    const { to = 0, from = 0, payloadVariant: content } = payloadVariant.value;
    if (content?.case !== "decoded" || content.value.portnum !== PortNum.ADMIN_APP) return [];
    const admin = decode("AdminMessage", content.value.payload ?? new Uint8Array()).payloadVariant;
    return admin.case === "setTimeOnly" ? [{ timeS: admin.value, to, from, before }] : [];
  });
}

Deno.test("rule 17: Session tells our node the time right after my_info, before the handshake is over, at each connection", async () => {
  const stage = scene({ setClock: true });
  assert.deepEqual(timesTold(stage.link), []);
  await stage.clock.tick(1500);
  say(stage.session, { case: "myInfo", value: { myNodeNum: OWN } });
  const nowS = Math.floor(stage.clock.wallMs() / 1000);
  assert.deepEqual(timesTold(stage.link), [{ timeS: nowS, to: OWN, from: OWN, before: 1 }]);
  assert.equal(stage.link.settledTimes, 0);
  say(stage.session, { case: "configCompleteId", value: stage.link.wanted().at(-1) as number });
  assert.equal(timesTold(stage.link).length, 1);
  const link = reconnect(stage);
  shake({ ...stage, link });
  assert.equal(timesTold(link).length, 1);
});

Deno.test("rule 17: Session never tells our node the time when it may not, or when our own clock is not set", () => {
  const year2000 = Date.UTC(2000, 0, 1);
  for (const options of [{ setClock: false }, {}, { setClock: true, wallStartMs: year2000 }, { setClock: true, wallStartMs: 0 }]) {
    const stage = scene(options);
    shake(stage);
    assert.deepEqual(timesTold(stage.link), [], JSON.stringify(options));
    assert.equal(stage.link.settledTimes, 1);
  }
});

Deno.test("Session does not ask for the nodes again within 12 hours, and does so later", async () => {
  const stage = scene();
  shake(stage);
  let link = reconnect(stage);
  shake({ ...stage, link });
  await stage.clock.tick(12 * 3_600_000);
  assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE]);
  link = reconnect(stage);
  shake({ ...stage, link });
  await stage.clock.tick(61_000);
  assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE, ONLY_NODES_NONCE]);
});

Deno.test("Session tells how long there was no ready link", async () => {
  const stage = scene();
  await stage.clock.tick(700);
  shake(stage);
  stage.session.lost({ kind: "fin" });
  await stage.clock.tick(42_000);
  const link = new PaperLink();
  stage.session.connected(link);
  shake({ ...stage, link });
  assert.deepEqual(stage.ready.map(({ first, outageMs }) => [first, outageMs]), [[true, 700], [false, 42_000]]);
});

Deno.test("Session counts connections that never came to be ready into the outage", async () => {
  const stage = scene();
  shake(stage);
  let link = reconnect(stage);
  for (let tries = 0; tries < 3; tries++) {
    await stage.clock.tick(20_000);
    link = reconnect(stage);
  }
  shake({ ...stage, link });
  assert.equal(stage.ready.at(-1)?.outageMs, 60_000);
});

Deno.test("Session passes packets on that come during the handshake", () => {
  const stage = scene();
  say(stage.session, { case: "packet", value: { from: 7, to: OWN, id: 5, payloadVariant: { case: "decoded", value: { portnum: 1 } } } });
  assert.equal(stage.packets.length, 1);
  assert.equal(stage.ready.length, 0);
});

Deno.test("Session takes a completion for the answer to its own question only", () => {
  const stage = scene();
  say(stage.session, { case: "myInfo", value: { myNodeNum: OWN } });
  for (const value of [0, 1, ONLY_NODES_NONCE]) say(stage.session, { case: "configCompleteId", value });
  assert.equal(stage.link.settledTimes, 0);
});

Deno.test("Session asks again when a handshake ends without my_info", () => {
  const stage = scene();
  say(stage.session, { case: "configCompleteId", value: stage.link.wanted()[0] as number });
  assert.equal(stage.link.settledTimes, 0);
  assert.equal(stage.link.wanted().length, 2);
});

Deno.test("Session starts anew when another node answers at the address", () => {
  const stage = scene();
  shake(stage);
  const link = reconnect(stage);
  shake({ ...stage, link }, { nodeNum: 0x77 });
  assert.ok(stage.events.includes(`radio ${0x77}`));
  assert.equal(stage.session.radio?.nodeNum, 0x77);
  assert.equal(stage.ready.at(-1)?.first, true);
});

Deno.test("Session keeps the link when another connection of the program has this node", () => {
  const stage = scene();
  stage.link.identify = () => {
    throw new Error("remote solar holds it");
  };
  shake(stage);
  assert.equal(stage.link.settledTimes, 1);
});

Deno.test("Session names a channel without a name after its preset", () => {
  const stage = scene();
  say(stage.session, {
    case: "config",
    value: { payloadVariant: { case: "lora", value: { usePreset: true, modemPreset: 4, hopLimit: 3 } } },
  });
  say(stage.session, { case: "channel", value: { index: 0, role: 1, settings: { psk: new Uint8Array([1]) } } });
  say(stage.session, { case: "channel", value: { index: 1, role: 2, settings: { name: "Alpes" } } });
  say(stage.session, { case: "channel", value: { index: 2, role: 0 } });
  shake(stage);
  assert.deepEqual(stage.session.radio?.channels.map(({ index, name, primary }) => [index, name, primary]), [[0, "MediumFast", true], [
    1,
    "Alpes",
    false,
  ]]);
});

Deno.test("Session asks a node that is known from an earlier run for its configuration alone, and for its list a minute later", async () => {
  const { clock, session, link, ready, events } = scene({ knownNode: OWN });
  assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE]);
  say(session, { case: "myInfo", value: { myNodeNum: OWN, rebootCount: 3 } });
  say(session, { case: "configCompleteId", value: ONLY_CONFIG_NONCE });
  assert.deepEqual(ready.map(({ first }) => first), [true]);
  assert.deepEqual(events, [], "it is the same radio as before");
  await clock.tick(60_000);
  assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE, ONLY_NODES_NONCE]);
});

Deno.test("Session tells that the address is another node than in the earlier run", () => {
  const { session, events } = scene({ knownNode: NEIGHBOUR });
  say(session, { case: "myInfo", value: { myNodeNum: OWN, rebootCount: 3 } });
  assert.deepEqual(events, [`radio ${OWN}`]);
  say(session, { case: "configCompleteId", value: ONLY_CONFIG_NONCE });
  session.lost({ kind: "fin" });
});

Deno.test("Session tells its user that the link is lost, and asks for no list of a link that is gone", async () => {
  const stage = scene({ knownNode: OWN });
  shake(stage);
  assert.equal(stage.clock.pendingTimers(), 1);
  stage.session.lost({ kind: "fin" });
  assert.deepEqual([stage.events, stage.clock.pendingTimers()], [["lost fin"], 0]);
  await stage.clock.tick(120_000);
  assert.deepEqual(stage.link.wanted(), [ONLY_CONFIG_NONCE]);
});

Deno.test("Session counts a full handshake as broken off only when it had begun", () => {
  const stage = scene();
  for (let count = 0; count < 5; count += 1) reconnect(stage);
  assert.notEqual(reconnect(stage).wanted()[0], ONLY_CONFIG_NONCE);
  // Nor one that asked for the configuration alone.
  const known = scene({ knownNode: OWN });
  for (let count = 0; count < 5; count += 1) {
    say(known.session, { case: "myInfo", value: { myNodeNum: OWN } });
    reconnect(known);
  }
  say(known.session, { case: "myInfo", value: { myNodeNum: 99 } });
  assert.notEqual(reconnect(known).wanted()[0], ONLY_CONFIG_NONCE);
});

Deno.test("Session has a fresh list after a full handshake, also one that it had to ask for twice", async () => {
  for (const twice of [false, true]) {
    const stage = scene();
    if (twice) say(stage.session, { case: "configCompleteId", value: stage.link.wanted()[0] as number });
    shake(stage);
    assert.equal(stage.link.settledTimes, 1);
    await stage.clock.tick(120_000);
    assert.equal(stage.link.wanted().includes(ONLY_NODES_NONCE), false, String(twice));
  }
});

Deno.test("rule 17: Session tells the time from 2025 on", () => {
  for (const [wallStartMs, told] of [[Date.UTC(2025, 0, 1), 0], [Date.UTC(2025, 0, 1) + 1, 1], [Date.UTC(2025, 0, 2), 1]] as const) {
    const stage = scene({ setClock: true, wallStartMs });
    shake(stage);
    assert.equal(timesTold(stage.link).length, told, String(wallStartMs));
  }
});

Deno.test("Session asks for the list again after 12 hours, to the millisecond, and a minute after ready", async () => {
  for (const [awayMs, asks] of [[12 * 3_600_000 - 1, false], [12 * 3_600_000, true]] as const) {
    const stage = scene();
    shake(stage);
    await stage.clock.tick(awayMs);
    const link = reconnect(stage);
    shake({ ...stage, link });
    await stage.clock.tick(59_999);
    assert.deepEqual(link.wanted(), [ONLY_CONFIG_NONCE]);
    await stage.clock.tick(1);
    assert.equal(link.wanted().includes(ONLY_NODES_NONCE), asks, String(awayMs));
  }
});

Deno.test("Session.askConfig() and askNodes() ask on the link that there is, and are false without one", () => {
  const stage = scene();
  shake(stage);
  assert.deepEqual([stage.session.askConfig(), stage.session.askNodes()], [true, true]);
  assert.deepEqual(stage.link.wanted().slice(1), [ONLY_CONFIG_NONCE, ONLY_NODES_NONCE]);
  const none = () => {};
  const alone = new Session({
    clock: createFakeClock(),
    sink: { ready: none, lost: none, radioChanged: none, nodeInfo: none, packet: none, queueStatus: none },
  });
  assert.deepEqual([alone.askConfig(), alone.askNodes(), alone.radio], [false, false, undefined]);
});

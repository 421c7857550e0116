/**
 * (q) The bot is killed (kill -9) again and again under load, with commands coming in all the time: is each answered exactly once?
 * `--kills N` says how often. The moments are drawn, the same ones each time; what the machine makes of them is not.
 */
import { join } from "node:path";
import { delay, systemClock } from "../../src/clock.ts";
import { decode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { type Mesh, startMesh } from "../../src/simulator/mesh.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { Random } from "../../src/simulator/random.ts";
import type { Figure, Measurement, MeasureOptions } from "./figure.ts";
import { type BotProcess, startBotProcess } from "./kill_bot.ts";
import { copyFiles, examineFiles, type LeftFiles } from "./kill_files.ts";
import { KillLedger } from "./kill_ledger.ts";
import { type People, startPeople } from "./kill_people.ts";
import { somePacket } from "./store_packets.ts";

const STEADY_PEOPLE = 6;
const BURSTING_PEOPLE = 4;
const TRAFFIC_EVERY_MS = 50;
// Every twelfth packet of the mesh is for another node, and our node keeps it for itself.
const TRAFFIC_PACKETS = 8;
const LONGEST_LIFE_MS = 5000;
const MOMENT_MS = 20;
const MOMENT_LIMIT_MS = 4000;
const READY_LIMIT_MS = 30_000;
const LAST_ANSWERS_LIMIT_MS = 90_000;
const LOOK_EVERY_MS = 250;

/** Sums over all lives. */
interface Totals {
  packets: number;
  /** How long a bot was ready, all lives together. */
  readyMs: number;
  readyAtMs: number | undefined;
  checks: number;
  readonly damages: string[];
  commands: number;
  queued: number;
  sent: number;
  /** Answers that were given to the node a second time, under the same id. */
  repeats: number;
}

/** The node with its mesh, and the books. */
interface Scene {
  readonly node: SimulatedNode;
  readonly mesh: Mesh;
  readonly random: Random;
  readonly ledger: KillLedger;
  readonly people: People;
  readonly folder: string;
  readonly totals: Totals;
}

/** The figure. */
export const killsFigure: Figure = {
  letter: "q",
  title: "kill -9 at any moment, with commands coming in",
  waits: false,
  async measure({ kills }: MeasureOptions): Promise<Measurement[]> {
    const folder = await Deno.makeTempDir({ prefix: "bench-kills-" });
    const random = new Random(1).fork("kills");
    const ledger = new KillLedger();
    // The law's share of the hour and the node's own telemetry would let the bot fall silent: the channel is fuller than any real one.
    const node = await startSimulatedNode({ acceptPollMs: 10, airScale: 0.02, dutyCyclePercent: 100, telemetryMs: 1e9 });
    const mesh = startMesh({ node, nodes: 0, chat: false, beacons: false });
    const traffic = startTraffic(node, random.fork("traffic"));
    try {
      const people = startPeople({ mesh, random: random.fork("people"), ledger, steady: STEADY_PEOPLE, bursting: BURSTING_PEOPLE });
      const totals: Totals = {
        packets: 0,
        readyMs: 0,
        readyAtMs: undefined,
        checks: 0,
        damages: [],
        commands: 0,
        queued: 0,
        sent: 0,
        repeats: 0,
      };
      const scene: Scene = { node, mesh, random, ledger, people, folder, totals };
      keepBooks(scene);
      let bot = startIn(scene);
      for (let kill = 0; kill < kills; kill += 1) bot = await killAndRestart(scene, bot);
      people.stop();
      await lastAnswers(scene);
      lifeOver(scene, systemClock.nowMs());
      bot.stop();
      await bot.ended;
      await copyFiles(join(folder, "data"), join(folder, "end"));
      take(scene, await examineFiles(join(folder, "end")));
      return figuresOf(scene, kills);
    } finally {
      traffic.abort();
      mesh.stop();
      await node.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
};

function startIn({ node, folder }: Scene): BotProcess {
  const dataDir = join(folder, "data");
  Deno.mkdirSync(dataDir, { recursive: true });
  return startBotProcess({ port: node.port, dataDir });
}

/** Kills the bot at a moment of its life and starts the next one at once; what the dead one left is examined meanwhile. */
async function killAndRestart(scene: Scene, bot: BotProcess): Promise<BotProcess> {
  const { node, ledger, people, folder, random } = scene;
  const early = random.chance(0.15);
  // As long as a start takes, so that it also dies before it is ready.
  if (early) await delay(systemClock, random.between(0, 1000));
  else {
    await ready(scene, bot);
    await theMoment(scene);
  }
  bot.kill();
  const killedAtMs = systemClock.nowMs();
  await bot.ended;
  lifeOver(scene, killedAtMs);
  const data = join(folder, "data");
  const left = join(folder, "left");
  await Deno.mkdir(data, { recursive: true });
  await copyFiles(data, left);
  // The next one is far from dialing: whoever has dialed by now is dead.
  for (let connection = node.connections.dialed; connection > 0; connection -= 1) {
    if (!ledger.isKilled(connection)) ledger.killed(connection, killedAtMs);
  }
  const next = startIn(scene);
  take(scene, await examineFiles(left));
  people.afterKill();
  return next;
}

function lifeOver({ totals }: Scene, atMs: number): void {
  if (totals.readyAtMs !== undefined) totals.readyMs += atMs - totals.readyAtMs;
  totals.readyAtMs = undefined;
}

/** A handshake is complete; throws when the bot does not come to that. */
async function ready({ node }: Scene, bot: BotProcess): Promise<void> {
  const limit = new AbortController();
  const how = await Promise.race([
    node.waitFor("configured").then(() => "ready"),
    bot.ended.then(() => "ended"),
    delay(systemClock, READY_LIMIT_MS, limit.signal).then(() => "too slow", () => "too slow"),
  ]);
  limit.abort();
  if (how !== "ready") throw new Error(`The bot did not come up (${how}):\n${bot.log}`);
}

/** Any moment; or shortly after commands were written to its socket; or shortly after it has sent a text. */
async function theMoment({ node, people, random }: Scene): Promise<void> {
  const kind = random.pick(["any", "asked", "answering"]);
  // Most die young: that is when they have most to take up.
  const lifeMs = LONGEST_LIFE_MS * random.next() ** 2;
  const momentMs = random.between(0, MOMENT_MS);
  if (kind === "any") return await delay(systemClock, lifeMs);
  await delay(systemClock, lifeMs / 2);
  const limit = new AbortController();
  const late = delay(systemClock, MOMENT_LIMIT_MS, limit.signal).catch(() => {});
  if (kind === "asked") {
    const ids = people.askNow(random.integer(1, 3));
    await Promise.race([late, node.waitFor("fromRadio", ({ payload }) => ids.includes(packetIn(payload)?.id ?? 0))]);
  } else {await Promise.race([
      late,
      node.waitFor(
        "toRadio",
        ({ message: { payloadVariant } }) => payloadVariant.case === "packet" && replyIn(payloadVariant.value) !== undefined,
      ),
    ]);}
  limit.abort();
  await delay(systemClock, momentMs);
}

/** Notes what is handed to the bot and what goes on the air. */
function keepBooks({ node, ledger, people, totals }: Scene): void {
  node.on("configured", () => totals.readyAtMs ??= systemClock.nowMs());
  node.on("fromRadio", ({ connection, payload }) => {
    const packet = packetIn(payload);
    if (packet === undefined) return;
    totals.packets += 1;
    ledger.handed(packet.from, packet.id, connection, systemClock.nowMs());
  });
  const given = new Set<number>();
  node.on("toRadio", ({ message: { payloadVariant } }) => {
    if (payloadVariant.case !== "packet" || replyIn(payloadVariant.value) === undefined) return;
    if (given.has(payloadVariant.value.id)) totals.repeats += 1;
    given.add(payloadVariant.value.id);
  });
  node.on("transmit", ({ packet }) => {
    const said = replyIn(packet);
    if (said === undefined) return;
    ledger.answered(said.replyId, packet.id, said.text);
    people.answered(said.replyId);
  });
}

/** The noise of a large mesh, at a pace that no real channel has. */
function startTraffic(node: SimulatedNode, random: Random): AbortController {
  const stop = new AbortController();
  void (async () => {
    while (!stop.signal.aborted) {
      for (let packet = 0; packet < TRAFFIC_PACKETS; packet += 1) node.receiveFromMesh(somePacket(random, systemClock.wallMs()));
      await delay(systemClock, TRAFFIC_EVERY_MS, stop.signal).catch(() => {});
    }
  })();
  return stop;
}

/** Waits until nothing is open any more, or for so long that it never will be. */
async function lastAnswers({ ledger }: Scene): Promise<void> {
  const untilMs = systemClock.nowMs() + LAST_ANSWERS_LIMIT_MS;
  // What the node still holds is handed over in these; the journal is read at the end.
  while (systemClock.nowMs() < untilMs && ledger.waiting(systemClock.nowMs()) > 0) await delay(systemClock, LOOK_EVERY_MS);
}

function take({ ledger, totals }: Scene, { damages, checks, noted, open }: LeftFiles): void {
  totals.damages.push(...damages);
  totals.checks += checks;
  totals.commands += open.commands;
  totals.queued += open.queued;
  totals.sent += open.sent;
  ledger.noted(noted);
}

function figuresOf({ ledger, totals }: Scene, kills: number): Measurement[] {
  const { counts, longestUnreadMs, stories } = ledger.verdict(systemClock.nowMs());
  const { answered, unread, unheard, old } = counts;
  return [{
    what: `kill -9, ${kills} times: commands not answered, or twice`,
    measured: stories.length,
    unit: "",
    target: { atMost: 0 },
    detail: [
      `${answered} answered exactly once; apart: ${unread} never read whole (handed over at most ${Math.round(longestUnreadMs)} ms before)`,
      `${unheard} lost in the node, ${old} older than 10 minutes`,
      `found after the kills, all together: ${totals.commands} commands without an answer, ${totals.queued} answers not sent, ${totals.sent} sent`,
      `${totals.repeats} sent once more under the same id`,
      `${Math.round(totals.packets / totals.readyMs * 1000)} packets/s`,
      ...stories,
    ].join("; "),
  }, {
    what: "kill -9: databases that are not sound",
    measured: totals.damages.length,
    unit: "",
    target: { atMost: 0 },
    detail: [`PRAGMA integrity_check of journal.db and meshbot.db after each kill, ${totals.checks} in all`, ...totals.damages].join("; "),
  }];
}

function packetIn(payload: Uint8Array): MeshPacket | undefined {
  const { payloadVariant } = decode("FromRadio", payload);
  return payloadVariant.case === "packet" ? payloadVariant.value : undefined;
}

/** The text of a packet that answers another one. */
function replyIn({ payloadVariant }: MeshPacket): { readonly replyId: number; readonly text: string } | undefined {
  if (payloadVariant.case !== "decoded") return undefined;
  const { portnum, replyId, payload } = payloadVariant.value;
  if (portnum !== PortNum.TEXT_MESSAGE_APP || replyId === 0) return undefined;
  return { replyId, text: new TextDecoder().decode(payload) };
}

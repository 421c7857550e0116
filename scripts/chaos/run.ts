/** One run: the stage is set, the faults of the plan are done one after the other, and all is judged. */
import { join } from "node:path";
import { delay, systemClock } from "../../src/clock.ts";
import { ModemPreset } from "../../src/link/enums.ts";
import { startMesh } from "../../src/simulator/mesh.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { Random } from "../../src/simulator/random.ts";
import { copyFiles, examineFiles } from "../bench/kill_files.ts";
import { keepBooks } from "./books.ts";
import { Bot } from "./bot.ts";
import { BotLink } from "./bot_link.ts";
import { makeDisk } from "./disk.ts";
import { doFault, type Scene } from "./faults.ts";
import { guests } from "./guests.ts";
import { Answers } from "./invariants/answers.ts";
import type { Standing } from "./invariants/invariant.ts";
import { readJournal } from "./invariants/journal.ts";
import { LogLines } from "./invariants/log_lines.ts";
import { OneConnection } from "./invariants/one_connection.ts";
import { Recovery } from "./invariants/recovery.ts";
import { Resources } from "./invariants/resources.ts";
import { SharedClients } from "./invariants/shared_clients.ts";
import { murmur } from "./murmur.ts";
import { lastLine, recoveryLines, standingLines } from "./report.ts";
import { planFirmware, type PlannedFault } from "./schedule.ts";
import { startServices } from "./services.ts";
import { visitors } from "./stranger.ts";
import { startUsers } from "./users.ts";

const SILENT_TIMEOUT_S = 6;
const CHECK_INTERVAL_S = 3;
const NOT_BACK_MS = 40_000;
const LOOK_EVERY_MS = 500;
// Of the time that was asked for: nobody asks any more, and nothing more goes wrong.
const QUIET_END_MS = 8000;
const LAST_ANSWERS_LIMIT_MS = 8000;
// A service that hangs takes its commands a while.
const SERVICES_END_MS = 25_000;
const STILL_WAITED_FOR_MS = 30_000;

/** What a run needs. */
export interface RunOptions {
  readonly plan: readonly PlannedFault[];
  readonly seed: number;
  readonly minutes: number;
  readonly folder: string;
  readonly logFile: string;
  readonly say: (line: string) => void;
  /** Whoever started it does not want it any more. */
  readonly stop: AbortSignal;
}

/** Runs it; gives the report, the verdict last. Throws when it was stopped, as soon as the fault under way is over and all is put away. */
export async function run({ plan, seed, minutes, folder, logFile, say, stop }: RunOptions): Promise<string[]> {
  const startedAtMs = systemClock.nowMs();
  const endAtMs = startedAtMs + minutes * 60_000;
  const quietFromMs = endAtMs - Math.min(QUIET_END_MS, minutes * 15_000);
  const random = new Random(seed);
  const firmware = planFirmware(seed);
  let age = 0;

  await using parts = new AsyncDisposableStack();
  const disk = parts.use(await makeDisk(folder));
  const services = parts.use(startServices());
  // A fast preset, and no law but the bot's own: otherwise its share of the hour would be used up long before the end.
  const node = parts.use(
    await startSimulatedNode({
      firmware: firmware[0] as typeof firmware[number],
      seed,
      airScale: 0.02,
      dutyCyclePercent: 100,
      modemPreset: ModemPreset.SHORT_TURBO,
      telemetryMs: 1e9,
    }),
  );
  const mesh = parts.use(startMesh({ node, seed, nodes: 24 }));

  const answers = new Answers();
  const oneConnection = new OneConnection(node.port);
  const log = new LogLines();
  const resources = new Resources();
  const recovery = new Recovery({ silentTimeoutMs: SILENT_TIMEOUT_S * 1000 });
  const shared = new SharedClients(() => node.nodeNum);
  const link = new BotLink({ node, answers, shared, oneConnection });
  const users = startUsers({ mesh, random: random.fork("users"), answers });
  keepBooks({ node, answers, shared, link, onAnswer: (id) => users.answered(id) });

  const logTo = parts.use(await Deno.open(logFile, { write: true, create: true, truncate: true }));
  const sharePort = freePort();
  const bot = parts.use(
    new Bot({
      env: environment(node.port, sharePort, services.url),
      disk,
      log,
      link,
      onLine: (line) => void logTo.writeSync(new TextEncoder().encode(`${line}\n`)),
    }),
  );
  const over = new AbortController();
  const quiet = new AbortController();
  let served = 0;
  const visiting = visitors({
    port: sharePort,
    random: random.fork("visitors"),
    signal: over.signal,
    onServed: (bytes) => void (served += bytes > 0 ? 1 : 0),
  });
  const calling = guests({ port: sharePort, random: random.fork("guests"), books: shared, quiet: quiet.signal, over: over.signal });
  const speaking = murmur({ node, random: random.fork("murmur"), listening: () => link.ready, signal: over.signal });
  const looking = look(() => resources.look(bot.pid), over.signal);
  systemClock.after(Math.max(0, endAtMs - SERVICES_END_MS - startedAtMs), () => users.noServices());

  const scene: Scene = {
    node,
    bot,
    disk,
    services,
    oneConnection,
    log,
    nextFirmware: () => firmware[age = (age + 1) % firmware.length] as typeof firmware[number],
  };
  if (await link.readyAfter(0, Math.min(NOT_BACK_MS, minutes * 60_000 + LAST_ANSWERS_LIMIT_MS)) === undefined) {
    over.abort();
    users.stop();
    await Promise.all([bot.stop(), visiting, calling, speaking, looking]);
    return ["the bot did not come up; its last lines:", ...log.last, `chaos: BROKEN: the bot did not come up (seed ${seed})`];
  }
  let done = 0;
  for (const fault of plan) {
    if (systemClock.nowMs() + fault.pauseMs + fault.forMs >= quietFromMs) break;
    await delay(systemClock, fault.pauseMs, stop).catch(() => {});
    if (stop.aborted) break;
    if (fault.kind === "halfFrame") { for (const books of [shared, answers]) books.torn(systemClock.nowMs()); }
    await recovered(scene, fault, { link, recovery, say, startedAtMs, untilMs: endAtMs + LAST_ANSWERS_LIMIT_MS / 2 });
    done += 1;
  }
  users.noServices();
  quiet.abort();
  await delay(systemClock, Math.max(0, quietFromMs - systemClock.nowMs()), stop).catch(() => {});
  users.stop();
  await lastAnswers(answers, endAtMs + LAST_ANSWERS_LIMIT_MS, stop);
  over.abort();
  await Promise.all([bot.stop(), visiting, calling, speaking, looking]);
  stop.throwIfAborted();

  await copyFiles(disk.folder, join(folder, "end"));
  const journal = readJournal(join(folder, "end"));
  const { damages, checks } = await examineFiles(join(folder, "end"));
  const standings: Standing[] = [
    oneConnection.standing(),
    ...answers.verdict(journal, systemClock.nowMs()).standings,
    shared.standing(),
    recovery.standing(),
    log.standing(),
    resources.standing(),
    { name: "sound databases", seen: `${checks} checked`, broken: damages },
  ];
  return [
    "",
    ...recoveryLines(recovery.rows()),
    "",
    ...standingLines(standings),
    "",
    `${done} faults, ${bot.kills} kills; ${served} rough clients of the shared radio were served; full disk: ${disk.way}`,
    `${((systemClock.nowMs() - startedAtMs) / 1000).toFixed(1)} s for ${(minutes * 60).toFixed(0)} s`,
    lastLine(standings, seed),
  ];
}

async function recovered(
  scene: Scene,
  fault: PlannedFault,
  { link, recovery, say, startedAtMs, untilMs }: {
    readonly link: BotLink;
    readonly recovery: Recovery;
    readonly say: (line: string) => void;
    readonly startedAtMs: number;
    /** Longer is never waited. */
    readonly untilMs: number;
  },
): Promise<void> {
  const before = link.latest;
  const atMs = systemClock.nowMs();
  const { fromMs } = await doFault(scene, fault);
  const limitMs = Math.min(NOT_BACK_MS, untilMs - systemClock.nowMs());
  const line = `${((atMs - startedAtMs) / 1000).toFixed(1).padStart(7)} s  ${fault.kind}`;
  if (fromMs === undefined) {
    const readyAtMs = link.ready || await link.readyAfter(before, limitMs) !== undefined;
    if (!readyAtMs) recovery.never(fault.kind, limitMs);
    return say(line);
  }
  const readyAtMs = await link.readyAfter(before, limitMs);
  if (readyAtMs === undefined) {
    recovery.never(fault.kind, limitMs);
    say(`${line}: not back; ${link.describe()}; the bot's last lines:`);
    for (const lastLine of scene.log.last) say(`            ${lastLine}`);
    return;
  }
  const tookMs = Math.max(0, readyAtMs - fromMs);
  recovery.took(fault.kind, tookMs);
  say(`${line}: back after ${(tookMs / 1000).toFixed(2)} s`);
}

async function lastAnswers(answers: Answers, untilMs: number, stop: AbortSignal): Promise<void> {
  const sinceMs = systemClock.nowMs() - STILL_WAITED_FOR_MS;
  while (!stop.aborted && systemClock.nowMs() < untilMs && answers.waiting(sinceMs) > 0) await delay(systemClock, LOOK_EVERY_MS / 2);
}

async function look(once: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    once();
    await delay(systemClock, LOOK_EVERY_MS, signal).catch(() => {});
  }
}

function environment(nodePort: number, sharePort: number, servicesUrl: string): Record<string, string> {
  return {
    MESHBOT_NODE_HOST: "127.0.0.1",
    MESHBOT_NODE_PORT: String(nodePort),
    MESHBOT_HEALTH_SILENT_TIMEOUT_S: String(SILENT_TIMEOUT_S),
    MESHBOT_HEALTH_CHECK_INTERVAL_S: String(CHECK_INTERVAL_S),
    // The bot's own limits must not decide who is answered.
    MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "100000",
    MESHBOT_MESH_AIRTIME_PERCENT: "10",
    MESHBOT_MESH_CHANNELS: "0",
    MESHBOT_WEATHER_ENABLED: "true",
    MESHBOT_WEATHER_ORDER: "wttr,open-meteo",
    MESHBOT_WEATHER_WTTR_URL: servicesUrl,
    MESHBOT_WEATHER_OPEN_METEO_URL: servicesUrl,
    MESHBOT_WEATHER_GEOCODING_URL: servicesUrl,
    MESHBOT_PLACE_LATITUDE: "48.85",
    MESHBOT_PLACE_LONGITUDE: "2.35",
    MESHBOT_MONITOR_ENABLED: "false",
    MESHBOT_SHARE_LISTEN: `127.0.0.1:${sharePort}`,
    MESHBOT_LOG_FORMAT: "json",
    MESHBOT_DEBUG: "true",
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Lets the bot live through days of a large mesh in minutes, and tells whether it grows: `deno task soak [--days N] [--seed N]`.
 * The picture is in soak.svg.
 */
import { Random } from "../src/simulator/random.ts";
import { svgChart, terminalChart } from "./soak/chart.ts";
import { type GatheringBot, startGatheringBot } from "./soak/gathering_bot.ts";
import { GATHERINGS, LargeMesh } from "./soak/large_mesh.ts";
import { folderBytes, openDescriptors, type Sample, slopePerDay } from "./soak/sample.ts";
import { growthFaults, MAX_SLOPE_BYTES } from "./soak/verdict.ts";
import { POSITIVE, SEED, taskOptions } from "./support/options.ts";

const USAGE = "deno task soak [--days N] [--seed N]";
const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
// Once a day, in its seventh hour.
const SILENCE_HOUR = 6;
const SILENCE_MS = 2_300_000;
const PEOPLE = 30;
const COMMANDS_PER_HOUR = 12;
const COMMANDS = ["/ping", "/my", "/help", "/nodes", "/status", "/stats", "/top", "/histo", "/about", "/legend", "/packets", "/nonsense"];
// The node hangs up, and its connection breaks: the bot comes back each time.
const HANG_UP_HOURS = new Set([4, 13, 22]);

async function main(): Promise<void> {
  const { days = 7, seed = 1 } = taskOptions(USAGE, { days: POSITIVE, seed: SEED });
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) {
    console.error("Start it as deno task soak: without the task, deno needs --v8-flags=--expose-gc");
    Deno.exit(2);
  }
  const startedMs = Date.now();
  const bot = await startGatheringBot(seed);
  const faults: string[] = [];
  const samples: Sample[] = [];
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    faults.push(`unhandled: ${event.reason}`);
  });
  const totals = { packets: 0, commands: 0, hangUps: 0 };
  try {
    const hour = oneHour(bot, seed, totals);
    for (let at = 0; at < days * 24; at += 1) {
      await hour(at);
      collect();
      samples.push(await look(bot));
      if (at % 24 === 23) console.log(dayLine(at, samples, totals, startedMs));
    }
    if (bot.app.link.reconnects !== totals.hangUps) {
      faults.push(`${bot.app.link.reconnects} reconnects after ${totals.hangUps} broken connections: silence is no reason`);
    }
    faults.push(...statusFaults(bot));
  } finally {
    await bot[Symbol.asyncDispose]();
  }
  faults.push(...growthFaults(samples, totals.packets));
  report(samples, faults, `${days} days of a large mesh, seed ${seed}: ${totals.packets} packets, ${totals.commands} commands`);
}

/** Plays the next hour: packets by the plan of the gathering, commands of people, a silence, a broken connection. */
function oneHour(
  bot: GatheringBot,
  seed: number,
  totals: { packets: number; commands: number; hangUps: number },
): (hour: number) => Promise<void> {
  const { clock, node, mesh } = bot;
  const random = new Random(seed).fork("soak");
  const crowd = new LargeMesh(random.fork("mesh"));
  const people = Array.from(
    { length: PEOPLE },
    (_, index) => mesh.addPerson({ longName: `Asker ${index}`, shortName: `A${index}`, hops: index % 4 }),
  );
  return async (hour) => {
    const hourOfDay = hour % 24;
    const gathering = GATHERINGS[hourOfDay < 12 ? 0 : 1];
    const heardFromMs = hourOfDay === SILENCE_HOUR ? SILENCE_MS : 0;
    const plan = crowd.hour(gathering).filter((atMs) => atMs >= heardFromMs);
    const startMs = clock.nowMs();
    const next = () => {
      const atMs = plan.shift();
      if (atMs === undefined) return;
      clock.after(startMs + atMs - clock.nowMs(), () => {
        node.garbage(crowd.frame(gathering, node.station.timeS()));
        totals.packets += 1;
        next();
      });
    };
    next();
    for (let count = 0; count < COMMANDS_PER_HOUR; count += 1) {
      const atMs = random.between(heardFromMs, HOUR_MS - 60_000);
      clock.after(atMs, () => {
        random.pick(people).sendDirect(random.pick(COMMANDS));
        totals.commands += 1;
        clock.traffic();
      });
    }
    if (HANG_UP_HOURS.has(hourOfDay)) {
      clock.after(random.between(0, HOUR_MS / 2), () => {
        if (random.chance(0.5)) node.hangUp();
        else node.reset();
        totals.hangUps += 1;
        clock.traffic();
      });
    }
    await clock.run(HOUR_MS);
  };
}

async function look({ app, clock, timers, folder, heldByHistory }: GatheringBot): Promise<Sample> {
  // Its thread has then dealt with what came before, too.
  const history = await heldByHistory();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return {
    atMs: clock.nowMs(),
    heldBytes: heapUsed + external + history,
    residentBytes: rss,
    databaseBytes: folderBytes(folder),
    descriptors: openDescriptors(),
    timers: timers.waiting,
    nodes: app.nodes.size,
  };
}

function statusFaults({ app, counts }: GatheringBot): string[] {
  const { store } = app.status() as { store?: { history?: string; lostPackets?: number } };
  return [
    ...(counts.handled === 0 ? ["no text was dealt with"] : []),
    ...(counts.sent === 0 ? ["nothing was answered"] : []),
    ...(store?.history === "file" ? [] : [`the history is kept in: ${store?.history}`]),
    ...(store?.lostPackets === 0 ? [] : [`packets lost to the history: ${store?.lostPackets}`]),
    ...(app.nodes.size > 500 ? [] : [`only ${app.nodes.size} nodes are known`]),
  ];
}

function dayLine(hour: number, samples: readonly Sample[], totals: { packets: number; commands: number }, startedMs: number): string {
  const { heldBytes, residentBytes, databaseBytes, descriptors, timers, nodes } = samples.at(-1) as Sample;
  const mib = (bytes: number) => (bytes / MIB).toFixed(1);
  return `day ${(hour + 1) / 24}: held ${mib(heldBytes)} MiB, resident ${mib(residentBytes)} MiB, database ${
    mib(databaseBytes)
  } MiB, ${descriptors} descriptors, ` +
    `${timers} timers, ${nodes} nodes, ${totals.packets} packets, ${totals.commands} commands (${
      Math.round((Date.now() - startedMs) / 1000)
    } s)`;
}

function report(samples: readonly Sample[], faults: readonly string[], title: string): void {
  console.log(`\n${title}\n\n${terminalChart(samples)}\n`);
  Deno.writeTextFileSync("soak.svg", svgChart(samples, title));
  const slope = slopePerDay(samples, "heldBytes");
  const most = MAX_SLOPE_BYTES / MIB;
  if (slope !== undefined) console.log(`memory held grows by ${(slope / MIB).toFixed(3)} MiB a day after the first (at most ${most})`);
  else console.log("too short for a slope: two days at least");
  for (const fault of faults) console.log(`fault: ${fault}`);
  console.log(faults.length === 0 ? "soak: nothing grows" : `soak: ${faults.length} fault${faults.length === 1 ? "" : "s"}`);
  Deno.exit(faults.length === 0 ? 0 : 1);
}

await main();

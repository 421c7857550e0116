/** One diagnosis from the first look at the lock to the verdict. */
import type { Clock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import type { Leave } from "../io/control_client.ts";
import { type ConnectFunction, connectTcp } from "../link/connection.ts";
import { localAddresses, resolveHost } from "../link/slot.ts";
import type { MonitorSettings } from "./bot_client.ts";
import { type DiagEvent, eventText } from "./events.ts";
import { watchLink } from "./live.ts";
import { type Mode, MODE_TEXT } from "./mode.ts";
import { type OpenPath, type PathReport, walkPath } from "./path.ts";
import { type Progress, progressLine, type Screen, statusText } from "./progress.ts";
import { watchSocket } from "./raw.ts";
import { pathLines } from "./report.ts";
import { botRunningMessage, findBots, isSameNode, type RunningBot, takeOver } from "./running_bot.ts";
import { type ReadTotals, summarize, type Summary } from "./summary.ts";
import { Tally } from "./tally.ts";
import { formatTarget, type Target } from "./target.ts";
import { judge, type Verdict } from "./verdict.ts";
import { formatMs } from "./words.ts";

// Without a bar, how the link stands is told so often.
const STATUS_LINE_MS = 60_000;

/** What shall be looked at, and how. */
export interface DiagnoseOptions {
  readonly target: Target;
  readonly mode: Mode;
  readonly durationMs: number;
  /** Ask a bot that runs on this node to step aside. */
  readonly takeOver: boolean;
  /** Where bots may have their lock. */
  readonly botFolders: readonly string[];
  readonly monitor: MonitorSettings;
  readonly clock: Clock;
  /** Ends the run early; what was seen until then is judged. */
  readonly signal: AbortSignal;
  readonly screen: Screen;
  /** For tests. */
  readonly resolve?: (host: string) => Promise<string[]>;
  readonly connect?: ConnectFunction;
  readonly ownAddresses?: () => string[];
}

/** What it came to. */
export interface Diagnosis {
  readonly summary: Summary;
  readonly verdict: Verdict;
}

/**
 * Looks at the path to a node and at the link. Throws UsageError when a bot is running on the node and was not asked to step aside or does
 * not, and the signal's reason when it is told to stop before there is a connection.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const bots = findBots(options.botFolders);
  const known = bots.length === 0 ? undefined : await botOn(options, bots);
  try {
    return await lookBeside(options, bots, known);
  } catch (error) {
    if (!(error instanceof BotsNodeError)) throw error;
    if (options.takeOver) options.screen.line("this is the node of a bot that runs here, as its number has shown");
    return await lookBeside(options, bots, error.bot);
  }
}

/** Two names and addresses were one node: only the handshake has shown that it is this bot's. */
class BotsNodeError extends Error {
  constructor(readonly bot: RunningBot) {
    super("this is the node of a bot");
  }
}

async function lookBeside(options: DiagnoseOptions, bots: readonly RunningBot[], bot: RunningBot | undefined): Promise<Diagnosis> {
  const { target, screen, clock } = options;
  if (bot !== undefined && !options.takeOver) throw new UsageError(botRunningMessage(bot, target));
  const leave = bot === undefined ? undefined : await takeOver(bot, { clock, durationMs: options.durationMs, signal: options.signal });
  try {
    if (bot !== undefined) screen.line(`the bot (pid ${bot.holder.pid}) has stepped aside and comes back by itself afterwards`);
    else if (options.takeOver) screen.line("no bot of this machine is running on this node: nobody has to step aside");
    return await look(options, bots.filter((other) => other !== bot), leave);
  } finally {
    screen.bar(undefined);
    leave?.close();
    if (leave !== undefined) screen.line("the node is free: the bot takes it back");
  }
}

async function botOn({ target, resolve = resolveHost, ownAddresses = localAddresses }: DiagnoseOptions, bots: readonly RunningBot[]) {
  const addressesOf = (host: string) => resolve(host).catch(() => []);
  const addresses = await addressesOf(target.host);
  for (const bot of bots) {
    const { holder } = bot;
    // Before its first handshake a bot has only the name in its lock.
    const theirs = holder.addresses.length > 0 ? holder.addresses : await addressesOf(holder.host);
    if (isSameNode({ ...holder, addresses: theirs }, target, addresses, ownAddresses())) return bot;
  }
  return undefined;
}

async function look(options: DiagnoseOptions, otherBots: readonly RunningBot[], leave: Leave | undefined): Promise<Diagnosis> {
  const { target, mode, durationMs, clock, screen, resolve = resolveHost, connect = connectTcp } = options;
  screen.line(`looking at ${formatTarget(target)} for ${formatMs(durationMs)}, ${MODE_TEXT[mode]}`);
  screen.line("this takes the node's only TCP connection: an app or another program that has it is thrown out");
  const { report: path, open } = await walkPath({ target, clock, resolve, connect, signal: options.signal });
  for (const line of pathLines(target, path)) screen.line(line);
  const run = new Run(options, path, otherBots);
  if (open === undefined) return run.conclude({ frames: 0, skippedFrames: 0, skippedBytes: 0 });
  const stopped = () => run.stop("stopped by you");
  options.signal.addEventListener("abort", stopped, { once: true });
  if (options.signal.aborted) stopped();
  void leave?.over.then(() => run.stop("the bot has come back"));
  try {
    return await run.watch(open, { resolve, connect });
  } finally {
    options.signal.removeEventListener("abort", stopped);
  }
}

class Run {
  readonly #options: DiagnoseOptions;
  readonly #path: PathReport;
  readonly #otherBots: readonly RunningBot[];
  readonly #tally: Tally;
  readonly #over = new AbortController();
  #taken: RunningBot | undefined;
  #diagnosis: Diagnosis | undefined;
  #statusAtMs: number;

  constructor(options: DiagnoseOptions, path: PathReport, otherBots: readonly RunningBot[]) {
    this.#options = options;
    this.#path = path;
    this.#otherBots = otherBots;
    this.#tally = new Tally(options.clock, options.mode);
    this.#statusAtMs = options.clock.nowMs();
  }

  stop(why: string): void {
    if (this.#diagnosis !== undefined || this.#over.signal.aborted) return;
    this.#say(why);
    this.#over.abort();
  }

  async watch(open: OpenPath, way: { resolve: (host: string) => Promise<string[]>; connect: ConnectFunction }): Promise<Diagnosis> {
    const { mode } = this.#options;
    const tookMs = this.#path.addresses.find(({ address }) => address === open.address)?.tookMs ?? 0;
    // The lines of the path have told it.
    this.#tally.take({ type: "connected", address: open.address, tookMs });
    const shared = {
      ...this.#options,
      ...way,
      open,
      signal: this.#over.signal,
      emit: (event: DiagEvent) => this.#emit(event),
      heard: (atMs: number) => this.#tally.heard(atMs),
      onTick: () => this.#tick(),
    };
    if (mode === "raw") await watchSocket(shared, (bytes) => this.conclude({ frames: 0, skippedFrames: 0, skippedBytes: 0, bytes }));
    else await watchLink({ ...shared, mode, onNodeNum: (nodeNum) => this.#identify(nodeNum) }, (counts) => this.conclude(counts));
    if (this.#taken !== undefined) throw new BotsNodeError(this.#taken);
    return this.#diagnosis as Diagnosis;
  }

  /** Judges what there is now. */
  conclude(totals: ReadTotals): Diagnosis {
    const { target, mode, clock } = this.#options;
    const stoppedEarly = this.#over.signal.aborted;
    const summary = summarize(this.#tally, { target, mode, path: this.#path, stoppedEarly, totals, nowMs: clock.nowMs() });
    return this.#diagnosis = { summary, verdict: judge(summary) };
  }

  /** Two names and addresses can be one node: what only the handshake shows ends at once. */
  #identify(nodeNum: number): void {
    const bot = this.#otherBots.find(({ holder }) => holder.nodeNum === nodeNum);
    if (bot === undefined || this.#taken !== undefined) return;
    this.#taken = bot;
    this.stop("this is the node of a bot that is running here, by its number");
  }

  #emit(event: DiagEvent): void {
    this.#tally.take(event);
    this.#say(eventText(event));
  }

  #say(text: string): void {
    const elapsedS = (this.#options.clock.nowMs() - this.#tally.startedAtMs) / 1000;
    this.#options.screen.line(`[${elapsedS.toFixed(1).padStart(7)} s] ${text}`);
  }

  #tick(): void {
    const { screen, clock } = this.#options;
    if (screen.columns !== undefined) return screen.bar(progressLine(this.#progress(), screen.columns));
    if (clock.nowMs() - this.#statusAtMs < STATUS_LINE_MS) return;
    this.#statusAtMs = clock.nowMs();
    this.#say(statusText(this.#progress()));
  }

  #progress(): Progress {
    const { clock, durationMs } = this.#options;
    const { startedAtMs, packetsPerMinute, silentForMs, roundTripsMs } = this.#tally;
    return { elapsedMs: clock.nowMs() - startedAtMs, durationMs, packetsPerMinute, silentForMs, roundTripMs: roundTripsMs.at(-1) };
  }
}

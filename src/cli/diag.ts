/** `meshbot diag`. */
import { systemClock } from "../clock.ts";
import { type Config, findDataDir, KEYS, loadConfig } from "../config.ts";
import { UsageError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { RECORD_OPTIONS, recordArgs, startRecording } from "./record.ts";

const DEFAULT_DURATION_S = 600;
const MAX_DURATION_S = 30 * 86_400;
const MAX_TAKE_OVER_S = 3600;
const NARROW_COLUMNS = 80;

/** Looks at the path to a node and at the link, for a while, and judges it. */
export const diagCommand = defineCommand({
  name: "diag",
  summary: "Find out what is wrong with the link to a node",
  usage: "HOST[:PORT] [--duration S] [--optimized | --raw] [--json] [--config FILE] [--take-over] [--record FILE [--with-secrets]]",
  description: [
    "First the path: the name, its addresses, the TCP connection. Then the link, for --duration: like the official client, with a",
    "handshake and a heartbeat every 300 s. At the end a table, a timeline, a verdict and what to do next, on standard output;",
    "what happens meanwhile is on standard error. Ctrl+C ends it early, with a verdict on what was seen.",
    "It takes the node's only TCP connection. Where a bot is running on the node it refuses, unless --take-over asks the bot to step aside.",
    "No configuration is needed; where there is one, HOST may be left out.",
  ].join("\n"),
  options: {
    host: {
      type: "word",
      value: "HOST[:PORT]",
      help: "The node: a name, an IPv4 address or an [IPv6 address]; the port is 4403 unless it is named",
    },
    duration: { type: "text", value: "S", help: "Watch the link for so many seconds, 1 or more", default: String(DEFAULT_DURATION_S) },
    optimized: { type: "flag", help: "Exactly the bot's own link, with its monitor and its reconnects" },
    raw: { type: "flag", help: "TCP only, no protocol; the node may close such a connection after a while" },
    json: { type: "flag", help: "Print nothing but one JSON object on standard output" },
    config: {
      type: "text",
      value: "FILE",
      help: "Read this configuration",
      default: "./meshbot.toml, else /etc/meshbot/meshbot.toml, else none",
    },
    "take-over": {
      type: "flag",
      help: "Ask a bot that is running on this node to step aside for that time, at most an hour; it comes back by itself",
    },
    ...RECORD_OPTIONS,
  },
  exitCodes: {
    0: "the link is healthy",
    1: "it is not: no connection, no handshake, a connection lost (not with --raw), or a heartbeat without an answer",
    2: "the command line or the configuration is wrong, or a bot is running on this node",
  },
  examples: [
    "meshbot diag 192.168.1.50",
    "meshbot diag meshtastic.local:4403 --duration 60 --json",
    "meshbot diag --optimized --take-over",
  ],
  async run({ args, env, cwd, signal, write, writeError }) {
    const [{ parseTarget }, { diagnose }, { Screen }, { reportJson, reportLines }, { botFolders }] = await Promise.all([
      import("../diag/target.ts"),
      import("../diag/diagnose.ts"),
      import("../diag/progress.ts"),
      import("../diag/report.ts"),
      import("../diag/running_bot.ts"),
    ]);
    const screen = new Screen(writeError, terminalColumns(env));
    try {
      if (args.raw && args.optimized) throw new UsageError("--raw and --optimized are two ways to look: say one of them, or none");
      const durationS = readDuration(args.duration, args["take-over"]);
      const record = recordArgs(args, cwd);
      const config = readConfig(args.config, env, cwd);
      const target = args.host === undefined ? config?.node : parseTarget(args.host);
      if (target === undefined) {
        throw new UsageError("say which node to look at: meshbot diag HOST[:PORT], or a configuration that names it: --config FILE");
      }
      await using recording = record === undefined ? undefined : await startRecording(record);
      const { summary, verdict } = await diagnose({
        target: { host: target.host, port: target.port },
        mode: args.raw ? "raw" : args.optimized ? "optimized" : "default",
        durationMs: durationS * 1000,
        takeOver: args["take-over"],
        botFolders: botFolders(env, config?.data_dir ?? findDataDir({ env, cwd })),
        monitor: {
          checkIntervalMs: 1000 * (config?.health.check_interval_s ?? defaultOf("health.check_interval_s") ?? 30),
          silentTimeoutMs: 1000 * (config?.health.silent_timeout_s ?? defaultOf("health.silent_timeout_s") ?? 60),
        },
        clock: systemClock,
        signal,
        screen,
        ...(recording === undefined ? {} : { connect: recording.connect }),
      });
      if (args.json) write(reportJson(summary, verdict));
      else for (const line of reportLines(summary, verdict)) write(line);
      return verdict.healthy ? 0 : 1;
    } catch (error) {
      const stopped = signal.aborted && error === signal.reason;
      if (!stopped && !(error instanceof UsageError)) throw error;
      const why = stopped ? "stopped before there was a connection" : (error as UsageError).message;
      if (args.json) write(JSON.stringify({ verdict: why, healthy: false, next: [], disconnects: 0, frames: 0 }));
      if (!stopped) throw error;
      writeError(`meshbot diag: ${why}`);
      return 1;
    }
  },
});

function readDuration(text: string | undefined, takeOver: boolean): number {
  const seconds = text === undefined ? DEFAULT_DURATION_S : /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds >= 1 && seconds <= MAX_DURATION_S)) {
    throw new UsageError(`--duration is ${JSON.stringify(text)}: must be a number of seconds from 1 to ${MAX_DURATION_S}`);
  }
  if (takeOver && seconds > MAX_TAKE_OVER_S) {
    throw new UsageError(
      `--duration is ${seconds}: with --take-over at most ${MAX_TAKE_OVER_S}, a bot steps aside for an hour and no longer`,
    );
  }
  return seconds;
}

/** The configuration where there is one. One that was not named and cannot be used is no reason to look at no link. */
function readConfig(file: string | undefined, env: Readonly<Record<string, string>>, cwd: string): Config | undefined {
  try {
    return loadConfig({ ...(file === undefined ? {} : { file }), env, cwd }).config;
  } catch (error) {
    if (file !== undefined || !(error instanceof UsageError)) throw error;
    return undefined;
  }
}

function defaultOf(name: "health.check_interval_s" | "health.silent_timeout_s"): number | undefined {
  return (KEYS[name] as { default?: number }).default;
}

/** The width of the terminal that the bar is drawn on; undefined where it would be a nuisance. */
function terminalColumns(env: Readonly<Record<string, string>>): number | undefined {
  const { TERM } = env;
  if (TERM === undefined || TERM === "dumb" || !Deno.stderr.isTerminal()) return undefined;
  try {
    // A terminal that does not know its size says 0.
    return Deno.consoleSize().columns || NARROW_COLUMNS;
  } catch {
    return NARROW_COLUMNS;
  }
}

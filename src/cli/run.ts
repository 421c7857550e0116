/** `meshbot run`. */
import { systemClock } from "../clock.ts";
import { type Config, type ConfigSource, loadConfig } from "../config.ts";
import { isExpectedNetworkError, UsageError } from "../errors.ts";
import { logger, startLog, stopLog } from "../log.ts";
import { VERSION } from "../version.ts";
import { defineCommand } from "./command.ts";
import { RECORD_OPTIONS, type RecordArgs, recordArgs, startRecording } from "./record.ts";
import { type Running, STOP_LIMIT_MS, untilStopped } from "./until_stopped.ts";

/** Runs the bot until a signal ends it. */
export const runCommand = defineCommand({
  name: "run",
  summary: "Run the bot",
  usage: "[--config FILE] [--listen-only] [--debug] [--record FILE [--with-secrets]]",
  description: [
    "Connects to the node and answers on the mesh until it is told to stop. It never gives up on a node that is away.",
    "SIGHUP reads the configuration again: what is wrong with it is logged, and the old one stays.",
    "SIGINT (Ctrl+C) or SIGTERM ends it in order, within 3 seconds; a second one, a second later, ends it at once.",
    "The log goes to standard error. Without any file, the environment alone will do: MESHBOT_NODE_HOST is enough.",
  ].join("\n"),
  options: {
    config: { type: "text", value: "FILE", help: "Read this configuration", default: "./meshbot.toml, else /etc/meshbot/meshbot.toml" },
    "listen-only": { type: "flag", help: "Answer nothing; the log says what would have been sent and its air time" },
    debug: { type: "flag", help: "Show every packet in the log, as debug = true in the configuration does" },
    ...RECORD_OPTIONS,
  },
  exitCodes: { 0: "it was told to stop, and did", 1: "it broke down, or did not stop in time; the log says why" },
  examples: ["meshbot run --config meshbot.toml", "MESHBOT_NODE_HOST=192.168.1.50 meshbot run"],
  async run({ args, env, cwd, signal }) {
    const record = recordArgs(args, cwd);
    const load = () => loadConfig({ ...(args.config === undefined ? {} : { file: args.config }), env, cwd });
    const readConfig = () => withFlags(load().config, { debug: args.debug, listenOnly: args["listen-only"] });
    const { source } = load();
    const config = readConfig();
    applyLog(config);
    const log = logger("app");
    try {
      log.info`MeshBot ${VERSION}, configured by ${describeSource(source)}`;
      const outcome = await untilStopped(() => start({ config, readConfig, env, record }), signal, systemClock);
      if (outcome !== "late") return 0;
      log.error`not stopped within ${STOP_LIMIT_MS / 1000} s: something still holds on; ending all the same`;
      return 1;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (isExpectedNetworkError(error)) log.fatal`ended: ${(error as Error).message}`;
      else log.fatal`ended by a fault of the program: ${error}`;
      return 1;
    } finally {
      stopLog();
    }
  },
});

function applyLog({ log, debug }: Config): void {
  startLog({ format: log.format, debug });
}

// The first log line must not wait for the packages behind the app.
async function start({ config, readConfig, env, record }: {
  readonly config: Config;
  readonly readConfig: () => Config;
  readonly env: Readonly<Record<string, string>>;
  readonly record: RecordArgs | undefined;
}): Promise<Running> {
  const [{ startApp }, { takePresence }, { createNotifier }] = await Promise.all([
    import("../app.ts"),
    import("../app/presence.ts"),
    import("../io/sd_notify.ts"),
  ]);
  await using parts = new AsyncDisposableStack();
  const notifier = parts.use(createNotifier({ env, clock: systemClock }));
  // Unheard it would end the process, so it is heard before there is anything to reload.
  let reload: (() => void) | undefined = undefined;
  let isAsked = false;
  parts.adopt(onHangup(() => reload === undefined ? isAsked = true : reload()), (unlisten) => unlisten());
  const presence = parts.use(await takePresence({ env, config, clock: systemClock }));
  const recording = record === undefined ? undefined : parts.use(await startRecording(record));
  const app = await startApp({
    config,
    readConfig,
    onReload: applyLog,
    version: VERSION,
    ...(recording === undefined ? {} : { connect: recording.connect }),
  });
  app.link.listen((event) => {
    notifier.status(`the link to ${config.node.host} is ${event.state.kind}`);
    const radio = app.radio();
    if (event.type === "state" && event.state.kind === "ready" && radio !== undefined) {
      presence.nodeKnown(radio.nodeNum, event.state.address);
    }
  });
  presence.serve({ status: () => app.status(), stepAside: () => app.link.stepAside(), comeBack: () => app.link.comeBack() });
  reload = () => {
    notifier.reloading();
    // What is wrong with the new configuration is in the log; the old one holds then, and the service is as ready as before.
    app.reload();
    notifier.ready();
  };
  if (isAsked) reload();
  // A node that is away is no reason for systemd to give the bot up.
  notifier.ready();
  const running = parts.move();
  return {
    ended: app.ended,
    async stop() {
      notifier.stopping();
      await app.stop();
      await running[Symbol.asyncDispose]();
    },
  };
}

/** Calls `reload` at each SIGHUP, which no other system than ours has; returns how to stop that. */
function onHangup(reload: () => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  Deno.addSignalListener("SIGHUP", reload);
  return () => Deno.removeSignalListener("SIGHUP", reload);
}

/** What the command line says holds over the file, also when that is read again. */
function withFlags(config: Config, flags: { readonly debug: boolean; readonly listenOnly: boolean }): Config {
  return {
    ...config,
    debug: config.debug || flags.debug,
    mesh: { ...config.mesh, listen_only: config.mesh.listen_only || flags.listenOnly },
  };
}

function describeSource({ file, variables }: ConfigSource): string {
  return [...(file === undefined ? [] : [file]), ...variables].join(", ");
}

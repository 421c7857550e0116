/** `meshbot check`. */
import { systemClock } from "../clock.ts";
import { join } from "node:path";
import { KEY_CONFLICTS_FILE, loadConfig } from "../config.ts";
import { startLog, stopLog } from "../log.ts";
import { defineCommand } from "./command.ts";

/** Checks what the bot depends on: its node, and how the node is set. */
export const checkCommand = defineCommand({
  name: "check",
  summary: "Check the node, its settings and the services, and change nothing",
  usage: "[--config FILE] [--json]",
  description: [
    "Visits the node once, tells how that went, and judges the node's settings: what each means for the bot, and the cure.",
    "Asks every service that is on, and every other node of the configuration, once: reachable, how long, what was understood.",
    "It changes nothing. But a node serves one client only: a bot that is running on it loses its link meanwhile,",
    "for a few seconds, and comes back by itself.",
  ].join("\n"),
  options: {
    config: { type: "text", value: "FILE", help: "Read this configuration", default: "./meshbot.toml, else /etc/meshbot/meshbot.toml" },
    json: { type: "flag", help: "Print nothing but one JSON object on standard output" },
  },
  exitCodes: { 0: "nothing is bad", 1: "something is bad, or the node was not reached; the reason is on standard error" },
  examples: ["meshbot check", "meshbot check --config /etc/meshbot/meshbot.toml --json"],
  async run({ args, env, cwd, signal, write, writeError }) {
    const { config } = loadConfig({ ...(args.config === undefined ? {} : { file: args.config }), env, cwd });
    const [
      { runChecks },
      { nodeCheck },
      { reportJson, reportLines },
      { createKeyConflicts },
      { createStateFile },
      { createServiceChecks },
      { Slots },
    ] = await Promise.all([
      import("../health/checks.ts"),
      import("../health/node_check.ts"),
      import("./check_report.ts"),
      import("../mesh/key_conflicts.ts"),
      import("../io/state_file.ts"),
      import("./service_checks.ts"),
      import("../link/slot.ts"),
    ]);
    const { host, port } = config.node;
    const conflicts = createKeyConflicts(createStateFile(join(config.data_dir, KEY_CONFLICTS_FILE)));
    await conflicts.load();
    const hasPlace = config.place.latitude !== undefined && config.place.longitude !== undefined;
    const bot = { answerMqtt: config.mesh.answer_mqtt, hasPlace, keyConflicts: conflicts.list() };
    const slots = new Slots();
    writeError(
      `meshbot check: visiting ${host}, port ${port}. This takes the node's only connection for a moment: ` +
        "a bot that is running on it loses its link for that time.",
    );
    startLog({ format: config.log.format, debug: config.debug });
    await using services = createServiceChecks({ config, clock: systemClock, slots });
    try {
      const checks = [nodeCheck({ host, port, clock: systemClock, bot, slots }), ...services.checks];
      const reports = await runChecks(checks, { clock: systemClock, signal });
      if (args.json) write(reportJson(reports));
      else for (const line of reportLines(reports)) write(line);
      for (const { name, wrong } of reports) if (wrong !== undefined) writeError(`meshbot check: ${name}: ${wrong}`);
      return reports.every(({ ok }) => ok) ? 0 : 1;
    } finally {
      stopLog();
    }
  },
});

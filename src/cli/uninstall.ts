/** `meshbot uninstall`. */
import { resolve } from "node:path";
import { defineCommand } from "./command.ts";
import { requireRoot } from "./install.ts";

/** Takes the service away again. */
export const uninstallCommand = defineCommand({
  name: "uninstall",
  summary: "Take the service off this machine again",
  usage: "[--purge] [--dry-run] [options]",
  description: [
    "Stops the service and removes its unit and /usr/local/bin/meshbot. The configuration and what the bot has kept stay,",
    "unless --purge removes those too.",
  ].join("\n"),
  options: {
    purge: { type: "flag", help: "Remove also /etc/meshbot and /var/lib/meshbot" },
    "dry-run": { type: "flag", help: "Do nothing, and print everything that would be done" },
    root: { type: "text", value: "DIR", help: "For packagers: remove what install put under this folder", default: "/" },
  },
  exitCodes: {
    0: "it is gone, or was not there",
    1: "a step failed; what was done before it is said",
    2: "the command line is wrong, or this is not root",
  },
  examples: ["sudo meshbot uninstall", "sudo meshbot uninstall --purge"],
  async run({ args, cwd, write, writeError }) {
    const [{ planUninstall, describeStep }, { applySteps, InstallError }] = await Promise.all([
      import("../install/plan.ts"),
      import("../install/apply.ts"),
    ]);
    const root = resolve(cwd, args.root ?? "/");
    requireRoot("uninstall", { root, dryRun: args["dry-run"] });
    const steps = planUninstall({ root, purge: args.purge });
    if (args["dry-run"]) {
      write("Nothing is done. This is what would be:");
      for (const step of steps) write(`- ${describeStep(step)}`);
      return 0;
    }
    try {
      await applySteps(steps, { say: (line) => write(`- ${line}`) });
      return 0;
    } catch (error) {
      if (!(error instanceof InstallError)) throw error;
      writeError(`meshbot uninstall: ${error.message}`);
      return 1;
    }
  },
});

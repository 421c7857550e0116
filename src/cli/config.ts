/** `meshbot config`. */
import { type Config, exampleToml, loadConfig } from "../config.ts";
import { UsageError } from "../errors.ts";
import { defineCommand } from "./command.ts";

/** Prints an example of the configuration, or checks a file. */
export const configCommand = defineCommand({
  name: "config",
  summary: "Print an example of the configuration, or check a file",
  usage: "--example | --check FILE",
  description: [
    "The configuration is one TOML file. Each key is also an environment variable, which wins over the file:",
    "MESHBOT_NODE_HOST is host in [node]. A check tells every mistake in the file and in the environment at once.",
  ].join("\n"),
  options: {
    example: { type: "flag", help: "Print a commented file with every key" },
    check: { type: "text", value: "FILE", help: "Check FILE together with the environment, as run would read them" },
  },
  exitCodes: { 0: "the configuration is valid, or the example was printed", 2: "the configuration or the command line is wrong" },
  examples: ["meshbot config --example > meshbot.toml", "meshbot config --check meshbot.toml"],
  run({ args, env, cwd, write }) {
    if (args.example === (args.check !== undefined)) {
      throw new UsageError("say one of the two: meshbot config --example, or meshbot config --check FILE");
    }
    if (args.check === undefined) {
      write(exampleToml());
    } else {
      const { config, source } = loadConfig({ file: args.check, env, cwd });
      const variables = source.variables.length === 0 ? "" : ` with ${source.variables.join(", ")}`;
      write(`${args.check}${variables} is valid: the bot would ${intention(config)}`);
    }
    return Promise.resolve(0);
  },
});

function intention({ node, mesh, language, data_dir }: Config): string {
  const listened = mesh.channels.length === 0 ? "" : ` and on channel ${mesh.channels.join(", ")}`;
  const address = node.host.includes(":") ? `[${node.host}]:${node.port}` : `${node.host}:${node.port}`;
  const tongue = language === "fr" ? "French" : "English";
  return `connect to ${address}, answer direct messages${listened} in ${tongue}, and keep its data in ${data_dir}`;
}

/** `meshbot import`. */
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { defineCommand } from "./command.ts";

const SOURCE = "meshing-around";
const MAX_FILE_BYTES = 1024 * 1024;

/** Carries the configuration of another bot over. */
export const importCommand = defineCommand({
  name: "import",
  summary: "Carry the configuration of another bot over",
  usage: `${SOURCE} config.ini [--host HOST[:PORT]] [--data-dir DIR]`,
  description: [
    "Prints a meshbot.toml with the node, the admins and the channels of a config.ini of meshing-around on standard output; comments tell",
    "what could not be carried over. Bans are kept in the bot's data folder and not in the configuration: with --data-dir they are put",
    "there, while the bot does not run; without it comments tell the admin's commands.",
  ].join("\n"),
  options: {
    source: { type: "word", value: SOURCE, help: "The bot that the file belongs to; this is the only one known" },
    file: { type: "word", value: "config.ini", help: "Its configuration" },
    host: { type: "text", value: "HOST[:PORT]", help: "The node; needed where the file has none that is reached by TCP" },
    "data-dir": { type: "text", value: "DIR", help: "The bot's data folder, such as /var/lib/meshbot, for the bans" },
  },
  exitCodes: { 0: "the configuration was printed", 2: "the command line or the file is wrong; the reason is on standard error" },
  examples: [`meshbot import ${SOURCE} config.ini > meshbot.toml`, `sudo meshbot import ${SOURCE} config.ini --data-dir /var/lib/meshbot`],
  async run({ args, cwd, write, writeError }) {
    if (args.source === undefined || args.file === undefined) throw new UsageError(`say which file: meshbot import ${SOURCE} config.ini`);
    if (args.source !== SOURCE) {
      throw new UsageError(`${JSON.stringify(args.source)} is not known; known is ${SOURCE}: meshbot import ${SOURCE} config.ini`);
    }
    const [{ carryOver }, { carryBans }, { parseTarget }] = await Promise.all([
      import("../install/meshing_around.ts"),
      import("../install/carry_bans.ts"),
      import("../diag/target.ts"),
    ]);
    const target = args.host === undefined ? {} : { target: parseTarget(args.host) };
    const { config, banned, notes } = named(args.file, () => carryOver(readText(resolve(cwd, args.file ?? "")), target));
    if (args["data-dir"] !== undefined && banned.length > 0) {
      const added = await carryBans(resolve(cwd, args["data-dir"]), banned);
      writeError(`meshbot import: bans that are new in ${args["data-dir"]}: ${added} of ${banned.length}`);
    } else if (banned.length > 0) {
      writeError(`meshbot import: bans in comments only: ${banned.length}; --data-dir carries them over`);
    }
    for (const note of notes) writeError(`meshbot import: ${note}`);
    write(config.trimEnd());
    return 0;
  },
});

/** The file's name in front of what is wrong with it. */
function named<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}

function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    if (Deno.statSync(path).size > MAX_FILE_BYTES) throw new UsageError(`it is larger than ${MAX_FILE_BYTES / 1024} KiB`);
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError("there is no such file");
    if (error instanceof Deno.errors.PermissionDenied) throw new UsageError("this user may not read it");
    if (error instanceof Deno.errors.IsADirectory || (error as { code?: string }).code === "EISDIR") {
      throw new UsageError("this is a folder; name the file in it, such as config.ini");
    }
    throw error;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("the text is not UTF-8: this is no INI file");
  }
}

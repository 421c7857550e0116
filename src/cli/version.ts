/** `meshbot version`. */
import { VERSION } from "../version.ts";
import { defineCommand } from "./command.ts";

/** Prints the versions that a bug report needs. */
export const versionCommand = defineCommand({
  name: "version",
  summary: "Show the version of the program and of Deno",
  usage: "",
  description: "Prints one line, for a bug report.",
  options: {},
  exitCodes: {},
  examples: ["meshbot version"],
  run({ write }) {
    write(`meshbot ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})`);
    return Promise.resolve(0);
  },
});

/** The texts of `meshbot --help` and `meshbot <command> --help`, made from the list of commands. */
import { optionForm } from "./args.ts";
import type { CliCommand, OptionSpec } from "./command.ts";

/** The help of the program. */
export function overview(commands: readonly CliCommand[], version: string): string {
  const rows: Row[] = commands.map(({ name, summary }) => [name, summary]);
  return [
    `meshbot ${version}: a bot that answers on a Meshtastic mesh, beside one node`,
    "",
    "Usage: meshbot <command> [options]",
    "",
    "Commands:",
    ...table([...rows, ["help", "Show the help of a command: meshbot help <command>"]]),
    "",
    "Options:",
    ...table([["--help", "Show this help, or with a command before it that command's"], ["--version", "Show the version"]]),
    "",
    "Exit codes:",
    ...exitCodes({}),
    "",
    "Examples:",
    ...commands.map(({ examples }) => `  ${examples[0]}`),
  ].join("\n");
}

/** The help of one command. */
export async function commandHelp(command: CliCommand): Promise<string> {
  const options: Row[] = Object.entries(command.options).map(([name, spec]) => [optionForm(name, spec), spec.help + defaultText(spec)]);
  return [
    `meshbot ${command.name}: ${command.summary}`,
    "",
    `Usage: meshbot ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.description,
    "",
    "Options:",
    ...table([...options, ["--help", "Show this help"]]),
    ...(command.moreHelp === undefined ? [] : ["", ...await command.moreHelp()]),
    "",
    "Exit codes:",
    ...exitCodes(command.exitCodes),
    "",
    command.examples.length === 1 ? "Example:" : "Examples:",
    ...command.examples.map((example) => `  ${example}`),
  ].join("\n");
}

type Row = readonly [string, string];

/** Two columns, indented. */
export function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function defaultText(spec: OptionSpec): string {
  if (spec.type === "integer") return ` (${spec.min} to ${spec.max}; default: ${spec.default})`;
  return spec.type === "text" && spec.default !== undefined ? ` (default: ${spec.default})` : "";
}

const COMMON_EXIT_CODES: Readonly<Record<number, string>> = {
  0: "all went well",
  1: "it failed; the reason is on standard error",
  2: "the command line or the configuration is wrong",
};

function exitCodes(own: Readonly<Record<number, string>>): string[] {
  return table(Object.entries({ ...COMMON_EXIT_CODES, ...own }));
}

/** Reads the options behind a subcommand; whatever does not fit is answered with the nearest right form. */
import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { CliCommand, OptionSpec } from "./command.ts";

/** Parsed options, by name. */
export type ParsedValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** True when help is asked for. */
export function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes("--help") || argv.includes("-h");
}

/** Parses and checks the options of a command; throws UsageError for the first that is wrong. */
export function parseOptions(command: CliCommand, argv: readonly string[]): ParsedValues {
  const specs = command.options;
  // The parser's own strict mode knows no nearest word and stops before the bounds; its tokens let us be stricter.
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(specs).filter(([, { type }]) => type !== "word")
        .map(([name, spec]) => [name, { type: spec.type === "flag" ? "boolean" : "string" }]),
    ),
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, spec] of Object.entries(specs)) {
    values[name] = spec.type === "flag" ? false : spec.type === "integer" ? spec.default : undefined;
  }
  const given = new Set<string>();
  const words = Object.keys(specs).filter((name) => specs[name]?.type === "word");
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      const word = words.shift();
      if (word === undefined) throw new UsageError(unexpectedWord(command, token.value));
      values[word] = token.value;
      continue;
    }
    const spec = Object.hasOwn(specs, token.name) && token.rawName.startsWith("--") ? specs[token.name] : undefined;
    if (spec === undefined || spec.type === "word") throw new UsageError(unknownOption(command, argv[token.index] ?? token.rawName));
    if (given.has(token.name)) throw new UsageError(`--${token.name} is given twice: keep one of them`);
    given.add(token.name);
    values[token.name] = readValue(command, token.name, spec, token.value, token.inlineValue ?? false);
  }
  return values;
}

function readValue(
  command: CliCommand,
  name: string,
  spec: OptionSpec,
  value: string | undefined,
  inline: boolean,
): string | number | boolean {
  if (spec.type === "flag") {
    if (value !== undefined) throw new UsageError(`--${name} takes no value. Did you mean: ${writtenForm(command, name)}`);
    return true;
  }
  // Behind an option without its value stands the next option; an answer to a negative number is the bounds.
  const swallowed = !inline && value !== undefined && /^-\D/.test(value);
  if (value === undefined || value === "" || swallowed) {
    throw new UsageError(`--${name} needs a value: ${writtenForm(command, name)}`);
  }
  if (spec.type !== "integer") return value;
  const number = /^[+-]?\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (number >= spec.min && number <= spec.max) return number;
  throw new UsageError(`--${name} is ${JSON.stringify(value)}: must be a whole number from ${spec.min} to ${spec.max}`);
}

function unknownOption(command: CliCommand, written: string): string {
  const option = written.replace(/=.*$/s, "");
  const names = Object.keys(command.options).filter((name) => command.options[name]?.type !== "word");
  const near = nearest(option.replace(/^-+/, ""), names);
  if (near !== undefined) return `unknown option ${option}. Did you mean: ${writtenForm(command, near)}`;
  const known = [...names, "help"].map((name) => `--${name}`).join(", ");
  return `unknown option ${option}. Known are ${known}; see: meshbot ${command.name} --help`;
}

function unexpectedWord(command: CliCommand, word: string): string {
  const near = nearest(word, Object.keys(command.options));
  const right = near === undefined ? `meshbot ${command.name} ${command.usage}`.trim() : writtenForm(command, near);
  return `unexpected ${JSON.stringify(word)}. Did you mean: ${right}`;
}

/** A command line with one option as one writes it: `meshbot simulate --port N`. */
export function writtenForm(command: CliCommand, name: string): string {
  return `meshbot ${command.name} ${optionForm(name, command.options[name] as OptionSpec)}`;
}

/** An option as one writes it: `--port N`, or a word alone. */
export function optionForm(name: string, spec: OptionSpec): string {
  if (spec.type === "word") return spec.value;
  return spec.type === "flag" ? `--${name}` : `--${name} ${spec.value}`;
}

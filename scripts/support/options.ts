// deno-lint-ignore-file no-console -- a mistake on the command line is told in the terminal
/** Reads the options of a task; what does not fit is told in a sentence, with the right form, and ends it with exit code 2. */
import { parseArgs } from "node:util";
import { UsageError } from "../../src/errors.ts";

const MAX_LENGTH = 100_000;

/** What the text behind an option may be. */
export interface Kind<Value> {
  /** In words, behind "must be". */
  readonly mustBe: string;
  /** Undefined when the text is none. */
  readonly read: (text: string) => Value | undefined;
}

/** A number above 0, a fraction too; of minutes or days, so that its bound is longer than anybody waits. */
export const POSITIVE: Kind<number> = {
  mustBe: `a number above 0 and at most ${MAX_LENGTH}, such as 10 or 0.5`,
  read: (text) => {
    const value = numberIn(text, 0, false);
    return value === undefined || value > MAX_LENGTH ? undefined : value;
  },
};
/** A whole number from 1. */
export const COUNT: Kind<number> = { mustBe: "a whole number from 1", read: (text) => numberIn(text, 0, true) };
/** A whole number from 0: every seed gives another run. */
export const SEED: Kind<number> = { mustBe: "a whole number from 0", read: (text) => numberIn(text, -1, true) };
/** Any text. */
export const TEXT: Kind<string> = { mustBe: "a text", read: (text) => text === "" ? undefined : text };

/** Some of the names, with commas between them. */
export function someOf(names: readonly string[]): Kind<readonly string[]> {
  return {
    mustBe: `some of ${names.join(",")}`,
    read: (text) => {
      const given = text.split(",").map((name) => name.trim());
      return given.every((name) => names.includes(name)) ? given : undefined;
    },
  };
}

/** The values that were given, by the option's name. */
export type Given<Kinds, Flag extends string> =
  & { readonly [Name in keyof Kinds]?: Kinds[Name] extends Kind<infer Value> ? Value : never }
  & { readonly [Name in Flag]: boolean };

/** Throws UsageError for the first option that is wrong. */
export function parseTaskOptions<Kinds extends Readonly<Record<string, Kind<unknown>>>, Flag extends string = never>(
  args: readonly string[],
  kinds: Kinds,
  flags: readonly Flag[] = [],
): Given<Kinds, Flag> {
  const texts = parsed(args, Object.keys(kinds), flags);
  const values: Record<string, unknown> = Object.fromEntries(flags.map((flag) => [flag, texts[flag] === true]));
  for (const [name, kind] of Object.entries(kinds)) {
    const text = texts[name];
    if (typeof text !== "string") continue;
    const value = kind.read(text);
    if (value === undefined) throw new UsageError(`--${name} is ${JSON.stringify(text)}: must be ${kind.mustBe}`);
    values[name] = value;
  }
  return values as Given<Kinds, Flag>;
}

/** The options of the task that is running. `usage` is printed for --help, which ends it, and below each mistake. */
export function taskOptions<Kinds extends Readonly<Record<string, Kind<unknown>>>, Flag extends string = never>(
  usage: string,
  kinds: Kinds,
  flags: readonly Flag[] = [],
): Given<Kinds, Flag> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
    console.log(usage);
    Deno.exit(0);
  }
  try {
    return parseTaskOptions(Deno.args, kinds, flags);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n${usage}`);
    Deno.exit(2);
  }
}

function parsed(args: readonly string[], names: readonly string[], flags: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    const { values, tokens } = parseArgs({
      args: [...args],
      tokens: true,
      options: Object.fromEntries([
        ...names.map((name) => [name, { type: "string" }] as const),
        ...flags.map((flag) => [flag, { type: "boolean" }] as const),
      ]),
    });
    const given = tokens.flatMap((token) => token.kind === "option" ? token.name : []);
    const twice = given.find((name, index) => given.indexOf(name) < index);
    if (twice !== undefined) throw new UsageError(`--${twice} is given twice: keep one of them`);
    return values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Behind its first sentence the parser tells how to write what no task takes.
    throw new UsageError(error.message.replace(/(\. |\n).*$/s, ""));
  }
}

function numberIn(text: string, above: number, whole: boolean): number | undefined {
  const value = /^[+-]?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
  return value > above && (!whole || Number.isSafeInteger(value)) ? value : undefined;
}

/** What a subcommand of the program is. */

/** One option, `--name`, or a word that stands without dashes. */
export type OptionSpec =
  | {
    readonly type: "word";
    /** What stands for it in the help, e.g. HOST[:PORT]. The words of a command are taken in the order of its options. */
    readonly value: string;
    readonly help: string;
  }
  | { readonly type: "flag"; readonly help: string }
  | {
    readonly type: "text";
    /** What stands for the value in the help, e.g. FILE. */
    readonly value: string;
    readonly help: string;
    /** The default in words, for the help. */
    readonly default?: string;
  }
  | {
    readonly type: "integer";
    readonly value: string;
    readonly min: number;
    readonly max: number;
    readonly default: number;
    readonly help: string;
  };

/** The options of a command by name, without the dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The parsed values of a command's options. */
export type OptionValues<Specs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends { readonly type: "flag" } ? boolean
    : Specs[Name] extends { readonly type: "integer" } ? number
    : string | undefined;
};

/** The world outside the program, as a command may use it. */
export interface CliIo {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly stdin: {
    /** The bytes of standard input; to be taken once. */
    readable(): ReadableStream<Uint8Array>;
    isTerminal(): boolean;
  };
  /** Writes a line to standard output. */
  write(line: string): void;
  /** Writes a line to standard error. */
  writeError(line: string): void;
}

/** What a command gets. */
export interface CliContext<Specs = OptionSpecs> extends CliIo {
  readonly args: OptionValues<Specs>;
}

/** One subcommand. Registered in `src/cli/mod.ts`; what it needs for its work it imports in `run`, so that the help stays fast. */
export interface CliCommand<Specs extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** One line for the overview, without a full stop. */
  readonly summary: string;
  /** What stands behind `meshbot name`, e.g. `[--config FILE]`. */
  readonly usage: string;
  /** What it does, in a few lines for its own help. */
  readonly description: string;
  readonly options: Specs;
  /** Exit codes and what they mean, beyond the common ones. */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** Complete command lines. */
  readonly examples: readonly string[];
  /** Further lines of the help, from modules that are imported for it alone. */
  moreHelp?(): Promise<readonly string[]>;
  /** Resolves to the exit code; a UsageError becomes exit code 2. */
  run(context: CliContext<Specs>): Promise<number>;
}

/** A command with its options' types; only the compiler needs this. */
export function defineCommand<const Specs extends OptionSpecs>(command: CliCommand<Specs>): CliCommand {
  return command as unknown as CliCommand;
}

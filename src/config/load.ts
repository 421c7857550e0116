/** From file and environment to a checked configuration, or to all the mistakes in them. */
import { dirname, isAbsolute, relative } from "node:path";
import { UsageError } from "../errors.ts";
import { findFile, LOCAL_FILE, readText, SYSTEM_FILE } from "./file.ts";
import { findInEnvironment, findInFile, type Findings, type FoundValue } from "./find_values.ts";
import { type Config, type ConfigOf, environmentName, type Key, KEYS, type Keys } from "./keys.ts";
import { checkValue, type ValueFault } from "./kinds.ts";
import { lastPart, sectionOf } from "./known_names.ts";
import { AFTER_THE_FILE, type Mistake, mistakeReport, showValue } from "./mistakes.ts";
import { readToml } from "./toml.ts";

/** Where to look. */
export interface LoadOptions {
  /** The file to read; without it `./meshbot.toml`, else `/etc/meshbot/meshbot.toml`, else none; null reads no file at all. */
  readonly file?: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Where the configuration came from. */
export interface ConfigSource {
  /** The absolute path of the file, if one was read. */
  readonly file: string | undefined;
  /** The names of the environment variables that were used. */
  readonly variables: readonly string[];
}

/** A configuration without mistakes. */
export interface Loaded<T> {
  readonly config: T;
  readonly source: ConfigSource;
}

/** Loads the configuration; throws UsageError with every mistake on a line of its own. */
export function loadConfig(options: LoadOptions): Loaded<Config> {
  return loadKeys(KEYS, options);
}

/** Where the bot of this configuration keeps its data, whatever mistakes there are beside it; undefined when that itself is one. */
export function findDataDir(options: LoadOptions): string | undefined {
  return gather(KEYS, options).values.get("data_dir")?.value as string | undefined;
}

/** The same as `loadConfig` for any table of keys. */
export function loadKeys<const Table extends Keys>(keys: Table, options: LoadOptions): Loaded<ConfigOf<Table>> {
  const { file, values, mistakes } = gather(keys, options);
  if (mistakes.length > 0) throw new UsageError(mistakeReport(mistakes));
  const variables = [...values].filter(([, { found }]) => found?.order === AFTER_THE_FILE).map(([name]) => environmentName(name));
  return { config: nest(keys, values) as ConfigOf<Table>, source: { file, variables } };
}

/** Every value that can be used, and every mistake. */
function gather(keys: Keys, options: LoadOptions): {
  readonly file: string | undefined;
  readonly values: ReadonlyMap<string, Checked>;
  readonly mistakes: readonly Mistake[];
} {
  const file = options.file === null ? undefined : findFile(options.file, options.cwd);
  const mistakes: Mistake[] = [];
  const attempted = new Set<string>();
  const found: FoundValue[] = [];
  const take = (findings: Findings) => {
    found.push(...findings.values);
    mistakes.push(...findings.mistakes);
    for (const key of findings.attempted) attempted.add(key);
  };

  if (file !== undefined) {
    const read = readText(file);
    if ("text" in read) {
      take(findInFile(keys, readToml(read.text), { folder: dirname(file), env: options.env, shownAs: shownPath(file, options.cwd) }));
    } else {
      mistakes.push({ order: 0, text: read.fault });
      // The file may have given them all.
      for (const key of Object.keys(keys)) attempted.add(key);
    }
  }
  take(findInEnvironment(keys, { folder: options.cwd, env: options.env }));

  const values = new Map<string, Checked>();
  for (const value of found) {
    attempted.add(value.key);
    const checked = checkFound(keys[value.key] as Key<unknown>, value, attempted, mistakes);
    // The environment comes after the file, and wins.
    if (checked !== undefined) values.set(value.key, checked);
  }
  for (const [name, key] of Object.entries(keys)) {
    if (values.has(name)) continue;
    const value = typeof key.default === "function" ? key.default(options.env) : key.default;
    if (value !== undefined) values.set(name, { value, found: undefined });
    else if (key.presence !== "optional" && !attempted.has(name)) mistakes.push(missing(name, key, file, options));
  }
  checkOrder(keys, values, mistakes);
  checkNeighbours(keys, values, attempted, mistakes);
  return { file, values, mistakes };
}

/** A checked value; `found` is undefined for a default. */
interface Checked {
  readonly value: unknown;
  readonly found: FoundValue | undefined;
}

function checkFound(
  key: Key<unknown>,
  found: FoundValue,
  attempted: ReadonlySet<string>,
  mistakes: Mistake[],
): Checked | undefined {
  const result = checkValue(key.kind, found.value);
  if ("value" in result) return { value: key.kind.finish?.(result.value, found.origin) ?? result.value, found };
  for (const fault of result.faults) {
    const brokenAlready = fault.what === "missing" && attempted.has([found.key, ...fault.path].join("."));
    if (!brokenAlready) mistakes.push(valueMistake(key, found, fault));
  }
  return undefined;
}

function valueMistake(key: Key<unknown>, found: FoundValue, fault: ValueFault): Mistake {
  const { order, label } = fault.path.length === 0 ? found : found.at(fault.path);
  return { order, text: `${label}${faultText(key, fault)}` };
}

function faultText(key: Key<unknown>, { what, value, expected }: ValueFault): string {
  switch (what) {
    case "missing":
      return ` is missing: must be ${expected}`;
    case "unknown":
      return ` is not a known key: ${expected}`;
    case "name":
      return `: the name must be ${expected}`;
    case "value":
      return ` is ${key.secret ? "not right (it is a secret and not shown)" : showValue(value)}: must be ${expected}`;
  }
}

function missing(name: string, key: Key<unknown>, file: string | undefined, options: LoadOptions): Mistake {
  const section = sectionOf(name);
  const line = `${lastPart(name)} = ${key.example}${section === "" ? "" : ` under [${section}]`}`;
  const variable = `set ${environmentName(name)}`;
  const text = file !== undefined
    ? `${shownPath(file, options.cwd)}: ${name} is missing: write ${line}, or ${variable}`
    : options.file === null
    ? `${name} is missing: ${variable}`
    : `${name} is missing, and there is no ./${LOCAL_FILE} and no ${SYSTEM_FILE}: ` +
      `start one with "meshbot config --example > ${LOCAL_FILE}" and write ${line} in it, or ${variable}`;
  return { order: AFTER_THE_FILE, text };
}

function checkOrder(keys: Keys, values: ReadonlyMap<string, Checked>, mistakes: Mistake[]): void {
  for (const [name, { above }] of Object.entries(keys)) {
    const upper = values.get(name);
    const lower = above === undefined ? undefined : values.get(above);
    if (upper === undefined || lower === undefined || (upper.value as number) > (lower.value as number)) continue;
    // Never two defaults: those are in order.
    const found = (upper.found ?? lower.found) as FoundValue;
    const upperText = `${name} is ${upper.value}${upper.found === undefined ? " (its default)" : ""}`;
    const lowerText = `${above}, which is ${lower.value}${lower.found === undefined ? " (its default)" : ""}`;
    mistakes.push({ order: found.order, text: `${found.place}, ${upperText}: must be greater than ${lowerText}` });
  }
}

/** What a value may not be beside those of other keys, and keys that make sense only together. */
function checkNeighbours(
  keys: Keys,
  values: ReadonlyMap<string, Checked>,
  attempted: ReadonlySet<string>,
  mistakes: Mistake[],
): void {
  for (const [name, key] of Object.entries(keys)) {
    const { value, found } = values.get(name) ?? {};
    if (found === undefined) continue;
    for (const fault of key.beside?.(value, (other) => values.get(other)?.value) ?? []) mistakes.push(valueMistake(key, found, fault));
    if (key.together !== undefined && !attempted.has(key.together)) {
      mistakes.push({ order: found.order, text: `${found.label} stands alone: write ${key.together} too, or neither` });
    }
  }
}

function nest(keys: Keys, values: ReadonlyMap<string, Checked>): unknown {
  const root: Record<string, unknown> = {};
  for (const name of Object.keys(keys)) {
    const parts = name.split(".");
    let table = root;
    for (const part of parts.slice(0, -1)) table = (table[part] ??= {}) as Record<string, unknown>;
    table[parts.at(-1) as string] = values.get(name)?.value;
  }
  return root;
}

/** The path as the operator would write it: relative when the file is in or below the working directory, which is / under systemd. */
function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return cwd === "/" || short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

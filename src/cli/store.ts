/** `meshbot store`. */
import { loadConfig } from "../config.ts";
import { describeError, UsageError } from "../errors.ts";
import { formatBytes, formatDay } from "./store_text.ts";
import { type CliContext, defineCommand } from "./command.ts";

const ACTIONS = ["info", "check", "backup", "export"] as const;

const OPTIONS = {
  action: { type: "word", value: "info|check|backup|export", help: "What to do" },
  target: { type: "word", value: "FILE|TABLE", help: "The file of a backup, or the table to export" },
  format: { type: "text", value: "csv|jsonl", help: "How rows are written", default: "csv" },
  config: { type: "text", value: "FILE", help: "Read this configuration", default: "./meshbot.toml, else /etc/meshbot/meshbot.toml" },
} as const;

type Context = CliContext<typeof OPTIONS>;

/** Looks at what the bot keeps; the bot may be running meanwhile. */
export const storeCommand = defineCommand({
  name: "store",
  summary: "Look at what the bot has kept, check it, copy it",
  usage: "info|check|backup|export [FILE|TABLE] [--format csv|jsonl] [--config FILE]",
  description: [
    "info tells how much is kept and since when. check looks through both files for damage. backup copies the history to a new file",
    "while the bot goes on. export writes a table to standard output; texts leave only where they were said to everybody and their",
    "sender allowed it (ok_to_mqtt), direct ones and what the bot answered never. A backup holds everything: keep it to yourself.",
  ].join("\n"),
  options: OPTIONS,
  exitCodes: { 0: "done, or no damage was found", 1: "damage was found, or a file cannot be used; the reason is on standard error" },
  examples: ["meshbot store info", "meshbot store backup meshbot-copy.db", "meshbot store export texts --format jsonl > texts.jsonl"],
  async moreHelp() {
    const { EXPORT_TABLES } = await import("../store/export.ts");
    return ["Tables:", `  ${EXPORT_TABLES.join(", ")}`];
  },
  async run(context: Context) {
    const { args, env, cwd } = context;
    const { action, target } = args;
    if (action === undefined || !(ACTIONS as readonly string[]).includes(action)) {
      throw new UsageError(`say what to do with the store: meshbot store ${ACTIONS.join(", or meshbot store ")}`);
    }
    if (target !== undefined && (action === "info" || action === "check")) throw new UsageError(`store ${action} takes nothing behind it`);
    const { config } = loadConfig({ ...(args.config === undefined ? {} : { file: args.config }), env, cwd });
    try {
      switch (action) {
        case "info":
          return await info(config.data_dir, context);
        case "check":
          return await check(config.data_dir, context);
        case "backup":
          return await backup(config.data_dir, context);
        default:
          return await exportTable(config.data_dir, context);
      }
    } catch (error) {
      if (error instanceof UsageError) throw error;
      context.writeError(`meshbot store: ${reason(error, config.data_dir)}`);
      return 1;
    }
  },
});

function reason(error: unknown, folder: string): string {
  if (!(error instanceof Deno.errors.NotFound)) return describeError(error);
  return `nothing is kept in ${folder}: is this the configuration that the bot runs with?`;
}

async function info(folder: string, { write }: Context): Promise<number> {
  const { historyInfo, journalInfo, storePaths } = await import("../store/inspect.ts");
  const history = historyInfo(folder);
  const journal = journalInfo(folder);
  const paths = storePaths(folder);
  write(`history  ${paths.history} (version ${history.schemaVersion})`);
  write(`  size         ${formatBytes(sizeOf(paths.history))} on disk, ${formatBytes(history.freeBytes)} of it free to be used again`);
  write(`  log          ${formatBytes(sizeOf(`${paths.history}-wal`))}`);
  write(`  packets      ${formatDay(history.oldestMs)} to ${formatDay(history.newestMs)}`);
  const width = Math.max(...Object.keys(history.tables).map((name) => name.length));
  for (const [table, rows] of Object.entries(history.tables)) write(`  ${table.padEnd(width)}  ${rows}`);
  write(`journal  ${paths.journal} (version ${journal.schemaVersion})`);
  write(`  size         ${formatBytes(sizeOf(paths.journal))}, log ${formatBytes(sizeOf(`${paths.journal}-wal`))}`);
  write(`  requests     ${journal.requests}, ${journal.openRequests} without an end`);
  write(`  answers      ${journal.openAnswers} without an end`);
  return 0;
}

async function check(folder: string, { write, writeError }: Context): Promise<number> {
  const { damagesOf, storePaths } = await import("../store/inspect.ts");
  let damaged = false;
  for (const [name, path] of Object.entries(storePaths(folder))) {
    const damages = damagesIn(damagesOf, path);
    if (damages.length === 0) write(`${name}  ${path}: ok`);
    for (const damage of damages) writeError(`meshbot store: ${path}: ${damage}`);
    damaged ||= damages.length > 0;
  }
  return damaged ? 1 : 0;
}

/** Damage so great that the file cannot even be looked through is damage too. */
function damagesIn(damagesOf: (path: string) => string[], path: string): string[] {
  try {
    return damagesOf(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw error;
    return [describeError(error)];
  }
}

async function backup(folder: string, { args, cwd, write }: Context): Promise<number> {
  const [{ backUp }, { resolve }] = await Promise.all([import("../store/inspect.ts"), import("node:path")]);
  if (args.target === undefined) throw new UsageError("say where to: meshbot store backup FILE");
  const target = resolve(cwd, args.target);
  try {
    backUp(folder, target);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw new UsageError(`${target} exists: a backup overwrites nothing`);
    throw error;
  }
  write(`${target}: ${formatBytes(sizeOf(target))}`);
  return 0;
}

async function exportTable(folder: string, { args, signal, write }: Context): Promise<number> {
  const [{ EXPORT_TABLES, exportLines, isExportTable }, { openToRead, storePaths }, { HISTORY_MIGRATIONS }, { nearest }] = await Promise
    .all([
      import("../store/export.ts"),
      import("../store/inspect.ts"),
      import("../store/schema.ts"),
      import("../nearest.ts"),
    ]);
  const { target = "", format = "csv" } = args;
  if (format !== "csv" && format !== "jsonl") throw new UsageError(`--format is ${JSON.stringify(format)}: must be csv or jsonl`);
  if (!isExportTable(target)) {
    const near = nearest(target, EXPORT_TABLES);
    const which = near === undefined ? `one of ${EXPORT_TABLES.join(", ")}` : `did you mean ${near}?`;
    throw new UsageError(target === "" ? `say which table: ${which}` : `there is no table ${JSON.stringify(target)} to export: ${which}`);
  }
  using db = openToRead(storePaths(folder).history, HISTORY_MIGRATIONS);
  for (const line of exportLines(db, target, format)) {
    if (signal.aborted) return 1;
    write(line);
  }
  return 0;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

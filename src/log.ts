/** The log: who may write it, how a line looks. The only place in src that writes to the console. */
import { configureSync, getJsonLinesFormatter, getLogger, type Logger, type LogRecord, resetSync, type Sink } from "@logtape/logtape";

/** The parts of the program that speak in the log; `grep` finds the life of the link under these names. */
export type LogCategory = "app" | "link" | "health" | "mesh" | "command" | "share" | "store" | `service.${string}`;

/** How lines look: for people, one JSON object a line, or with journald's priority in front. */
export type LogFormat = "text" | "json" | "journal";

/** Log set-up options. */
export interface LogOptions {
  readonly format: LogFormat;
  readonly debug: boolean;
  /** Where a finished line goes; the default is standard error, so that standard output stays a program's own. */
  readonly write?: (line: string) => void;
}

/** The logger of one part of the program: `log.info\`connected to ${host}\``. Silent until `startLog`. */
export function logger(category: LogCategory): Logger {
  return getLogger(["meshbot", ...category.split(".")]);
}

/** Starts the log of the process; a second call replaces the first, and no line between them is lost. */
export function startLog(options: LogOptions): void {
  // deno-lint-ignore no-console -- the one door to it
  const write = options.write ?? ((line: string) => console.error(line));
  configureSync({
    reset: true,
    sinks: { out: createSink(options.format, write) },
    loggers: [
      { category: "meshbot", lowestLevel: options.debug ? "debug" : "info", sinks: ["out"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["out"] },
    ],
  });
}

/** Ends the log and gives its resources back. */
export function stopLog(): void {
  resetSync();
}

// systemd's priorities (sd-daemon(3)): 7 debug, 6 info, 4 warning, 3 err, 2 crit.
const JOURNAL_PRIORITY: Record<LogRecord["level"], number> = { trace: 7, debug: 7, info: 6, warning: 4, error: 3, fatal: 2 };

function createSink(format: LogFormat, write: (line: string) => void): Sink {
  if (format === "json") {
    const formatter = getJsonLinesFormatter({ categorySeparator: "." });
    return (record) => write(formatter({ ...record, category: record.category.slice(1), message: record.message.map(asJson) }).trimEnd());
  }
  return (record) => {
    const body = `${record.category.slice(1).join(".")}: ${messageText(record)}`;
    if (format === "journal") return write(body.split("\n").map((line) => `<${JOURNAL_PRIORITY[record.level]}>${line}`).join("\n"));
    write(`${new Date(record.timestamp).toISOString()} ${record.level.toUpperCase().padEnd(7)} ${body}`);
  };
}

/** An error has nothing that JSON would show: without this its line would say {}. */
function asJson(part: unknown): unknown {
  return part instanceof Error ? part.stack ?? part.message : part;
}

function messageText(record: LogRecord): string {
  return record.message.map((part, index) => index % 2 === 0 ? String(part) : printable(part)).join("");
}

/** Values come from the mesh and the network: a control character in one must not forge a line or move a terminal. */
function printable(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  const text = typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The bot's log holds no fault of the program: no line that is not of the log, no stack, no error that nothing explains. */
import type { Standing } from "./invariant.ts";

/** An error that is right to be logged while something is wrong. */
export interface ExpectedError {
  readonly text: RegExp;
  /** Only after this fault. */
  readonly after: string;
}

/** What the bot rightly calls an error when these things happen to it. */
export const EXPECTED_ERRORS: readonly ExpectedError[] = [
  { after: "diskFull", text: /journal cannot be written|history|database|disk|cannot (?:be )?(?:write|written|save|saved|keep|kept)/ },
];

const LAST_LINES = 25;
const LEVELS: ReadonlySet<string> = new Set(["DEBUG", "INFO", "WARNING", "WARN"]);
const STACK = /\n\s+at |fault of the program|could not handle|a fault in|Uncaught|unhandled/i;

/** Reads the log line by line (format "json"). */
export class LogLines {
  readonly #broken: string[] = [];
  readonly #happened = new Set<string>();
  readonly #last: string[] = [];
  #lines = 0;
  #expected = 0;

  /** The newest lines, for whoever looks for a fault. */
  get last(): readonly string[] {
    return this.#last;
  }

  /** From now on this fault explains errors. */
  happened(fault: string): void {
    this.#happened.add(fault);
  }

  /** It explains no more: what was broken by it is mended. */
  over(fault: string): void {
    this.#happened.delete(fault);
  }

  line(text: string): void {
    if (text.trim() === "") return;
    this.#lines += 1;
    this.#last.push(text.slice(0, 300));
    if (this.#last.length > LAST_LINES) this.#last.shift();
    const record = recordIn(text);
    if (record === undefined) return void this.#broken.push(`no line of the log: ${text.slice(0, 500)}`);
    if (STACK.test(record.message)) return void this.#broken.push(`${record.level} ${record.message.slice(0, 1500)}`);
    if (LEVELS.has(record.level)) return;
    if (EXPECTED_ERRORS.some(({ after, text }) => this.#happened.has(after) && text.test(record.message))) this.#expected += 1;
    else this.#broken.push(`${record.level} ${record.message.slice(0, 500)}`);
  }

  /** The process ended though nobody had asked it to, or not as it should. */
  ended(story: string): void {
    this.#broken.push(story);
  }

  standing(): Standing {
    return {
      name: "no unhandled error",
      seen: `${this.#lines} lines of log, ${this.#expected} errors that a full disk explains`,
      broken: this.#lines === 0 ? ["the bot has logged nothing"] : this.#broken,
    };
  }
}

function recordIn(text: string): { readonly level: string; readonly message: string } | undefined {
  try {
    const { level, message } = JSON.parse(text) as { level?: unknown; message?: unknown };
    return typeof level === "string" && typeof message === "string" ? { level, message } : undefined;
  } catch {
    return undefined;
  }
}

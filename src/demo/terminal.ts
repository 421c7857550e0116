/** The demo in a terminal: a prompt that stays below what comes in. */
import { createInterface } from "node:readline";
import process from "node:process";
import type { Speaker } from "./script.ts";

/** What the prompt needs. */
export interface TerminalOptions {
  readonly speaker: Speaker;
  /** The bot's last log lines. */
  readonly log: () => readonly string[];
  readonly signal: AbortSignal;
}

/** A prompt that is running. */
export interface Terminal {
  /** Prints a line above the prompt, leaving what is being typed as it is. */
  print(line: string): void;
  /** Resolves when the person leaves. */
  readonly left: Promise<void>;
}

/** What one can type besides messages. */
export const TERMINAL_HELP =
  "Type a message to the bot, for example /help. #text goes to the channel. :log shows the bot's log, :quit ends.";

/** Starts the prompt; it ends by `:quit`, Ctrl+C, Ctrl+D or the signal. */
export function startTerminal(options: TerminalOptions): Terminal {
  const { speaker } = options;
  const left = Promise.withResolvers<void>();
  const prompt = createInterface({ input: process.stdin, output: process.stdout, prompt: "> " });
  const print = (line: string) => {
    process.stdout.write(`\r\x1b[K${printable(line)}\n`);
    prompt.prompt(true);
  };
  prompt.on("line", (typed: string) => {
    const line = typed.trim();
    if (line === ":quit") return prompt.close();
    if (line === ":log") { for (const entry of options.log()) print(entry); }
    else if (line.startsWith(":")) print(TERMINAL_HELP);
    else if (line.startsWith("#")) speaker.sendChannel(line.slice(1));
    else if (line !== "") speaker.sendDirect(line);
    prompt.prompt();
  });
  prompt.on("SIGINT", () => prompt.close());
  prompt.on("close", () => left.resolve());
  options.signal.addEventListener("abort", () => prompt.close(), { once: true });
  if (options.signal.aborted) prompt.close();
  else prompt.prompt();
  return { print, left: left.promise };
}

/** Texts come from a mesh, here a virtual one: nothing in them may move the terminal. */
function printable(line: string): string {
  return line.replace(/[^\P{Cc}\n]/gu, "�");
}

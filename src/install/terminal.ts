/** A person at a terminal, who answers line by line. */
import type { Person } from "./questions.ts";

/** What a terminal is. */
export interface TerminalOptions {
  readonly input: ReadableStream<Uint8Array>;
  readonly write: (line: string) => void;
  /** Ends the waiting for an answer: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** The person; its end gives the input back. */
export function createTerminal({ input, write, signal }: TerminalOptions): Person & AsyncDisposable {
  const reader = input.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let ended = false;
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {});
  return {
    say: write,
    async ask(question) {
      write(question);
      for (;;) {
        const end = rest.indexOf("\n");
        if (end >= 0 || ended) {
          const line = end < 0 ? rest : rest.slice(0, end);
          if (end < 0 && line === "") return undefined;
          rest = end < 0 ? "" : rest.slice(end + 1);
          return line.trim();
        }
        const { done, value } = await Promise.race([reader.read(), stopped]);
        if (done) ended = true;
        else rest += decoder.decode(value, { stream: true });
      }
    },
    async [Symbol.asyncDispose]() {
      await reader.cancel().catch(() => {});
    },
  };
}

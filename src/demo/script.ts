/** The demo without a terminal: each line is one message, sent when the answer to the one before is complete. */
import type { Answers } from "./answers.ts";
import { readLines } from "./lines.ts";

/** A person on the mesh, as the script moves them. */
export interface Speaker {
  /** Sends a direct message to the bot; returns the packet's id, undefined when no radio would send it. */
  sendDirect(text: string): number | undefined;
  /** Sends a text to the primary channel; returns the packet's id, undefined when no radio would send it. */
  sendChannel(text: string): number | undefined;
}

/** Plays the lines to their end. A line `#text` goes to the channel; an empty line is no message. */
export async function playScript(options: {
  readonly stdin: ReadableStream<Uint8Array>;
  readonly speaker: Speaker;
  readonly answers: Answers;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { speaker, answers, signal } = options;
  for await (const line of readLines(options.stdin)) {
    if (signal.aborted) return;
    if (line === "") continue;
    const onChannel = line.startsWith("#");
    const id = onChannel ? speaker.sendChannel(line.slice(1)) : speaker.sendDirect(line);
    if (id === undefined) continue;
    await Promise.race([answers.complete(id, { onChannel }), aborted(signal)]);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

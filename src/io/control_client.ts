/** Asks the running bot over its control socket. */
import type { Clock } from "../clock.ts";
import { TimeLimitError } from "../errors.ts";
import { connectLines, type LineConnection } from "./control_socket.ts";

// A bot that takes leave of its node needs half a second for it, a busy Pi some more.
const ANSWER_LIMIT_MS = 10_000;

/** Where and how to ask. */
export interface AskOptions {
  /** The path of the socket. */
  readonly path: string;
  readonly clock: Clock;
  /** Ends the waiting for an answer; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** The bot does not do what it was asked; the message is its reason. */
export class BotRefusedError extends Error {
  override readonly name = "BotRefusedError";
}

/** The node's connection, left to us by the bot. Closing it calls the bot back. */
export interface Leave {
  /** Settles when the bot is back before it was called: its time is over, or it has ended. */
  readonly over: Promise<void>;
  close(): void;
}

/** How the bot stands. Throws what the system says when it cannot be asked, BotRefusedError when it does not tell. */
export async function askStatus(options: AskOptions): Promise<Readonly<Record<string, unknown>>> {
  const connection = await connectLines(options.path);
  try {
    const { status } = await ask(connection, { request: "status" }, options);
    if (typeof status !== "object" || status === null) throw new BotRefusedError("the bot's answer has no status in it");
    return status as Readonly<Record<string, unknown>>;
  } finally {
    connection.close();
  }
}

/** Asks the bot to leave its node to us for so long (at most an hour); resolves when the connection is free. */
export async function askToStepAside(options: AskOptions & { readonly seconds: number }): Promise<Leave> {
  const connection = await connectLines(options.path);
  try {
    await ask(connection, { request: "step-aside", seconds: options.seconds }, options);
  } catch (error) {
    connection.close();
    throw error;
  }
  const over = untilClosed(connection);
  return { over, close: () => connection.close() };
}

async function ask(
  connection: LineConnection,
  question: object,
  { clock, signal }: AskOptions,
): Promise<Readonly<Record<string, unknown>>> {
  let late = false;
  const limit = clock.after(ANSWER_LIMIT_MS, () => {
    late = true;
    connection.close();
  });
  const close = () => connection.close();
  signal?.addEventListener("abort", close, { once: true });
  try {
    signal?.throwIfAborted();
    await connection.writeLine(JSON.stringify(question));
    const line = await connection.readLine();
    if (line === undefined) throw new BotRefusedError("the bot closed the connection without an answer");
    return understand(line);
  } catch (error) {
    signal?.throwIfAborted();
    if (late) throw new TimeLimitError(`the bot did not answer within ${ANSWER_LIMIT_MS / 1000} s`);
    throw error;
  } finally {
    signal?.removeEventListener("abort", close);
    limit.cancel();
  }
}

function understand(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BotRefusedError("the bot's answer cannot be understood");
  }
  const { ok, error } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (ok !== true) throw new BotRefusedError(typeof error === "string" ? error : "the bot's answer cannot be understood");
  return value as Readonly<Record<string, unknown>>;
}

async function untilClosed(connection: LineConnection): Promise<void> {
  try {
    while (await connection.readLine() !== undefined);
  } catch {
    // Closed by us, or broken: over it is.
  }
  connection.close();
}

/**
 * What the running bot does for other programs on this machine. One JSON line asks and one answers:
 * `{"request":"status"}` → `{"ok":true,"status":{…}}`;
 * `{"request":"step-aside","seconds":600}` → `{"ok":true}` as soon as the node's connection is free. The bot comes back when the time is
 * over or the asker's connection closes, whichever is first. What cannot be done is answered by `{"ok":false,"error":"…"}`.
 */
import type { Clock, Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";
import { type LineConnection, type LineListener, listenLines } from "./control_socket.ts";

const log = logger("app");

/** The longest time for which the bot leaves its node to another, seconds. */
export const MAX_ASIDE_S = 3600;

// Whoever connects has a question ready; one that says nothing must not keep a place.
const QUESTION_LIMIT_MS = 5000;
const MAX_CONNECTIONS = 16;

/** What the bot can do for an asker. */
export interface ControlHandlers {
  /** How the bot and its link stand; at most 4 KiB as JSON. */
  status(): object;
  /** Gives the node's connection up and dials no more; resolves when it is free. `ms`: for how long at most, to be told in the log. */
  stepAside(ms: number): Promise<void>;
  /** Takes the connection up again; called once after each `stepAside` that resolved. */
  comeBack(): void | Promise<void>;
}

/** What the server needs. */
export interface ControlServerOptions {
  /** The path of the socket. */
  readonly path: string;
  readonly clock: Clock;
  readonly handlers: ControlHandlers;
}

/** The server while it runs. Disposing of it closes all connections; it does not call `comeBack`, because the bot is stopping. */
export interface ControlServer extends AsyncDisposable {
  /** True while another program has the node's connection. */
  readonly isAside: boolean;
}

/** Listens for questions; throws what the system says when the socket cannot be made (a path over 100 bytes, no right to write). */
export function startControlServer(options: ControlServerOptions): ControlServer {
  return new Server(options, listenLines(options.path));
}

class Server implements ControlServer {
  readonly #options: ControlServerOptions;
  readonly #listener: LineListener;
  readonly #connections = new Set<LineConnection>();
  readonly #conversations = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #stopping = false;
  #aside = false;

  constructor(options: ControlServerOptions, listener: LineListener) {
    this.#options = options;
    this.#listener = listener;
    this.#accepting = this.#accept();
  }

  get isAside(): boolean {
    return this.#aside;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await this.#accepting;
    await Promise.all(this.#conversations);
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener.accept()) {
        if (this.#connections.size >= MAX_CONNECTIONS) {
          connection.close();
          continue;
        }
        this.#connections.add(connection);
        const conversation = this.#converse(connection).finally(() => {
          this.#connections.delete(connection);
          this.#conversations.delete(conversation);
          connection.close();
        });
        this.#conversations.add(conversation);
      }
    } catch (error) {
      log.error`the control socket is closed: ${describeError(error)}`;
    }
  }

  async #converse(connection: LineConnection): Promise<void> {
    const limit = this.#options.clock.after(QUESTION_LIMIT_MS, () => connection.close());
    try {
      const line = await connection.readLine();
      limit.cancel();
      if (line === undefined) return;
      const question = parseQuestion(line);
      if ("error" in question) return await answer(connection, { ok: false, error: question.error });
      if (question.request === "status") return await answer(connection, { ok: true, status: this.#options.handlers.status() });
      await this.#leaveTo(connection, question.seconds);
    } catch (error) {
      // The asker has gone, or its line was too long: it is the one to know.
      log.debug`a question at the control socket came to nothing: ${describeError(error)}`;
      if (error instanceof RangeError) await answer(connection, { ok: false, error: error.message }).catch(() => {});
    } finally {
      limit.cancel();
    }
  }

  async #leaveTo(connection: LineConnection, seconds: number): Promise<void> {
    const { handlers, clock } = this.#options;
    if (this.#aside) return await answer(connection, { ok: false, error: "another program has the node's connection already" });
    this.#aside = true;
    let gone = false;
    let timer: Timer | undefined;
    try {
      try {
        await handlers.stepAside(seconds * 1000);
      } catch (error) {
        return await answer(connection, { ok: false, error: `the bot cannot step aside: ${describeError(error)}` });
      }
      gone = true;
      log.warn`the node's connection is left to another program, for ${seconds} s at most`;
      // At the end of the time the closed connection tells the asker too.
      timer = clock.after(seconds * 1000, () => connection.close());
      await answer(connection, { ok: true });
      while (await connection.readLine() !== undefined);
    } finally {
      timer?.cancel();
      this.#aside = false;
      if (gone && !this.#stopping) await this.#comeBack();
    }
  }

  async #comeBack(): Promise<void> {
    log.info`taking the node's connection up again`;
    try {
      await this.#options.handlers.comeBack();
    } catch (error) {
      log.error`cannot take the node's connection up again: ${error}`;
    }
  }
}

type Question =
  | { readonly request: "status" }
  | { readonly request: "step-aside"; readonly seconds: number }
  | { readonly error: string };

/** What a line asks; whatever it is, the result is a question or the reason why it is none. */
export function parseQuestion(line: string): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { error: "the question must be one line of JSON" };
  }
  const { request, seconds } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (request === "status") return { request };
  if (request !== "step-aside") return { error: 'the request must be "status" or "step-aside"' };
  if (typeof seconds === "number" && seconds > 0 && seconds <= MAX_ASIDE_S) return { request, seconds };
  return { error: `seconds must be a number above 0 and up to ${MAX_ASIDE_S}` };
}

async function answer(connection: LineConnection, value: object): Promise<void> {
  await connection.writeLine(JSON.stringify(value));
}

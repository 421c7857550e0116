/** From a text to an answer: guards, the command's word, its handler with a deadline. The packet loop never waits here. */
import type { Clock } from "../clock.ts";
import type { BotContext, CommandContext } from "../context.ts";
import { describeError, isExpectedNetworkError, TimeLimitError } from "../errors.ts";
import { logger } from "../log.ts";
import type { TextMessage } from "../mesh/packet.ts";
import { nearest } from "../nearest.ts";
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import { type Command, parseCommand, type Reply } from "./command.ts";
import { firstRefusal, type Guard } from "./guards.ts";

const log = logger("command");

const PREFIX = "/";
const DEFAULT_DEADLINE_MS = 10_000;
const MAX_RUNNING = 32;
const MAX_WAITING = 200;
const LOGGED_TEXT_CHARS = 60;

/** What leaves the router: one text for the asker or a channel. */
export interface RoutedAnswer {
  readonly request: TextMessage;
  readonly to: "asker" | number;
  readonly text: string;
  readonly label: string;
}

/** What the router needs. */
export interface RouterOptions {
  readonly clock: Clock;
  readonly commands: readonly Command[];
  readonly context: BotContext;
  /** Asked in order, before the text is read. */
  readonly guards: readonly Guard[];
  /** Asked once it is clear that there is something to answer. */
  readonly limit: Guard;
  /** True when a command heard on this channel is answered there, not by a direct message. */
  readonly answersIn: (channel: number) => boolean;
  readonly answer: (answer: RoutedAnswer) => void;
  /** The handling of a request is over; every answer to it has been given to `answer` by then. */
  readonly onHandled?: (request: TextMessage) => void;
}

/** Finds the command of a text and runs it. */
export class Router {
  readonly #options: RouterOptions;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#commands = indexCommands(options.commands);
  }

  /** Takes a text; returns at once. */
  handle(message: TextMessage): void {
    const refusal = firstRefusal(this.#options.guards, message);
    if (refusal !== undefined) return this.#ignore(message, refusal.reason);
    const parsed = parseCommand(message.text, PREFIX);
    if (parsed === undefined) return this.#ignore(message, "it is not a command");
    const onChannel = message.to === BROADCAST_NUM;
    const command = this.#commands.get(parsed.word);
    if (onChannel && command?.scope !== "channel") return this.#ignore(message, "it is no command for a channel");
    const limited = this.#options.limit(message);
    if (limited !== undefined) {
      if (limited.say !== undefined) this.#answer(message, limited.say, "refusal");
      return this.#ignore(message, limited.reason);
    }
    if (command === undefined) {
      const similar = nearest(parsed.word, [...this.#commands.keys()]);
      this.#answer(message, this.#options.context.say.router.unknown(similar), "unknown command");
      return this.#options.onHandled?.(message);
    }
    log.info`${PREFIX}${parsed.word} ${parsed.args.slice(0, LOGGED_TEXT_CHARS)} from ${this.#nameOf(message)}${
      onChannel ? ` on channel ${message.channel}` : ""
    }`;
    this.#start(() => this.#run(command, parsed.args, message, onChannel));
  }

  /** Aborts the handlers that run and waits for them. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#stop.abort(new DOMException("The bot is stopping", "AbortError"));
    await Promise.all(this.#running);
  }

  #start(task: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return;
    if (this.#running.size >= MAX_RUNNING) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(() => this.#start(task));
      else log.warn`a command is dropped: ${MAX_WAITING} are waiting already`;
      return;
    }
    const running = task().finally(() => {
      this.#running.delete(running);
      this.#waiting.shift()?.();
    });
    this.#running.add(running);
  }

  async #run(command: Command, args: string, message: TextMessage, onChannel: boolean): Promise<void> {
    const { clock, context } = this.#options;
    const deadlineMs = command.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const deadline = new AbortController();
    const timer = clock.after(
      deadlineMs,
      () => deadline.abort(new TimeLimitError(`/${command.name} took longer than ${deadlineMs / 1000} s`)),
    );
    const signal = AbortSignal.any([deadline.signal, this.#stop.signal]);
    const commandContext: CommandContext = { ...context, message, args, onChannel, fromNode: context.nodes.get(message.from), signal };
    try {
      // A handler that ignores its signal must not hold the answer back: what it says later is not heard.
      const reply = await Promise.race([Promise.resolve().then(() => command.run(commandContext)), rejection(signal)]);
      this.#reply(command, message, reply);
    } catch (error) {
      this.#failed(command, message, error);
    } finally {
      timer.cancel();
      this.#options.onHandled?.(message);
    }
  }

  #reply(command: Command, message: TextMessage, reply: Reply): void {
    if (reply === undefined) return;
    const label = `answer to /${command.name}`;
    if (typeof reply === "string") this.#answer(message, reply, label);
    else this.#options.answer({ request: message, to: reply.channel, text: reply.text, label });
  }

  #failed(command: Command, message: TextMessage, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const { say } = this.#options.context;
    if (isExpectedNetworkError(error)) log.warn`/${command.name} for ${this.#nameOf(message)}: ${describeError(error)}`;
    else log.error`/${command.name} for ${this.#nameOf(message)} failed: ${error}`;
    this.#answer(
      message,
      error instanceof TimeLimitError ? say.router.tooSlow(command.name) : say.router.failed(command.name),
      `apology for /${command.name}`,
    );
  }

  #answer(request: TextMessage, text: string, label: string): void {
    const inChannel = request.to === BROADCAST_NUM && this.#options.answersIn(request.channel);
    this.#options.answer({ request, to: inChannel ? request.channel : "asker", text, label });
  }

  #ignore(message: TextMessage, reason: string): void {
    log.debug`text from ${this.#nameOf(message)} not answered: ${reason}`;
    this.#options.onHandled?.(message);
  }

  #nameOf(message: TextMessage): string {
    return `${this.#options.context.nodes.nameOf(message.from)} (${formatNodeId(message.from)})`;
  }
}

/** Every word that leads to a command; throws when two commands share one, with both names. */
export function indexCommands(commands: readonly Command[]): Map<string, Command> {
  const index = new Map<string, Command>();
  for (const command of commands) {
    for (const word of [command.name, ...command.aliases ?? []]) {
      const other = index.get(word);
      if (other !== undefined) {
        throw new Error(`Cannot register /${word} for the command ${command.name}: ${other.name} has that word already`);
      }
      index.set(word, command);
    }
  }
  return index;
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

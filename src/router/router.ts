/** From a text to an answer: guards, the command's word, its handler with a deadline. The packet loop never waits here. */
import type { Clock } from "../clock.ts";
import type { BotContext, CommandContext } from "../context.ts";
import { describeError, isExpectedNetworkError, TimeLimitError } from "../errors.ts";
import { logger } from "../log.ts";
import type { TextMessage } from "../mesh/packet.ts";
import { nearest } from "../nearest.ts";
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import { type Command, parseCommand, type ParsedCommand, type Reply } from "./command.ts";
import { indexCommands } from "./command_index.ts";
import { firstRefusal, type Guard } from "./guards.ts";
import type { RequestEnd, RequestJournal } from "./request_journal.ts";

const log = logger("command");

const DEFAULT_PREFIX = "/";
// Whole messages that people send to find out whether somebody is there; the only ones that need no prefix.
const BARE_WORDS = new Set(["help", "aide", "?", "ping", "test"]);
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
  /** What a command begins with; `/` by default. */
  readonly prefix?: string;
  /** Names of commands that are switched off. */
  readonly disabled?: readonly string[];
  /** The operator's own words for commands. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly context: BotContext;
  /** The operator's answer to a whole direct message; asked where no command is known. */
  readonly fixedAnswer?: (text: string) => string | undefined;
  /** Whether the sender has proved to be an admin; asked for direct messages that are commands. */
  readonly isAdmin?: (message: TextMessage) => boolean;
  /** Asked in order, before the text is read. */
  readonly guards: readonly Guard[];
  /** Asked once it is clear that there is something to answer. */
  readonly limit: Guard;
  /** True when a command heard on this channel is answered there, not by a direct message. */
  readonly answersIn: (channel: number) => boolean;
  readonly answer: (answer: RoutedAnswer) => void;
  /** Notes each request before it is run, and knows those that came before. */
  readonly journal: RequestJournal;
  /** The handling of a request is over; every answer to it has been given to `answer` by then. */
  readonly onHandled?: (request: TextMessage) => void;
}

/** A text that will be answered. */
interface ReadRequest {
  readonly onChannel: boolean;
  readonly parsed: ParsedCommand | undefined;
  /** Undefined: a fixed answer, or a command that nobody knows. */
  readonly command: Command | undefined;
  readonly fixed: string | undefined;
  readonly admin: boolean;
}

/** Finds the command of a text and runs it. */
export class Router {
  readonly #options: RouterOptions;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #switchedOff: ReadonlySet<string>;
  readonly #prefix: string;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#commands = indexCommands(options.commands, options);
    const words = [...indexCommands(options.commands, { aliases: options.aliases ?? {} }).keys()];
    this.#switchedOff = new Set(words.filter((word) => !this.#commands.has(word)));
    this.#prefix = options.prefix ?? DEFAULT_PREFIX;
  }

  /** Takes a text and the MeshPacket that it came in; returns at once. What is to be answered is noted before anything is done. */
  handle(message: TextMessage, raw: Uint8Array): void {
    const refusal = firstRefusal(this.#options.guards, message);
    if (refusal !== undefined) return this.#ignore(message, refusal.reason);
    const request = this.#read(message);
    if ("ignored" in request) return this.#ignore(message, request.ignored);
    // A packet without an id cannot be told from its double.
    if (message.id !== 0 && this.#options.journal.received({ ...message, raw }) === "known") {
      return this.#ignore(message, "it was answered before");
    }
    const limited = this.#options.limit(message);
    if (limited !== undefined) {
      if (limited.say !== undefined) this.#answer(message, limited.say, "refusal");
      else this.#end(message, "refused");
      return this.#ignore(message, limited.reason);
    }
    this.#serve(message, request);
  }

  /** Takes up a request that an earlier run of the program noted and did not end. */
  resume(message: TextMessage): void {
    const request = this.#read(message);
    if (!("ignored" in request)) return this.#serve(message, request);
    this.#end(message, "ignored");
    this.#ignore(message, request.ignored);
  }

  /**
   * What a command of our own says, such as a scheduled one; undefined when it says nothing or fails. It is no admin's. `aloud`: for
   * somebody who waits for the answer, who may leave the prefix out and is told what went wrong.
   */
  async ask(message: TextMessage, manner: "quietly" | "aloud" = "quietly"): Promise<string | undefined> {
    const { say } = this.#options.context;
    const aloud = manner === "aloud";
    const parsed = parseCommand(message.text, this.#prefix) ?? (aloud ? parseCommand(message.text, "") : undefined);
    const command = parsed === undefined ? undefined : this.#commands.get(parsed.word);
    if (parsed === undefined || command === undefined || command.admin === true) {
      if (aloud) return say.router.unknown(nearest(parsed?.word ?? "", [...this.#commands.keys()]), this.#prefix);
      log.error`there is no command ${message.text} to run by itself`;
      return undefined;
    }
    try {
      const reply = await this.#withDeadline(command, parsed.args, message, { onChannel: false, admin: false });
      return typeof reply === "string" ? reply : undefined;
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      log.warn`${message.text}: ${describeError(error)}`;
      return aloud ? say.router.failed(command.name, this.#prefix) : undefined;
    }
  }

  /** Whether a text asks for something that is answered; nothing is noted or counted. */
  isRequest(message: TextMessage): boolean {
    return firstRefusal(this.#options.guards, message) === undefined && !("ignored" in this.#read(message));
  }

  /** What a text asks for, or why it is not answered. */
  #read(message: TextMessage): ReadRequest | { readonly ignored: string } {
    const onChannel = message.to === BROADCAST_NUM;
    const parsed = this.#parse(message.text, onChannel);
    const command = parsed === undefined ? undefined : this.#commands.get(parsed.word);
    const fixed = onChannel || command !== undefined ? undefined : this.#options.fixedAnswer?.(message.text);
    if (parsed === undefined && fixed === undefined) return { ignored: "it is not a command" };
    // Another bot may answer a word that is switched off here: that it is not known would be one answer too many.
    if (parsed !== undefined && command === undefined && this.#switchedOff.has(parsed.word)) return { ignored: "the command is off" };
    if (onChannel && command?.scope !== "channel") return { ignored: "it is no command for a channel" };
    const admin = !onChannel && (this.#options.isAdmin?.(message) ?? false);
    const unwanted = this.#unwanted(message, command, admin);
    return unwanted === undefined ? { onChannel, parsed, command, fixed, admin } : { ignored: unwanted };
  }

  #serve(message: TextMessage, { onChannel, parsed, command, fixed, admin }: ReadRequest): void {
    if (fixed !== undefined) {
      this.#answer(message, fixed, "fixed answer");
      return this.#options.onHandled?.(message);
    }
    if (command === undefined || parsed === undefined) {
      const words = [...this.#commands].filter(([, { admin: forAdmins }]) => admin || forAdmins !== true).map(([word]) => word);
      const similar = nearest(parsed?.word ?? "", words);
      this.#answer(message, this.#options.context.say.router.unknown(similar, this.#prefix), "unknown command");
      return this.#options.onHandled?.(message);
    }
    log.info`/${parsed.word} ${parsed.args.slice(0, LOGGED_TEXT_CHARS)} from ${this.#nameOf(message)}${
      onChannel ? ` on channel ${message.channel}` : ""
    }`;
    this.#start(message, () => this.#run(command, parsed.args, message, onChannel, admin));
  }

  /** Why somebody gets no answer whatever they ask; undefined when they do. */
  #unwanted(message: TextMessage, command: Command | undefined, admin: boolean): string | undefined {
    const { budget, people } = this.#options.context;
    if (people.isStopped(message.from) && command?.name !== "start") return "the sender has said /stop";
    if (admin) return undefined;
    if (people.isBanned(message.from)) return "the sender is banned";
    if (people.mutedUntilWallMs() !== undefined) return "the bot is mute";
    if (budget.rule().rule === "admins") return "the channel is full: only admins are answered";
    return undefined;
  }

  /** Aborts the handlers that run and waits for them. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#stop.abort(new DOMException("The bot is stopping", "AbortError"));
    await Promise.all(this.#running);
  }

  #parse(text: string, onChannel: boolean): ParsedCommand | undefined {
    const parsed = parseCommand(text, this.#prefix);
    if (parsed !== undefined || onChannel) return parsed;
    const word = text.trim().toLowerCase();
    return BARE_WORDS.has(word) && this.#commands.has(word) ? { word, args: "" } : undefined;
  }

  #start(message: TextMessage, task: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return;
    if (this.#running.size >= MAX_RUNNING) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(() => this.#start(message, task));
      else {
        log.warn`a command is dropped: ${MAX_WAITING} are waiting already`;
        this.#end(message, "failed");
      }
      return;
    }
    const running = task().finally(() => {
      this.#running.delete(running);
      this.#waiting.shift()?.();
    });
    this.#running.add(running);
  }

  async #run(command: Command, args: string, message: TextMessage, onChannel: boolean, admin: boolean): Promise<void> {
    try {
      this.#reply(command, message, await this.#withDeadline(command, args, message, { onChannel, admin }));
    } catch (error) {
      this.#failed(command, message, error);
    } finally {
      this.#options.onHandled?.(message);
    }
  }

  /** What the handler says; rejects with the signal's reason at the command's deadline and when the program stops. */
  async #withDeadline(
    command: Command,
    args: string,
    message: TextMessage,
    asked: Pick<CommandContext, "onChannel" | "admin">,
  ): Promise<Reply> {
    const { clock, context } = this.#options;
    const deadlineMs = command.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const ending = new AbortController();
    const { signal } = ending;
    const timer = clock.after(
      deadlineMs,
      () => ending.abort(new TimeLimitError(`/${command.name} took longer than ${deadlineMs / 1000} s`)),
    );
    // By AbortSignal.any the signal of the router would hold on to that of every command that ever ran.
    const stopping = this.#stop.signal;
    const onStop = () => ending.abort(stopping.reason);
    if (stopping.aborted) onStop();
    stopping.addEventListener("abort", onStop, { once: true });
    const commandContext: CommandContext = { ...context, ...asked, message, args, fromNode: context.nodes.get(message.from), signal };
    try {
      // A handler that ignores its signal must not hold the answer back: what it says later is not heard.
      return await Promise.race([Promise.resolve().then(() => command.run(commandContext)), rejection(signal)]);
    } finally {
      timer.cancel();
      stopping.removeEventListener("abort", onStop);
    }
  }

  #reply(command: Command, message: TextMessage, reply: Reply): void {
    // An answer that took its time may find that the asker wants none any more.
    const unwanted = this.#options.context.people.isStopped(message.from) && command.name !== "stop";
    if (reply === undefined || unwanted) return this.#end(message, "ignored");
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
      error instanceof TimeLimitError ? say.router.tooSlow(command.name, this.#prefix) : say.router.failed(command.name, this.#prefix),
      `apology for /${command.name}`,
    );
  }

  #answer(request: TextMessage, text: string, label: string): void {
    const inChannel = request.to === BROADCAST_NUM && this.#options.answersIn(request.channel);
    this.#options.answer({ request, to: inChannel ? request.channel : "asker", text, label });
  }

  #end(message: TextMessage, how: RequestEnd): void {
    if (message.id !== 0) this.#options.journal.ended(message, how);
  }

  #ignore(message: TextMessage, reason: string): void {
    log.debug`text from ${this.#nameOf(message)} not answered: ${reason}`;
    this.#options.onHandled?.(message);
  }

  #nameOf(message: TextMessage): string {
    return `${this.#options.context.nodes.nameOf(message.from)} (${formatNodeId(message.from)})`;
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

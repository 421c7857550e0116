/** The commands as the configuration wants them: a router whose answers go to the outbox. */
import type { Config } from "../config.ts";
import type { BotContext } from "../context.ts";
import { sentences } from "../i18n/mod.ts";
import { queueAnswer } from "../mesh/answer.ts";
import { includesChannel } from "../mesh/channels.ts";
import type { Outbox } from "../mesh/outbox.ts";
import type { TextMessage } from "../mesh/packet.ts";
import type { Parked } from "../mesh/parked.ts";
import { createRateLimit, type RateLimit } from "../mesh/rate_limit.ts";
import { isAdmin } from "../router/admin.ts";
import type { Command } from "../router/command.ts";
import { createFixedAnswers } from "../router/fixed_answers.ts";
import { ignoreBacklog, ignoreMqtt, ignoreOwn, ignoreTapback, limitRate, onlyForUs } from "../router/guards.ts";
import type { RequestJournal } from "../router/request_journal.ts";
import { Router } from "../router/router.ts";

const DAY_MS = 24 * 3_600_000;
const RATE_WINDOW_MS = 300_000;
const MAX_PARTS = 2;

/** What lives with the process, whatever the configuration. */
export type ProcessContext = Omit<BotContext, "config" | "say">;

/** What answering needs. */
export interface AnsweringOptions {
  readonly parts: ProcessContext;
  readonly commands: readonly Command[];
  readonly outbox: Outbox;
  readonly parked: Parked;
  readonly hopLimit: () => number;
  readonly journal: RequestJournal;
  /** The node now hands out what it kept for us while we were away for long. */
  readonly justBackFromLongAway: () => boolean;
  readonly onHandled?: (request: TextMessage) => void;
}

/** Reads texts as the configuration wants it. */
export interface Answering {
  handle(message: TextMessage, raw: Uint8Array): void;
  /** Takes up a request that an earlier run of the program did not end. */
  resume(message: TextMessage): void;
  /** What a command of our own says; undefined when it says nothing or fails. */
  ask(message: TextMessage, manner?: "quietly" | "aloud"): Promise<string | undefined>;
  /** Whether a text asks for something that is answered. */
  isRequest(message: TextMessage): boolean;
  /** From now on texts are read as this configuration wants it; what is under way goes on. */
  configure(config: Config): void;
  stop(): Promise<void>;
}

/** A router for the configuration; another one for each that comes later. */
export function createAnswering(config: Config, options: AnsweringOptions): Answering {
  const { clock, nodes, radio, people, budget } = options.parts;
  let commandsMax = config.mesh.commands_per_5_minutes;
  let rateLimit = createLimit();
  let current = createRouter(config);
  const routers = [current];
  return {
    handle: (message, raw) => current.handle(message, raw),
    resume: (message) => current.resume(message),
    ask: (message, manner) => current.ask(message, manner),
    isRequest: (message) => current.isRequest(message),
    configure(next) {
      // Who has been refused once knows it: another limit alone begins a new count.
      if (next.mesh.commands_per_5_minutes !== commandsMax) {
        commandsMax = next.mesh.commands_per_5_minutes;
        rateLimit = createLimit();
      }
      routers.push(current = createRouter(next));
    },
    stop: async () => void await Promise.all(routers.map((router) => router.stop())),
  };

  function createLimit(): RateLimit {
    return createRateLimit({ clock, windowMs: RATE_WINDOW_MS, max: commandsMax });
  }

  function createRouter(config: Config): Router {
    const say = sentences(config.language);
    const ownNum = () => radio()?.nodeNum;
    const sendingOptions = {
      clock,
      outbox: options.outbox,
      messageBytes: config.mesh.message_bytes,
      hopLimit: options.hopLimit,
      parked: options.parked,
      maxParts: () => budget.rule().rule === "free" ? MAX_PARTS : 1,
    };
    return new Router({
      clock,
      context: { ...options.parts, config, say },
      commands: options.commands,
      prefix: config.commands.prefix,
      disabled: config.commands.disabled,
      aliases: config.commands.aliases,
      fixedAnswer: createFixedAnswers(config.answer),
      isAdmin: (message) => isAdmin(message, config.mesh.admins, people, { licensed: nodes.get(ownNum() ?? 0)?.isLicensed ?? false }),
      guards: [
        ignoreOwn(ownNum),
        onlyForUs({ ownNum, listensOn: (channel) => includesChannel(config.mesh.channels, channel, radio()) }),
        ignoreTapback,
        ignoreBacklog({ wallMs: () => clock.wallMs(), justBackFromLongAway: options.justBackFromLongAway }),
        ignoreMqtt({ answerMqtt: config.mesh.answer_mqtt, heardByRadio }),
      ],
      limit: limitRate(rateLimit, say.router.tooMany),
      answersIn: (channel) => includesChannel(config.mesh.reply_in_channels, channel, radio()),
      journal: options.journal,
      answer: (answer) => void queueAnswer(answer, sendingOptions),
      ...(options.onHandled === undefined ? {} : { onHandled: options.onHandled }),
    });
  }

  function heardByRadio(nodeNum: number): boolean {
    const heardWallMs = nodes.get(nodeNum)?.radioHeardWallMs;
    return heardWallMs !== undefined && clock.wallMs() - heardWallMs < DAY_MS;
  }
}

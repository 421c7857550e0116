/** Who is not answered, and why: each guard looks at one text and lets it pass or ends it. */
import type { TextMessage } from "../mesh/packet.ts";
import type { RateLimit } from "../mesh/rate_limit.ts";
import { BROADCAST_NUM } from "../node_id.ts";

const BACKLOG_MS = 600_000;

/** Why a text is not answered; `say` is the one polite line that the asker still gets. */
export interface Refusal {
  readonly reason: string;
  readonly say?: string;
}

/** One question about a text; undefined lets it pass. */
export type Guard = (message: TextMessage) => Refusal | undefined;

/** Asks the guards in order; the first refusal ends it. */
export function firstRefusal(guards: readonly Guard[], message: TextMessage): Refusal | undefined {
  for (const guard of guards) {
    const refusal = guard(message);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Our own messages, and those of somebody who claims to be us. */
export function ignoreOwn(ownNum: () => number | undefined): Guard {
  return (message) => {
    if (message.from === ownNum()) return { reason: "it bears our own number" };
    if (message.from === 0 || message.from === BROADCAST_NUM) return { reason: "it has no sender" };
    return undefined;
  };
}

/** Everything that is neither to us nor on a channel that we listen on. */
export function onlyForUs(options: { readonly ownNum: () => number | undefined; readonly listensOn: (channel: number) => boolean }): Guard {
  return (message) => {
    if (message.to === options.ownNum()) return undefined;
    if (message.to !== BROADCAST_NUM) return { reason: "it is for another node" };
    return options.listensOn(message.channel) ? undefined : { reason: `channel ${message.channel} is not listened on` };
  };
}

/** Tapbacks: an emoji put on a message is a text packet too. */
export function ignoreTapback(message: TextMessage): Refusal | undefined {
  return message.emoji ? { reason: "it is a tapback" } : undefined;
}

/** Requests that came over the internet, unless the operator wants them or we hear that node by radio. */
export function ignoreMqtt(options: { readonly answerMqtt: boolean; readonly heardByRadio: (nodeNum: number) => boolean }): Guard {
  return (message) => {
    if (!message.viaMqtt || options.answerMqtt || options.heardByRadio(message.from)) return undefined;
    return { reason: "it came by MQTT" };
  };
}

/** At most so many commands a person; the first one too many gets one polite line, the rest of the flood silence. */
export function limitRate(limit: RateLimit, sayWait: (retryInS: number) => string): Guard {
  return (message) => {
    switch (limit.take(message.from)) {
      case "ok":
        return undefined;
      case "first-refusal":
        return { reason: "too many commands", say: sayWait(Math.ceil(limit.retryInMs(message.from) / 1000)) };
      case "refused":
        return { reason: "too many commands, said already" };
    }
  };
}

/**
 * What a node kept while we were away is no conversation: a text older than 10 minutes by the node's clock, or one
 * without a time that comes right after a longer absence.
 */
export function ignoreBacklog(options: { readonly wallMs: () => number; readonly justBackFromLongAway: () => boolean }): Guard {
  return (message) => {
    const old = message.rxTimeS > 0 ? options.wallMs() - message.rxTimeS * 1000 > BACKLOG_MS : options.justBackFromLongAway();
    return old ? { reason: "it waited at the node for longer than 10 minutes" } : undefined;
  };
}

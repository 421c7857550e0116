/** What a recorded node would have answered to what it was not asked. */
import { decode, encode } from "../link/codec.ts";
import type { FromRadio } from "../link/messages.ts";
import { type Answer, type Asked, isComplete, type Question, scopeOf, type Script } from "./script.ts";

// A queue with room (firmware, MeshService.cpp).
const QUEUE = { res: 0, free: 15, maxlen: 16 };

/** What is known of the recorded node. */
export interface Templates {
  /** Complete handshakes, by what was asked for. */
  readonly handshakes: ReadonlyMap<ReturnType<typeof scopeOf>, readonly Uint8Array[]>;
  /** It answers heartbeats, as far as is known. */
  readonly answersHeartbeats: boolean;
}

/** What a script tells. */
export function templatesOf({ scenes }: Script): Templates {
  const asked: readonly Asked[] = scenes.flatMap((scene) => scene.asked);
  const handshakes = new Map<ReturnType<typeof scopeOf>, readonly Uint8Array[]>();
  for (const entry of asked) {
    if (entry.question.kind !== "handshake" || !isComplete(entry)) continue;
    const scope = scopeOf(entry.question.nonce);
    if (!handshakes.has(scope)) handshakes.set(scope, entry.answers.map(({ payload }) => payload));
  }
  const heartbeats = asked.filter(({ question }) => question.kind === "heartbeat");
  return { handshakes, answersHeartbeats: heartbeats.length === 0 || heartbeats.some(({ answers }) => answers.length > 0) };
}

/** The answer, at once; nothing when the node is not `alive` or would not answer. */
export function answerOffHand(question: Question, templates: Templates, alive: boolean): Answer[] {
  if (!alive) return [];
  switch (question.kind) {
    case "handshake":
      return handshake(question.nonce, templates).map((payload) => ({ afterMs: 0, payload }));
    case "heartbeat":
      return templates.answersHeartbeats ? [queueStatus()] : [];
    case "packet":
      return [queueStatus()];
  }
}

function queueStatus(): Answer {
  return { afterMs: 0, payload: encode("FromRadio", { payloadVariant: { case: "queueStatus", value: QUEUE } }) };
}

function handshake(nonce: number, { handshakes }: Templates): readonly Uint8Array[] {
  const scope = scopeOf(nonce);
  const same = handshakes.get(scope);
  if (same !== undefined) return same;
  const other = handshakes.get("all") ?? handshakes.get(scope === "all" ? "config" : "all") ?? [];
  if (scope === "all") return other;
  const isNode = ({ payloadVariant }: FromRadio): boolean => payloadVariant.case === "nodeInfo";
  return other.filter((payload) => {
    const message = decode("FromRadio", payload);
    return message.payloadVariant.case === "configCompleteId" || isNode(message) === (scope === "nodes");
  });
}

/** What a recorded node does: what it says of its own accord and when, and what it answers to what it is asked. */
import { decode } from "../link/codec.ts";
import type { FromRadio, ToRadio } from "../link/messages.ts";
import { ONLY_CONFIG_NONCE, ONLY_NODES_NONCE } from "../mesh/session.ts";
import type { Crossed, RecordedConnection, Recording } from "../record/read_recording.ts";

/** Something that a client asks of its node. */
export type Question =
  | { readonly kind: "handshake"; readonly nonce: number }
  | { readonly kind: "heartbeat" }
  | { readonly kind: "packet"; readonly id: number; readonly to: number; readonly portnum: number; readonly wantResponse: boolean };

/** A question of the recorded client with what the node answered. */
export interface Asked {
  readonly question: Question;
  /** Milliseconds since the recording began. */
  readonly atMs: number;
  readonly answers: Answer[];
  /** A client of today has asked the same. */
  used: boolean;
}

/** One frame of an answer. */
export interface Answer {
  readonly afterMs: number;
  readonly payload: Uint8Array;
}

/** One recorded connection. */
export interface Scene {
  readonly openMs: number;
  readonly endMs: number | undefined;
  readonly endedBy: RecordedConnection["endedBy"];
  readonly asked: readonly Asked[];
  /** What the node said unasked. */
  readonly said: readonly Crossed[];
  /** When the node was heard last. */
  readonly lastHeardMs: number;
}

/** What the node does from the first connection to the last. */
export interface Script {
  readonly scenes: readonly Scene[];
  readonly durationMs: number;
}

const PART_OF_HANDSHAKE: ReadonlySet<FromRadio["payloadVariant"]["case"]> = new Set([
  "myInfo",
  "nodeInfo",
  "config",
  "moduleConfig",
  "channel",
  "metadata",
  "fileInfo",
  "deviceuiConfig",
  "configCompleteId",
]);

/** The script of a recording. */
export function scriptOf(recording: Recording): Script {
  return { scenes: recording.connections.map(sceneOf), durationMs: recording.durationMs };
}

/** What a message to the node asks; undefined when it asks nothing. */
export function questionOf({ payloadVariant }: ToRadio): Question | undefined {
  switch (payloadVariant.case) {
    case "wantConfigId":
      return { kind: "handshake", nonce: payloadVariant.value };
    case "heartbeat":
      return { kind: "heartbeat" };
    case "packet": {
      const { id, to, payloadVariant: content } = payloadVariant.value;
      const { portnum, wantResponse } = content.case === "decoded" ? content.value : { portnum: -1, wantResponse: false };
      return { kind: "packet", id, to, portnum, wantResponse };
    }
    default:
      return undefined;
  }
}

/** Whether one question stands for the other. */
export function isSame(a: Question, b: Question): boolean {
  if (a.kind === "handshake" && b.kind === "handshake") return scopeOf(a.nonce) === scopeOf(b.nonce);
  if (a.kind !== "packet" || b.kind !== "packet") return a.kind === b.kind;
  return a.to === b.to && a.portnum === b.portnum && a.wantResponse === b.wantResponse;
}

/** What a handshake is asked for. */
export function scopeOf(nonce: number): "config" | "nodes" | "all" {
  return nonce === ONLY_CONFIG_NONCE ? "config" : nonce === ONLY_NODES_NONCE ? "nodes" : "all";
}

/** True when the node answered to the end. */
export function isComplete({ question, answers }: Asked): boolean {
  return question.kind === "handshake" &&
    answers.some(({ payload }) => decode("FromRadio", payload).payloadVariant.case === "configCompleteId");
}

function sceneOf({ crossed, openMs, endMs, endedBy }: RecordedConnection): Scene {
  const asked: Asked[] = [];
  const said: Crossed[] = [];
  /** The handshake under way. */
  let handshake: Asked | undefined;
  let lastHeardMs = openMs;
  for (const piece of crossed) {
    if (piece.dir === "to") {
      const question = piece.kind === "frame" ? readQuestion(piece.bytes) : undefined;
      if (question === undefined) continue;
      const entry: Asked = { question, atMs: piece.atMs, answers: [], used: false };
      asked.push(entry);
      if (question.kind === "handshake") handshake = entry;
      continue;
    }
    lastHeardMs = piece.atMs;
    const message = piece.kind === "frame" ? decode("FromRadio", piece.bytes) : undefined;
    const to = message === undefined ? undefined : answeredBy(message, asked, handshake);
    if (to === undefined) said.push(piece);
    else to.answers.push({ afterMs: piece.atMs - to.atMs, payload: piece.bytes });
    if (message?.payloadVariant.case === "configCompleteId") handshake = undefined;
  }
  return { openMs, endMs, endedBy, asked, said, lastHeardMs };
}

function readQuestion(bytes: Uint8Array): Question | undefined {
  try {
    return questionOf(decode("ToRadio", bytes));
  } catch {
    return undefined;
  }
}

/** The question that a message answers. */
function answeredBy({ payloadVariant }: FromRadio, asked: readonly Asked[], handshake: Asked | undefined): Asked | undefined {
  if (PART_OF_HANDSHAKE.has(payloadVariant.case)) return handshake;
  if (payloadVariant.case === "queueStatus") {
    const { meshPacketId } = payloadVariant.value;
    if (meshPacketId !== 0) return packetWith(meshPacketId, asked);
    return asked.find(({ question, answers }) => question.kind === "heartbeat" && answers.length === 0);
  }
  if (payloadVariant.case === "clientNotification") return packetWith(payloadVariant.value.replyId ?? 0, asked);
  if (payloadVariant.case !== "packet" || payloadVariant.value.payloadVariant.case !== "decoded") return undefined;
  return packetWith(payloadVariant.value.payloadVariant.value.requestId, asked);
}

function packetWith(id: number, asked: readonly Asked[]): Asked | undefined {
  return id === 0 ? undefined : asked.findLast(({ question }) => question.kind === "packet" && question.id === id);
}

/** What the bot remembers, as the rest of the program sees it. Types only. */
import type { MeshPacket } from "../link/messages.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import type { Outcome } from "../mesh/outgoing.ts";
import type { KeptDraft, OpenDraft, RequestKey } from "../mesh/outbox_journal.ts";
import type { Incoming } from "../mesh/packet.ts";
import type { Answers, Questions } from "./questions.ts";

/** Everything that outlives the process. Nothing here ever throws or waits for the disk, unless it says so. */
export interface Store extends AsyncDisposable {
  readonly journal: Journal;
  readonly history: History;
  /** Where things are kept now, for /status and the log. */
  readonly state: StoreState;
  /** The nodes as they were kept last; empty when none were, or when they cannot be read. Rejects never. */
  loadNodes(): Promise<KeptNodes>;
}

/** `file`: on disk. `memory`: the file cannot be used, what is new lives with the process. `down`: not even that. */
export interface StoreState {
  readonly journal: "file" | "memory";
  readonly history: "file" | "memory" | "down";
  /** Packets that came while the disk was too slow or too full, and were not kept. */
  readonly lostPackets: number;
}

/** The node database as it was kept. */
export interface KeptNodes {
  /** Our own node then; undefined when nothing was kept. */
  readonly ownNum: number | undefined;
  readonly nodes: readonly NodeRecord[];
}

/** The past: taken in batches, written and read by a thread of its own. */
export interface History {
  /** A packet was received. `raw`: the encoded MeshPacket, where it is at hand; else it is encoded here. */
  packet(packet: MeshPacket, incoming: Incoming, raw?: Uint8Array): void;
  /** A node's record has news; `soon` for what packets cannot tell again (names, key, place): kept with the next batch. */
  nodeChanged(num: number, soon?: "soon"): void;
  /** Another radio: the nodes kept so far are forgotten. */
  forgetNodes(): void;
  /** The link did something, e.g. `ready`, `lost`, with a few words of detail. */
  linkEvent(kind: string, detail?: string): void;
  /** A service measured something, e.g. `esphome battery_voltage`. */
  reading(kind: string, value: number): void;
  /** Resolves when everything given so far is written, or could not be. */
  flush(): Promise<void>;
  /** Answers one question about the past, what came a moment ago included. Rejects with HistoryError or the signal's reason. */
  ask<Name extends keyof Questions>(name: Name, question: Questions[Name], signal?: AbortSignal): Promise<Answers[Name]>;
}

/** A message that may be a command, as it came; enough to run it again after a crash. */
export interface Request extends RequestKey {
  readonly to: number;
  readonly channel: number;
  /** The encoded MeshPacket. */
  readonly raw: Uint8Array;
  /** The node's own time of reception, seconds since 1970; 0 when its clock was never set. */
  readonly rxTimeS: number;
}

/** How a request ended without an answer: `ignored` is no command or not for us, `late` is older than 10 minutes. */
export type RequestEnd = "ignored" | "refused" | "late" | "failed";

/** An open request from before: read whole, and neither answered nor ended. */
export interface OpenRequest extends Request {
  /** Milliseconds since it came; undefined when no clock can tell. */
  readonly ageMs: number | undefined;
}

/** Names a stored outgoing packet for good, whatever its packet id. */
export type EntryNumber = number;

/** An outgoing packet without an end, from before. */
export interface OpenAnswer extends OpenDraft {
  readonly number: EntryNumber;
  /** The message that it answers; undefined for what nobody asked for. */
  readonly request: RequestKey | undefined;
}

/**
 * The inbox and the outbox: each call is on file (written, not yet synced to the disk: a power cut may lose the last second) when it
 * returns. What is on file survives `kill -9`. When the file cannot be used, the same is kept in memory.
 */
export interface Journal {
  /**
   * A message was read whole. `known`: the same one came within the last 24 hours, over restarts too. One that came before a restart and
   * was neither ended nor handed over by `openRequests` is new again when the node delivers it again. A message without an id is always
   * new, and not kept.
   */
  received(request: Request): "new" | "known";
  /** Whether the same message came within the last 24 hours; nothing is written. */
  knows(key: RequestKey): boolean;
  /** A request ended without an answer. */
  ended(key: RequestKey, how: RequestEnd): void;
  /**
   * Requests without an end from before the start, oldest first. Those of known age are handed over, once: they are to be run again, or
   * ended as `late`. Those of unknown age stay, for the case that the node delivers them again.
   */
  openRequests(wall: WallCheck): readonly OpenRequest[];
  /**
   * Stores what answers a request, all parts at once, and marks the request as answered in the same transaction: after this the answer
   * goes out from here, before it the command is run again. Gives the entries' numbers in the same order.
   */
  queued(entries: readonly KeptDraft[], request: RequestKey | undefined): readonly EntryNumber[];
  /** The packet goes to the node now for the first time under its id. To be called before the write. */
  sending(number: EntryNumber): void;
  /** Rule (a), the node did not send it: the next try has a new id, stored here first. */
  renewed(number: EntryNumber, packetId: number): void;
  /** Rule (b), outcome unknown: it goes out once more with the same id and bytes. To be called before the write. */
  repeating(number: EntryNumber): void;
  /** Its end is known. */
  outcome(number: EntryNumber, outcome: Outcome["kind"]): void;
  /** What has no end yet, in the order in which it was stored. */
  openAnswers(wall: WallCheck): readonly OpenAnswer[];
}

/**
 * What is known of the wall clock when ages over a restart are asked for: the rx_time of a packet that the node received just now, in
 * seconds since 1970; 0 or undefined when there was none.
 */
export interface WallCheck {
  readonly rxTimeS?: number;
}

/**
 * The only way out. One queue and one pacer for everything that the bot sends; it alone knows the radio's limits, and
 * it follows each packet until its end is known.
 */
import type { Clock, Timer } from "../clock.ts";
import { PortNum, RoutingError } from "../link/enums.ts";
import type { Init, QueueStatus } from "../link/messages.ts";
import { encodedLengthBytes } from "../link/codec.ts";
import { randomId } from "../link/random_id.ts";
import { logger } from "../log.ts";
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import { type Entry, keptEntry, LATE_ACK_PAUSE_MS, newEntry, RESEND_WITHIN_MS } from "./outbox_entry.ts";
import { keptDraft, type OpenDraft, type OutboxJournal, type RequestKey } from "./outbox_journal.ts";
import { describeOutcome, type Draft, judgeQueueStatus, judgeRoutingError, type Outcome, packetOf, type Verdict } from "./outgoing.ts";
import { SendQueue } from "./send_queue.ts";

const log = logger("mesh");

const QUEUE_STATUS_LIMIT_MS = 5000;
const ACK_LIMIT_MS = 120_000;
const MAX_TRIES = 5;
const MAX_QUEUED = 200;
// A loss that the link mends at once is no outage; after a longer one the mesh has moved on.
const OUTAGE_MS = 10_000;
const ANSWERS_AFTER_OUTAGE = 5;
const STOPPING = "the bot is stopping";

/** What the outbox needs. */
export interface OutboxOptions {
  readonly clock: Clock;
  /** Gives a packet to the node; false when there is no connection. */
  readonly send: (packet: Init<"MeshPacket">) => boolean;
  /** Gives the node an encoded MeshPacket of somebody else's, under this id; false when there is no connection. */
  readonly sendBytes?: (packet: Uint8Array, id: number) => boolean;
  /** Asked before each packet of the bot's is given to the node; a reason (the air time is used up) ends it as failed. */
  readonly refuses?: (draft: Draft, dataBytes: number) => string | undefined;
  /** Our node has no key for the recipient: starts the cure and returns after how many milliseconds to try once more. */
  readonly cureMissingKey?: (to: number) => number;
  /** A packet of the bot's was given to the node: for the air time ledger and the log. `dataBytes`: the encoded Data. */
  readonly onSent?: (sent: { readonly draft: Draft; readonly id: number; readonly dataBytes: number }) => void;
  /** The end of a packet of the bot's is known; called once for each. */
  readonly onEnd?: (ended: { readonly draft: Draft; readonly id: number; readonly outcome: Outcome }) => void;
  /** Where texts are kept until their end is known; without it they live with the process. */
  readonly journal?: OutboxJournal;
}

/** A queued packet, as its sender sees it. */
export interface Ticket {
  /** The packet's id now; a refused packet is sent again under a new one. */
  readonly id: number;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Takes it back if it has not been sent. */
  cancel(reason: string): void;
}

/** The outbox of one radio, over all its connections. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #clock: Clock;
  readonly #queue = new SendQueue<Entry>();
  readonly #inFlight = new Map<number, Entry>();
  #order = 0;
  #radio: { readonly nodeNum: number; readonly hopLimit: number } | undefined;
  #awaitingStatusOf: number | undefined;
  #statusTimer: Timer | undefined;
  #pumpTimer: Timer | undefined;
  /** The last answer of which a part was said on the channel of its request. */
  #saidInChannel: number | undefined;
  #cannotTransmitSaid = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** Packets that wait to be sent. */
  get length(): number {
    return this.#queue.length;
  }

  /** Whether a packet without an end goes by this id: a second one would be taken for it. */
  knows(id: number): boolean {
    return this.#inFlight.has(id) || this.#queue.all().some((entry) => entry.id === id);
  }

  /** How many parts of an answer have no end yet. */
  openParts(answerId: number): number {
    return [...this.#queue.all(), ...this.#inFlight.values()].filter((entry) => entry.draft.answerId === answerId).length;
  }

  /** Queues a packet that nobody asked for. It ends at once as failed when the queue is full. */
  enqueue(draft: Draft): Ticket {
    return this.enqueueAll([draft], undefined)[0] as Ticket;
  }

  /**
   * Queues the parts of an answer to `request`: all of them are kept before the first goes out, together with the request's end. They
   * end at once as failed when the queue is full. While the bot stops nothing is kept: the request stays open for the next start.
   */
  enqueueAll(drafts: readonly Draft[], request: RequestKey | undefined): Ticket[] {
    const refusal = this.#closed
      ? { kind: "expired", reason: STOPPING } as const
      : this.#queue.ownLength >= MAX_QUEUED && drafts.some(({ foreign }) => foreign === undefined)
      ? { kind: "failed", reason: `${MAX_QUEUED} messages are waiting already` } as const
      : undefined;
    const ids = drafts.map(({ foreign }) => foreign?.id ?? randomId());
    const numbers = this.#closed ? [] : this.#keep(refusal === undefined ? drafts : [], ids, request);
    const entries = drafts.map((draft, index) =>
      newEntry(draft, { order: this.#order++, id: ids[index] as number, number: numbers[index] })
    );
    for (const entry of entries) {
      if (refusal === undefined) this.#queue.add(entry, this.#clock.nowMs());
      else this.#end(entry, refusal);
    }
    if (refusal === undefined) this.#pump();
    return entries.map((entry) => ({
      get id() {
        return entry.id;
      },
      outcome: entry.outcome,
      cancel: (reason) => {
        if (entry.state === "queued") this.#end(entry, { kind: "expired", reason });
      },
    }));
  }

  /** Takes up what an earlier run of the program left without an end. */
  restore(open: readonly OpenDraft[]): void {
    for (const kept of open) {
      const { entry, end } = keptEntry(kept, this.#order++, this.#clock);
      if (end === undefined) this.#queue.add(entry, this.#clock.nowMs());
      else this.#end(entry, end);
    }
    this.#pump();
  }

  /** The link is ready. Packets with an unknown end go out once more under their old id; late answers are dropped. */
  linkReady(radio: { readonly nodeNum: number; readonly hopLimit: number; readonly outageMs: number }): void {
    this.#radio = radio;
    this.#queue.forgetLimits();
    // After an outage people have given up waiting: one answer a person and five in all, the newest.
    const late = radio.outageMs > OUTAGE_MS ? this.#queue.allButNewestAnswers(ANSWERS_AFTER_OUTAGE) : [];
    for (const entry of late) this.#end(entry, { kind: "expired", reason: "the link was away too long" });
    this.#pump();
  }

  /** The connection is over. */
  linkLost(): void {
    this.#radio = undefined;
    this.#awaitingStatusOf = undefined;
    this.#statusTimer?.cancel();
    this.#pumpTimer?.cancel();
    const nowMs = this.#clock.nowMs();
    for (const entry of [...this.#inFlight.values()]) {
      if (entry.state === "relayed") continue;
      const ageMs = nowMs - (entry.firstSentAtMs ?? nowMs);
      const repeatable = entry.draft.portnum === PortNum.TEXT_MESSAGE_APP && !entry.repeated && ageMs <= RESEND_WITHIN_MS;
      if (!repeatable) {
        this.#end(entry, { kind: "unknown", reason: "the link was lost before the node said how it went" });
        continue;
      }
      this.#inFlight.delete(entry.id);
      entry.timer?.cancel();
      entry.repeated = true;
      entry.notBeforeMs = entry.state === "accepted" ? nowMs + LATE_ACK_PAUSE_MS : 0;
      entry.state = "queued";
      this.#queue.add(entry, nowMs);
    }
  }

  /** The node reports on a packet that we gave it; other reports (its own packets, heartbeats) are ignored. */
  queueStatus(status: QueueStatus): void {
    if (status.meshPacketId === 0) return;
    const entry = this.#inFlight.get(status.meshPacketId);
    const isNew = entry !== undefined && entry.state === "sent";
    if (isNew) this.#queue.reported(entry.draft.portnum, this.#clock.nowMs());
    if (status.meshPacketId === this.#awaitingStatusOf) this.#statusDone(status.free);
    if (!isNew) return;
    const verdict = judgeQueueStatus(status.res);
    if (verdict !== undefined) return this.#apply(entry, verdict);
    entry.state = "accepted";
  }

  /** A Routing answer: `from` tells whether the recipient or only a neighbour (through our own node) has it. */
  routing(answer: { readonly requestId: number; readonly from: number; readonly error: number }): void {
    const entry = this.#inFlight.get(answer.requestId) ??
      this.#queue.all().find((queued) => queued.repeated && queued.id === answer.requestId);
    if (entry === undefined) return;
    if (answer.error === RoutingError.MAX_RETRANSMIT && entry.repeated) {
      // Of two sendings one may well have come.
      return this.#end(entry, { kind: "unknown", reason: "it may have gone out twice, and nobody has acknowledged it" });
    }
    if (answer.error !== RoutingError.NONE) return this.#apply(entry, judgeRoutingError(answer.error));
    if (answer.from === entry.draft.to) return this.#end(entry, { kind: "delivered" });
    // Our own node speaks for a neighbour. It stops repeating then, so an ACK from the recipient may never follow.
    if (entry.state === "queued") this.#queue.remove(entry);
    this.#inFlight.set(entry.id, entry);
    if (entry.draft.to === BROADCAST_NUM) return this.#end(entry, { kind: "relayed" });
    if (entry.state === "relayed") return;
    entry.state = "relayed";
    this.#arm(entry, () => this.#end(entry, { kind: "relayed" }));
  }

  /** A reply carried the packet's id: whoever answers has it. */
  answered(requestId: number): void {
    const entry = this.#inFlight.get(requestId);
    if (entry !== undefined) this.#end(entry, { kind: "delivered" });
  }

  /** Ends everything that waits and stops all timers. What is kept stays open in the journal, for the next start. */
  close(): void {
    this.#closed = true;
    const kept = this.#queue.all().filter(({ number }) => number !== undefined).length;
    if (kept > 0) log.info`${kept} messages that wait to be sent are kept for the next start`;
    this.#statusTimer?.cancel();
    this.#pumpTimer?.cancel();
    for (const entry of this.#queue.all()) this.#end(entry, { kind: "expired", reason: STOPPING });
    for (const entry of [...this.#inFlight.values()]) {
      this.#end(entry, entry.state === "relayed" ? { kind: "relayed" } : { kind: "unknown", reason: STOPPING });
    }
  }

  #pump(): void {
    this.#pumpTimer?.cancel();
    if (this.#radio === undefined || this.#closed) return;
    const nowMs = this.#clock.nowMs();
    for (const entry of this.#queue.all()) {
      if (entry.draft.expiresAtMs <= nowMs) this.#end(entry, { kind: "expired", reason: "it could not be sent in time" });
    }
    if (this.#awaitingStatusOf !== undefined) return;
    const next = this.#queue.next(nowMs);
    if (next === undefined) return;
    if ("entry" in next) return this.#send(next.entry, this.#radio);
    this.#pumpTimer = this.#clock.after(Math.max(1, next.atMs - nowMs), () => this.#pump());
  }

  #send(entry: Entry, radio: { readonly nodeNum: number; readonly hopLimit: number }): void {
    const nowMs = this.#clock.nowMs();
    const packet = packetOf(entry.draft, entry.id, radio.nodeNum, radio.hopLimit);
    const data = packet.payloadVariant?.case === "decoded" ? packet.payloadVariant.value : {};
    const dataBytes = encodedLengthBytes("Data", data);
    const { foreign } = entry.draft;
    const refusal = foreign === undefined ? this.#options.refuses?.(entry.draft, dataBytes) : undefined;
    if (refusal !== undefined) {
      this.#end(entry, { kind: "failed", reason: refusal });
      return this.#pump();
    }
    if (entry.number !== undefined) {
      if (entry.repeated) this.#options.journal?.repeating(entry.number);
      else this.#options.journal?.sending(entry.number);
    }
    const given = foreign === undefined
      ? this.#options.send(packet)
      : this.#options.sendBytes?.(foreign.bytes(entry.id), entry.id) ?? false;
    if (!given) return;
    this.#queue.served(entry, nowMs);
    entry.state = "sent";
    entry.tries += 1;
    entry.firstSentAtMs ??= nowMs;
    this.#inFlight.set(entry.id, entry);
    this.#arm(entry, () => this.#end(entry, { kind: "unknown", reason: `nothing was heard of it for ${ACK_LIMIT_MS / 1000} s` }));
    this.#awaitingStatusOf = entry.id;
    this.#statusTimer = this.#clock.after(QUEUE_STATUS_LIMIT_MS, () => this.#statusDone(1));
    if (foreign === undefined) this.#options.onSent?.({ draft: entry.draft, id: entry.id, dataBytes });
    else foreign.given(entry.id);
  }

  /** The report has come, or five seconds have gone by without: the next packet may go. */
  #statusDone(free: number): void {
    this.#statusTimer?.cancel();
    this.#awaitingStatusOf = undefined;
    if (free === 0) this.#queue.pause(this.#clock.nowMs() + QUEUE_STATUS_LIMIT_MS);
    this.#pump();
  }

  #apply(entry: Entry, verdict: Verdict): void {
    if (verdict.kind === "end") {
      if (
        verdict.outcome.kind === "failed" && verdict.outcome.reason.startsWith("this node cannot transmit") && !this.#cannotTransmitSaid
      ) {
        this.#cannotTransmitSaid = true;
        log.error`${verdict.outcome.reason}. Nothing that the bot says goes out until then`;
      }
      return this.#end(entry, verdict.outcome);
    }
    if (verdict.kind === "missingKey") return this.#missingKey(entry);
    if (entry.repeated) {
      // Under another id it would be a second message to those who have the first.
      return this.#end(entry, { kind: "unknown", reason: `it may have gone out, and the second time ${verdict.reason}` });
    }
    const { foreign, expiresAtMs } = entry.draft;
    if (foreign !== undefined && this.#clock.nowMs() + verdict.afterMs >= expiresAtMs) {
      return this.#end(entry, { kind: "failed", reason: verdict.reason });
    }
    if (entry.tries >= MAX_TRIES) return this.#end(entry, { kind: "failed", reason: `${verdict.reason}, ${MAX_TRIES} times` });
    const portnum = entry.draft.portnum;
    this.#again(entry, verdict.afterMs, verdict.reason);
    this.#queue.pauseKind(portnum, entry.notBeforeMs);
    this.#pump();
  }

  /** Without a key nothing is sent under a channel's instead, except one part where the request itself was public. */
  #missingKey(entry: Entry): void {
    const { draft } = entry;
    const cure = draft.foreign === undefined ? this.#options.cureMissingKey : undefined;
    if (cure !== undefined && !entry.keyCured && draft.portnum === PortNum.TEXT_MESSAGE_APP) {
      entry.keyCured = true;
      this.#again(entry, cure(draft.to), "our node did not know the recipient's key");
      return this.#pump();
    }
    this.#end(entry, { kind: "failed", reason: "our node does not know the recipient's public key" });
    if (draft.requestChannel === undefined || this.#saidInChannel === draft.answerId) return;
    this.#saidInChannel = draft.answerId;
    const { requestChannel: channel, publicKey: _key, ...rest } = draft;
    this.enqueue({ ...rest, to: BROADCAST_NUM, channel, label: `${draft.label} on its channel` });
  }

  /** Back into the queue under a new id. */
  #again(entry: Entry, afterMs: number, reason: string): void {
    log.info`${entry.draft.label} again in ${afterMs / 1000} s: ${reason}`;
    entry.timer?.cancel();
    this.#inFlight.delete(entry.id);
    this.#queue.remove(entry);
    // A refused id is among those that the node drops without a word; see PhoneAPI.cpp, recentToRadioPacketIds.
    entry.id = randomId();
    if (entry.number !== undefined) this.#options.journal?.renewed(entry.number, entry.id);
    entry.repeated = false;
    entry.state = "queued";
    entry.notBeforeMs = this.#clock.nowMs() + afterMs;
    this.#queue.add(entry, this.#clock.nowMs());
  }

  /** Only texts are kept: what asks the mesh something has nobody left who waits for it. */
  #keep(drafts: readonly Draft[], ids: readonly number[], request: RequestKey | undefined): readonly (number | undefined)[] {
    const isText = drafts.every(({ portnum, foreign }) => portnum === PortNum.TEXT_MESSAGE_APP && foreign === undefined);
    if (this.#options.journal === undefined || !isText || drafts.length === 0 && request === undefined) return [];
    return this.#options.journal.queued(drafts.map((draft, index) => keptDraft(draft, ids[index] as number, this.#clock)), request);
  }

  #arm(entry: Entry, onLimit: () => void): void {
    entry.timer?.cancel();
    entry.timer = this.#clock.after(ACK_LIMIT_MS, onLimit);
  }

  #end(entry: Entry, outcome: Outcome): void {
    if (entry.state === "ended") return;
    entry.state = "ended";
    entry.timer?.cancel();
    this.#queue.remove(entry);
    this.#inFlight.delete(entry.id);
    const { draft, id, number } = entry;
    // What ends because the bot stops has not ended: the next start takes it up.
    if (number !== undefined && (!this.#closed || outcome.kind === "relayed")) this.#options.journal?.outcome(number, outcome.kind);
    const line = `${draft.label} to ${draft.to === BROADCAST_NUM ? `channel ${draft.channel}` : formatNodeId(draft.to)}: ${
      describeOutcome(outcome)
    }${draft.publicKey === undefined ? "" : ", encrypted for the asker's key"}`;
    // People read in their own client how it went.
    if (draft.foreign !== undefined) log.debug`${line}`;
    else if (outcome.kind === "delivered" || outcome.kind === "relayed") log.info`${line}`;
    else log.warn`${line}`;
    entry.resolve(outcome);
    if (draft.foreign === undefined) this.#options.onEnd?.({ draft, id, outcome });
  }
}

/** The inbox and the outbox: what the memory holds is the truth of this process, and the file follows it in the same turn. */
import type { Clock } from "../clock.ts";
import type { Outcome } from "../mesh/outgoing.ts";
import { type Boot, elapsedMs, type Moment } from "./boot.ts";
import type { Change, JournalFile } from "./journal_file.ts";
import {
  inboxChange,
  type InboxItem,
  inboxItem,
  type InboxRow,
  outboxChange,
  type OutboxItem,
  outboxItem,
  type OutboxRow,
} from "./journal_rows.ts";
import { JournalWriter } from "./journal_writer.ts";
import type { KeptDraft, RequestKey } from "../mesh/outbox_journal.ts";
import type { EntryNumber, Journal, OpenAnswer, OpenRequest, Request, RequestEnd, StoreState, WallCheck } from "./store.ts";

const KEEP_MS = 24 * 3_600_000;
const TIDY_EVERY_MS = 600_000;
const MAX_KEPT = 20_000;

const FORGET_SENT = "DELETE FROM outbox WHERE (wall_ms < ? OR number < ?) AND state NOT IN ('queued', 'sent', 'repeated')";

const NO_BYTES = new Uint8Array(0);

/** What the journal needs. */
export interface JournalOptions {
  /** Undefined keeps it in memory. */
  readonly path: string | undefined;
  readonly clock: Clock;
  readonly boot: Boot;
  /** The file has changed, and is to be brought to the disk; false when nobody will. `moved`: it is another file now. */
  readonly sync: (moved: boolean) => boolean;
}

/** The journal of this process; opening it reads what the last one left. Never throws. */
export class FileJournal implements Journal, Disposable {
  readonly #options: JournalOptions;
  readonly #clock: Clock;
  /** By key, oldest first. */
  readonly #inbox = new Map<string, InboxItem>();
  /** Open when this process began, and handed over to nobody. */
  readonly #unclaimed = new Set<string>();
  readonly #outbox = new Map<EntryNumber, OutboxItem>();
  readonly #file: JournalWriter;
  #nextInbox = 1;
  #nextOutbox = 1;
  #tidiedAtMs: number;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#tidiedAtMs = this.#clock.nowMs();
    const everything = () => [...[...this.#inbox.values()].map(inboxChange), ...[...this.#outbox.values()].map(outboxChange)];
    this.#file = new JournalWriter({ ...options, everything });
    this.#file.read((file) => this.#load(file));
    this.#tidy();
  }

  get kind(): StoreState["journal"] {
    return this.#file.isOnFile ? "file" : "memory";
  }

  received(request: Request): "new" | "known" {
    this.#tidyNowAndThen();
    if (request.id === 0) return "new";
    const key = keyOf(request);
    if (this.#inbox.has(key)) {
      return this.#unclaimed.delete(key) ? "new" : "known";
    }
    const { from, id, to, channel, rxTimeS } = request;
    // The bytes may be a view of the buffer that the socket is read into.
    const raw = request.raw.slice();
    const item: InboxItem = { number: this.#nextInbox++, from, id, to, channel, rxTimeS, raw, came: this.#now(rxTimeS), state: "open" };
    this.#inbox.set(key, item);
    this.#file.write([inboxChange(item)]);
    return "new";
  }

  knows(key: RequestKey): boolean {
    return key.id !== 0 && this.#inbox.has(keyOf(key));
  }

  ended(key: RequestKey, how: RequestEnd): void {
    const item = this.#inbox.get(keyOf(key));
    if (item?.state === "open") this.#file.write([this.#closeRequest(item, how)]);
  }

  openRequests(wall: WallCheck): readonly OpenRequest[] {
    const now = this.#now(wall.rxTimeS);
    return [...this.#unclaimed].flatMap((key) => {
      const item = this.#inbox.get(key);
      if (item === undefined) return [];
      const { from, id, to, channel, raw, rxTimeS, came } = item;
      const ageMs = elapsedMs(came, now);
      if (ageMs !== undefined) this.#unclaimed.delete(key);
      return [{ from, id, to, channel, raw, rxTimeS, ageMs }];
    });
  }

  queued(entries: readonly KeptDraft[], request: RequestKey | undefined): readonly EntryNumber[] {
    const asked = request === undefined ? undefined : this.#inbox.get(keyOf(request));
    const items = entries.map((entry): OutboxItem => ({
      ...entry,
      payload: entry.payload.slice(),
      number: this.#nextOutbox++,
      request: request === undefined ? undefined : { from: request.from, id: request.id },
      stored: this.#now(asked?.came.rxTimeS),
      sent: undefined,
      tries: 0,
      state: "queued",
    }));
    for (const item of items) this.#outbox.set(item.number, item);
    const closing = asked?.state === "open" ? [this.#closeRequest(asked, "answered")] : [];
    this.#file.write([...items.map(outboxChange), ...closing]);
    return items.map(({ number }) => number);
  }

  sending(number: EntryNumber): void {
    this.#change(number, (item) => {
      item.tries += 1;
      item.state = "sent";
      item.sent ??= this.#now(item.stored.rxTimeS);
      const { wallMs, boot, upMs } = item.sent;
      return [
        "UPDATE outbox SET tries = ?, state = ?, sent_wall_ms = ?, sent_boot = ?, sent_up_ms = ? WHERE number = ?",
        item.tries,
        item.state,
        wallMs,
        boot,
        upMs,
        number,
      ];
    });
  }

  renewed(number: EntryNumber, packetId: number): void {
    this.#change(number, (item) => {
      item.packetId = packetId;
      item.state = "queued";
      // Nothing was sent: the five minutes of a repetition begin with the next try.
      item.sent = undefined;
      return [
        "UPDATE outbox SET packet_id = ?, state = ?, sent_wall_ms = NULL, sent_boot = NULL, sent_up_ms = NULL WHERE number = ?",
        packetId,
        item.state,
        number,
      ];
    });
  }

  repeating(number: EntryNumber): void {
    this.#change(number, (item) => {
      item.tries += 1;
      item.state = "repeated";
      return ["UPDATE outbox SET tries = ?, state = ? WHERE number = ?", item.tries, item.state, number];
    });
  }

  outcome(number: EntryNumber, outcome: Outcome["kind"]): void {
    this.#change(number, (item) => {
      item.state = outcome;
      this.#outbox.delete(number);
      return ["UPDATE outbox SET state = ? WHERE number = ?", outcome, number];
    });
  }

  openAnswers(wall: WallCheck): readonly OpenAnswer[] {
    const now = this.#now(wall.rxTimeS);
    return [...this.#outbox.values()].map((item) => {
      const { stored, sent, state, ...entry } = item;
      const sentAgeMs = sent === undefined ? undefined : elapsedMs(sent, now);
      // What has an end is not in memory any more.
      return { ...entry, state: state as OpenAnswer["state"], ageMs: elapsedMs(stored, now), sentAgeMs };
    });
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #load(file: JournalFile): void {
    for (const row of file.all<InboxRow>("SELECT * FROM inbox ORDER BY number")) {
      const item = inboxItem(row);
      this.#inbox.set(keyOf(item), item);
      this.#nextInbox = row.number + 1;
      if (item.state === "open") this.#unclaimed.add(keyOf(item));
    }
    this.#nextOutbox = (file.all<{ readonly last: number | null }>("SELECT max(number) AS last FROM outbox")[0]?.last ?? 0) + 1;
    for (const row of file.all<OutboxRow>("SELECT * FROM outbox WHERE state IN ('queued', 'sent', 'repeated') ORDER BY number")) {
      this.#outbox.set(row.number, outboxItem(row));
    }
  }

  #now(rxTimeS = 0): Moment {
    const { id, upMs } = this.#options.boot;
    return { wallMs: Math.round(this.#clock.wallMs()), boot: id, upMs: Math.round(upMs()), rxTimeS };
  }

  #closeRequest(item: InboxItem, state: InboxItem["state"]): Change {
    item.state = state;
    const key = keyOf(item);
    this.#unclaimed.delete(key);
    // Its key is needed for a day, its bytes are not.
    this.#inbox.set(key, { ...item, raw: NO_BYTES });
    return ["UPDATE inbox SET state = ?, raw = x'' WHERE number = ?", state, item.number];
  }

  #change(number: EntryNumber, change: (item: OutboxItem) => Change): void {
    const item = this.#outbox.get(number);
    if (item !== undefined) this.#file.write([change(item)]);
  }

  #tidyNowAndThen(): void {
    if (this.#clock.nowMs() - this.#tidiedAtMs >= TIDY_EVERY_MS) this.#tidy();
  }

  /** Forgets requests after a day; what was sent goes with them. */
  #tidy(): void {
    this.#tidiedAtMs = this.#clock.nowMs();
    const now = this.#now();
    const changes: Change[] = [];
    for (const [key, item] of this.#inbox) {
      // Of unknown age: kept for as long as there is room.
      const isOld = (elapsedMs(item.came, now) ?? 0) >= KEEP_MS;
      if (!isOld && this.#inbox.size <= MAX_KEPT) continue;
      this.#inbox.delete(key);
      this.#unclaimed.delete(key);
      changes.push(["DELETE FROM inbox WHERE number = ?", item.number]);
    }
    if (this.#nextOutbox > 1) changes.push([FORGET_SENT, now.wallMs - KEEP_MS, this.#nextOutbox - MAX_KEPT]);
    if (changes.length > 0) this.#file.write(changes);
  }
}

function keyOf({ from, id }: RequestKey): string {
  return `${from}/${id}`;
}

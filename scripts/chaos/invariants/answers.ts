/** Every command is answered exactly once or known to be lost, and no answer goes to somebody else. */
import type { MeshPacket } from "../../../src/link/messages.ts";
import { formatNodeId } from "../../../src/node_id.ts";
import { KillLedger } from "../../bench/kill_ledger.ts";
import type { Standing } from "./invariant.ts";
import { type JournalEntry, keyOf } from "./journal.ts";

/** How a command came to its end. Every end but `broken` is right. */
export type Fate =
  | "answered"
  /** Its frame lay unread in a socket whose end came, or the process died. */
  | "unread"
  /** The node handed it to another client. */
  | "stolen"
  /** The node wrote beginnings of frames around it: more than one of them can swallow what stands between. */
  | "swallowed by half frames"
  /** The node lost it: its queue was full, it restarted, or its write failed. */
  | "lost by the node"
  /** The bot gave its answer away twice, as often as it may, into connections that died or to a node that restarted, and says so. */
  | "answer lost on its way"
  /** The link was away for more than ten seconds: only the newest answers go out then. */
  | "too late"
  /** Asked shortly before the end. */
  | "under way"
  | "broken";

/** A text of our node on its way. */
export interface SaidText {
  readonly packetId: number;
  readonly to: number;
  readonly replyId: number;
  readonly text: string;
}

interface Asked {
  readonly from: number;
  readonly id: number;
  readonly text: string;
  readonly atMs: number;
  /** It is answered only when somebody else's server has spoken. */
  readonly waitsForService?: boolean;
}

const TORN_MS = 2000;
const UNDER_WAY_MS = 40_000;
// Nothing goes wrong in the last seconds, and those who still wait are waited for: hardly anybody is left then, however short the run.
const UNDER_WAY_ALWAYS = 2;
// A command is worked on as soon as it is read; only a service takes its time.
const UNTOUCHED_MS = 15_000;
const LONG_OUTAGE_MS = 10_000;
// Two connections in a row that die with the same answer in them are rare, however often one dies.
const LOST_ON_THE_WAY_ALWAYS = 2;
const LOST_ON_THE_WAY_SHARE = 0.03;
const SWALLOWED_ALWAYS = 1;

/** The books over all commands. All times are monotonic milliseconds. */
export class Answers {
  readonly ledger = new KillLedger();
  readonly #asked = new Map<number, Asked>();
  readonly #stolen = new Set<string>();
  readonly #lost = new Set<string>();
  /** By the id of the command: how often its answer was given to the node. */
  readonly #given = new Map<number, number>();
  readonly #answered = new Set<number>();
  /** When commands were handed over, by their keys, and when frames were begun and not ended. */
  readonly #handedMs = new Map<string, number>();
  readonly #tornMs: number[] = [];
  readonly #outages: { readonly fromMs: number; readonly toMs: number }[] = [];
  readonly #toOthers: string[] = [];
  #aired = 0;

  asked(command: Asked): void {
    this.#asked.set(command.id, command);
    this.ledger.asked(command.from, command.id, command.text, command.atMs);
  }

  /** The node has written a packet to the bot. */
  handed(packet: MeshPacket, connection: number, atMs: number): void {
    this.#handedMs.set(keyOf(packet.from, packet.id), atMs);
    this.ledger.handed(packet.from, packet.id, connection, atMs);
  }

  /** The node writes beginnings of frames. */
  torn(atMs: number): void {
    this.#tornMs.push(atMs);
  }

  /** The node has written it to another client. */
  stolen(packet: MeshPacket): void {
    this.#stolen.add(keyOf(packet.from, packet.id));
  }

  /** The node will never hand it over. */
  lost(packet: MeshPacket): void {
    this.#lost.add(keyOf(packet.from, packet.id));
  }

  /** Nothing more is read from this connection. */
  over(connection: number, atMs: number): void {
    if (!this.ledger.isKilled(connection)) this.ledger.killed(connection, atMs);
  }

  /** The bot has given the node a text. */
  given(said: SaidText): void {
    if (said.replyId !== 0) this.#given.set(said.replyId, (this.#given.get(said.replyId) ?? 0) + 1);
  }

  /** A text of our node is on the air; gives the command that it answers. */
  aired(said: SaidText): number | undefined {
    this.#aired += 1;
    const command = this.#asked.get(said.replyId);
    if (command === undefined) {
      this.#toOthers.push(`nobody has asked for ${JSON.stringify(said.text)} to ${formatNodeId(said.to)} (answers ${said.replyId})`);
      return undefined;
    }
    if (said.to !== command.from) {
      this.#toOthers.push(
        `${formatNodeId(command.from)} asked ${command.text}, and ${formatNodeId(said.to)} got ${JSON.stringify(said.text)}`,
      );
    }
    this.ledger.answered(said.replyId, said.packetId, said.text);
    this.#answered.add(said.replyId);
    return said.replyId;
  }

  /** The bot had no link from one moment to the other. */
  outage(fromMs: number, toMs: number): void {
    if (toMs - fromMs > LONG_OUTAGE_MS) this.#outages.push({ fromMs, toMs });
  }

  /** Commands asked since `sinceMs` that have no answer yet. */
  waiting(sinceMs: number): number {
    return [...this.#asked.values()].filter(({ id, atMs }) => atMs >= sinceMs && !this.#answered.has(id)).length;
  }

  /** The end of it all, with what the journal says. */
  verdict(journal: ReadonlyMap<string, JournalEntry>, nowMs: number): {
    readonly fates: ReadonlyMap<Fate, number>;
    readonly standings: readonly Standing[];
  } {
    this.ledger.noted([...this.#asked.values()].filter(({ from, id }) => journal.has(keyOf(from, id))));
    const fates = new Map<Fate, number>();
    const stories: string[] = [];
    for (const command of this.#asked.values()) {
      const entry = journal.get(keyOf(command.from, command.id));
      const { fate, reason } = this.#judge(command, entry, nowMs);
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
      if (fate === "broken") stories.push(this.#story(command, reason, entry, nowMs));
    }
    const onItsWay = fates.get("answer lost on its way") ?? 0;
    if (onItsWay > Math.max(LOST_ON_THE_WAY_ALWAYS, this.#asked.size * LOST_ON_THE_WAY_SHARE)) {
      stories.push(`${onItsWay} answers of ${this.#asked.size} lost on their way: so many connections do not die`);
    }
    const swallowed = fates.get("swallowed by half frames") ?? 0;
    if (swallowed > SWALLOWED_ALWAYS) stories.push(`${swallowed} commands swallowed by half frames: that is no chance any more`);
    const underWay = fates.get("under way") ?? 0;
    if (underWay > UNDER_WAY_ALWAYS) stories.push(`${underWay} commands still under way after the quiet end`);
    const summary = [...fates].map(([fate, count]) => `${count} ${fate}`).join(", ");
    return {
      fates,
      standings: [
        { name: "answered exactly once", seen: `${this.#asked.size} commands: ${summary}`, broken: stories },
        { name: "no answer to others", seen: `${this.#aired} texts on the air`, broken: this.#toOthers },
      ],
    };
  }

  #judge(command: Asked, entry: JournalEntry | undefined, nowMs: number): { readonly fate: Fate; readonly reason: string } {
    const { fate, reason } = this.ledger.judge(command.id, nowMs);
    const key = keyOf(command.from, command.id);
    if (fate === "answered" || fate === "unread") return { fate, reason };
    if (fate === "wrong") {
      return entry === undefined && this.#isTorn(key) ? { fate: "swallowed by half frames", reason } : { fate: "broken", reason };
    }
    if (fate === "unheard") {
      if (this.#stolen.has(key)) return { fate: "stolen", reason };
      if (this.#lost.has(key)) return { fate: "lost by the node", reason };
    }
    const limitMs = entry?.answers.length || command.waitsForService ? UNDER_WAY_MS : UNTOUCHED_MS;
    if (
      nowMs - command.atMs < limitMs && !entry?.answers.some((state) => /^(?:failed|expired|unknown|delivered|relayed)/.test(state))
    ) {
      return { fate: "under way", reason };
    }
    if (entry !== undefined && entry.answers.length > 0 && entry.answers.every((state) => state.startsWith("unknown"))) {
      return { fate: "answer lost on its way", reason };
    }
    const away = this.#outages.some(({ toMs }) => toMs >= command.atMs);
    if (away && entry?.answers.every((state) => state.startsWith("expired"))) return { fate: "too late", reason };
    return { fate: "broken", reason };
  }

  #isTorn(key: string): boolean {
    const handedAtMs = this.#handedMs.get(key);
    return handedAtMs !== undefined && this.#tornMs.some((atMs) => handedAtMs >= atMs && handedAtMs <= atMs + TORN_MS);
  }

  #story(command: Asked, reason: string, entry: JournalEntry | undefined, nowMs: number): string {
    const journal = entry === undefined
      ? "not in the journal"
      : `journal: ${entry.request}, answers: ${entry.answers.join("; ") || "none"}`;
    const given = this.#given.get(command.id) ?? 0;
    return `${keyOf(command.from, command.id)} ${command.text}, asked ${
      ((nowMs - command.atMs) / 1000).toFixed(1)
    } s before the end: ${reason}; ${journal}; given to the node ${given} times`;
  }
}

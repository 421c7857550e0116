/** What became of each command over all the deaths of the bot: the judge of "answered exactly once". */

// Later nobody waits for an answer any more; see resuming.ts.
const TOO_OLD_MS = 600_000;
// What waited longer than this in the socket of a bot that lived was not left there by the kill.
const UNREAD_AT_MOST_MS = 2000;

/** A command was written to the connection of a bot. */
interface Handed {
  readonly connection: number;
  /** Counts up over all commands: a connection keeps its order. */
  readonly order: number;
  readonly atMs: number;
}

/** One command and everything that is known of it. */
interface Command {
  readonly key: string;
  readonly text: string;
  readonly askedAtMs: number;
  readonly handed: Handed[];
  /** The bot has noted it in its journal. */
  noted: boolean;
  /** By packet id: the texts that went on the air as its answer. */
  readonly answers: Map<number, Set<string>>;
}

/** How a command ended. `unread`: handed to the socket, never read whole. `unheard`: its node never handed it over. */
export type Fate = "answered" | "unread" | "unheard" | "old" | "open" | "wrong";

/** The fate of a command, and why. */
export interface Judged {
  readonly fate: Fate;
  readonly reason: string;
}

/** How many commands came to each end, and the story of each that came to a wrong one. */
export interface Verdict {
  readonly counts: Readonly<Record<Fate, number>>;
  /** The longest time that a command lay unread before its bot was killed. */
  readonly longestUnreadMs: number;
  readonly stories: readonly string[];
}

/** Keeps the books. All times are monotonic milliseconds. */
export class KillLedger {
  readonly #commands = new Map<string, Command>();
  readonly #byReply = new Map<number, Command>();
  /** By connection: when its bot was killed. */
  readonly #killedAtMs = new Map<number, number>();
  #order = 0;

  /** Somebody has sent a command. */
  asked(from: number, id: number, text: string, atMs: number): void {
    const command: Command = { key: keyOf(from, id), text, askedAtMs: atMs, handed: [], noted: false, answers: new Map() };
    this.#commands.set(command.key, command);
    this.#byReply.set(id, command);
  }

  /** The node has written a packet to a connection; what is no command of ours is ignored. */
  handed(from: number, id: number, connection: number, atMs: number): void {
    this.#commands.get(keyOf(from, id))?.handed.push({ connection, order: this.#order++, atMs });
  }

  /** The node has sent a text that answers `replyId`; the same packet id again is the same answer, which every node drops. */
  answered(replyId: number, packetId: number, text: string): void {
    const answers = this.#byReply.get(replyId)?.answers;
    if (answers === undefined) return;
    const texts = answers.get(packetId) ?? new Set();
    answers.set(packetId, texts.add(text));
  }

  /** The bot behind this connection was killed. */
  killed(connection: number, atMs: number): void {
    this.#killedAtMs.set(connection, atMs);
  }

  /** Whether the bot behind this connection is known to be dead. */
  isKilled(connection: number): boolean {
    return this.#killedAtMs.has(connection);
  }

  /** The commands that stand in the journal. */
  noted(keys: Iterable<{ readonly from: number; readonly id: number }>): void {
    for (const { from, id } of keys) {
      const command = this.#commands.get(keyOf(from, id));
      if (command !== undefined) command.noted = true;
    }
  }

  /** Commands that were handed over to a bot that lives, or noted, and have no answer yet. */
  waiting(nowMs: number): number {
    return [...this.#commands.values()].filter((command) => this.#judge(command, nowMs).fate === "open").length;
  }

  /** How it stands with one command at `nowMs`; true answers of commands that are open may still come. */
  judge(id: number, nowMs: number): Judged {
    const command = this.#byReply.get(id);
    return command === undefined ? { fate: "wrong", reason: "nobody has asked it" } : this.#judge(command, nowMs);
  }

  /** The end of it all: what is open now will never be answered. */
  verdict(nowMs: number): Verdict {
    const counts: Record<Fate, number> = { answered: 0, unread: 0, unheard: 0, old: 0, open: 0, wrong: 0 };
    const stories: string[] = [];
    let longestUnreadMs = 0;
    for (const command of this.#commands.values()) {
      const { fate, reason } = this.#judge(command, nowMs);
      counts[fate] += 1;
      if (fate === "unread") longestUnreadMs = Math.max(longestUnreadMs, this.#unreadMs(command));
      if (fate === "wrong" || fate === "open") stories.push(this.#story(command, reason, nowMs));
    }
    return { counts, longestUnreadMs, stories };
  }

  #judge(command: Command, nowMs: number): Judged {
    const { answers, noted, handed } = command;
    if (answers.size > 1) return { fate: "wrong", reason: `answered ${answers.size} times` };
    const texts = [...answers.values()][0];
    if (texts !== undefined) {
      return texts.size === 1
        ? { fate: "answered", reason: "once" }
        : { fate: "wrong", reason: `${texts.size} texts under one packet id: ${[...texts].join(" | ")}` };
    }
    if (noted) {
      return nowMs - command.askedAtMs > TOO_OLD_MS
        ? { fate: "old", reason: "older than 10 minutes" }
        : { fate: "open", reason: "noted, and not answered" };
    }
    if (handed.length === 0) return { fate: "unheard", reason: "the node never handed it over" };
    // A connection keeps its order: who has read the later one has read this one.
    const later = [...this.#commands.values()].find((other) => other.noted && isBehind(other, command));
    if (later !== undefined) return { fate: "wrong", reason: `not noted, though ${later.key} behind it was` };
    if (handed.some(({ connection }) => !this.#killedAtMs.has(connection))) return { fate: "open", reason: "its bot lives" };
    const unreadMs = this.#unreadMs(command);
    return unreadMs > UNREAD_AT_MOST_MS
      ? { fate: "wrong", reason: `not noted within ${Math.round(unreadMs)} ms by a bot that lived` }
      : { fate: "unread", reason: `handed over ${Math.round(unreadMs)} ms before the kill` };
  }

  /** How long it lay before the bot was killed, at most. */
  #unreadMs({ handed }: Command): number {
    return Math.max(0, ...handed.map(({ connection, atMs }) => (this.#killedAtMs.get(connection) ?? atMs) - atMs));
  }

  #story({ key, text, askedAtMs, handed, noted, answers }: Command, reason: string, nowMs: number): string {
    const ago = (atMs: number) => `${((nowMs - atMs) / 1000).toFixed(3)} s before the end`;
    return [
      `${key} ${text}: ${reason}; asked ${ago(askedAtMs)}, ${noted ? "in the journal" : "not in the journal"}`,
      ...handed.map(({ connection, atMs }) => {
        const killedAtMs = this.#killedAtMs.get(connection);
        return `  handed to connection ${connection} ${ago(atMs)}, killed ${killedAtMs === undefined ? "never" : ago(killedAtMs)}`;
      }),
      ...[...answers].map(([packetId, texts]) => `  answered by ${packetId}: ${[...texts].join(" | ")}`),
    ].join("\n");
  }
}

/** Whether `other` was handed over only behind `command`, on a connection that both were handed to. */
function isBehind(other: Command, command: Command): boolean {
  const [first] = other.handed;
  return first !== undefined &&
    command.handed.some(({ connection, order }) =>
      other.handed.every((handed) => handed.connection === connection && handed.order > order)
    );
}

function keyOf(from: number, id: number): string {
  return `${from.toString(16)}/${id}`;
}

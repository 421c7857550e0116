/** What the program and the history's thread say to each other. Types only. */
import type { Batch } from "./batch.ts";
import type { NodeRow } from "./node_rows.ts";
import type { Answers, Questions } from "./questions.ts";

/** How the history is opened. */
export interface OpenHistoryOptions {
  /** The database; undefined keeps it in memory. */
  readonly path: string | undefined;
  /** The journal, which this thread syncs to the disk; undefined when it is in memory. */
  readonly journalPath: string | undefined;
  readonly keepDays: number;
  readonly maxMb: number;
}

/** A question with its name. */
export type Asked = { [Name in keyof Questions]: { readonly name: Name; readonly question: Questions[Name] } }[keyof Questions];

/** To the thread. What has an `id` is answered under it. */
export type ToHistory =
  | { readonly type: "open"; readonly options: OpenHistoryOptions }
  | { readonly type: "batch"; readonly batch: Batch; readonly count: number }
  | { readonly type: "ask"; readonly id: number; readonly asked: Asked }
  | { readonly type: "loadNodes"; readonly id: number }
  | { readonly type: "flush"; readonly id: number }
  | { readonly type: "forgetNodes" }
  /** The journal has changed; `moved`: it is another file now. */
  | { readonly type: "syncJournal"; readonly moved: boolean }
  | { readonly type: "close" };

/** The nodes as they stand in the file, with what later packets told of them. */
export interface LoadedNodes {
  readonly ownNum: number | undefined;
  readonly rows: readonly NodeRow[];
}

/** What an `id` may be answered with. */
export type HistoryAnswer = Answers[keyof Answers] | LoadedNodes | undefined;

/** From the thread. */
export type FromHistory =
  /** It listens; nothing may be sent to it before. */
  | { readonly type: "started" }
  /** A batch was taken, whatever became of it; with the count that it came with. */
  | { readonly type: "taken"; readonly count: number }
  | { readonly type: "answer"; readonly id: number; readonly value: HistoryAnswer }
  | { readonly type: "refused"; readonly id: number; readonly reason: string }
  | { readonly type: "said"; readonly level: "info" | "warn" | "error"; readonly text: string }
  | { readonly type: "state"; readonly kind: "file" | "memory"; readonly lostPackets: number }
  | { readonly type: "closed" };

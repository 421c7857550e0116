/** Opens the store: the journal on this thread, the history on its own. */
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import { type Boot, systemBoot } from "./boot.ts";
import { HISTORY_FILE, JOURNAL_FILE } from "./file_places.ts";
import { HistoryClient } from "./history_client.ts";
import { FileJournal } from "./journal.ts";
import { startWorker } from "./start_worker.ts";
import type { Store } from "./store.ts";

const log = logger("app");

/** Where and how things are kept. */
export interface StoreOptions {
  /** The folder of the files, made when it is missing; undefined keeps everything in memory. */
  readonly folder: string | undefined;
  readonly clock: Clock;
  /** Days that packets are kept; nodes are kept longer. */
  readonly keepDays: number;
  /** Beyond this size of the history, in MiB, the oldest is forgotten. */
  readonly maxMb: number;
  /** The nodes whose records are kept. */
  readonly nodes: Pick<NodeDb, "get" | "ownNum">;
  /** The default is this machine's. */
  readonly boot?: Boot;
  /** The default is the history's own thread. */
  readonly startWorker?: () => Worker;
}

/** Opens it; never throws: what cannot be used is said in the log, and memory takes its place. */
export function openStore(options: StoreOptions): Store {
  const { clock, keepDays, maxMb, nodes } = options;
  const folder = usable(options.folder);
  const journalPath = folder === undefined ? undefined : join(folder, JOURNAL_FILE);
  let history: HistoryClient | undefined = undefined;
  // The journal's file must be there before the other thread looks for it.
  const journal = new FileJournal({ path: journalPath, clock, boot: options.boot ?? systemBoot(clock), sync: (moved) => sync(moved) });
  history = new HistoryClient({
    path: folder === undefined ? undefined : join(folder, HISTORY_FILE),
    journalPath: journal.kind === "file" ? journalPath : undefined,
    keepDays,
    maxMb,
    clock,
    nodes,
    startWorker: options.startWorker ?? startWorker,
  });
  const past = history;
  /** A journal that is replaced while it is opened needs no word: the thread has not looked at the old one. */
  function sync(moved: boolean): boolean {
    if (history === undefined || history.kind === "down") return false;
    history.syncJournal(moved);
    return true;
  }
  return {
    journal,
    history: past,
    get state() {
      return { journal: journal.kind, history: past.kind, lostPackets: past.lostPackets };
    },
    loadNodes: () => past.loadNodes(),
    async [Symbol.asyncDispose]() {
      // Whoever closes a file last works its log in and waits for the disk: that is the other thread.
      journal[Symbol.dispose]();
      await past[Symbol.asyncDispose]();
    },
  };
}

function usable(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    log.error`the folder ${folder} cannot be used (${describeError(error)}): the bot goes on from memory, and keeps nothing`;
    return undefined;
  }
}

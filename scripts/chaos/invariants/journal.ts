/** What the bot's journal says about each command, read from a copy of its file. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What the journal knows of one command. */
export interface JournalEntry {
  /** `open`, `answered`, or how it ended without an answer. */
  readonly request: string;
  /** The states of its answer's parts. */
  readonly answers: readonly string[];
}

/** By asker and packet id, as `keyOf` writes them; empty when there is no journal. */
export function readJournal(folder: string): Map<string, JournalEntry> {
  const path = join(folder, "journal.db");
  const entries = new Map<string, JournalEntry>();
  if (!exists(path)) return entries;
  using db = new DatabaseSync(path);
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'outbox'").get() === undefined) return entries;
  const answers = new Map<string, string[]>();
  for (const { from, id, state, tries } of db.prepare("SELECT request_from AS [from], request_id AS id, state, tries FROM outbox").all()) {
    const key = keyOf(Number(from), Number(id));
    answers.set(key, [...answers.get(key) ?? [], `${state} (${tries} tries)`]);
  }
  for (const { from, id, state } of db.prepare("SELECT from_node AS [from], packet_id AS id, state FROM inbox").all()) {
    const key = keyOf(Number(from), Number(id));
    entries.set(key, { request: String(state), answers: answers.get(key) ?? [] });
  }
  return entries;
}

/** The name of a command. */
export function keyOf(from: number, id: number): string {
  return `${from.toString(16)}/${id}`;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

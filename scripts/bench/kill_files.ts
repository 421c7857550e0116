/** What a bot that was killed has left on the disk: are its databases sound, and which commands had it noted? */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const FILES = ["journal.db", "meshbot.db"];
const SUFFIXES = ["", "-wal"];

/** What was found. */
export interface LeftFiles {
  /** One for each database that is not sound. */
  readonly damages: readonly string[];
  readonly checks: number;
  /** The commands in the journal. */
  readonly noted: readonly { readonly from: number; readonly id: number }[];
  /** What the kill interrupted: commands without an answer, answers that waited, answers without an end. */
  readonly open: { readonly commands: number; readonly queued: number; readonly sent: number };
}

/** Copies the databases with their logs as they lie there: a look at the originals would mend what the next bot is to find. */
export async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const file of FILES) {
    for (const suffix of SUFFIXES) {
      try {
        await Deno.copyFile(join(from, file + suffix), join(to, file + suffix));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
}

/** Looks into the copies and deletes them. */
export async function examineFiles(folder: string): Promise<LeftFiles> {
  const damages: string[] = [];
  let checks = 0;
  let noted: LeftFiles["noted"] = [];
  let open: LeftFiles["open"] = { commands: 0, queued: 0, sent: 0 };
  for (const file of FILES) {
    const path = join(folder, file);
    try {
      // Killed before it was made.
      if ((await Deno.stat(path).catch(() => undefined)) === undefined) continue;
      checks += 1;
      using db = new DatabaseSync(path);
      const found = db.prepare("PRAGMA integrity_check").all().map((row) => String(Object.values(row)[0]));
      if (found.join() !== "ok") damages.push(`${file}: ${found.slice(0, 3).join("; ")}`);
      if (file !== FILES[0] || db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'outbox'").get() === undefined) continue;
      noted = db.prepare("SELECT from_node AS [from], packet_id AS id FROM inbox").all() as unknown as LeftFiles["noted"];
      const count = (sql: string) => Number(Object.values(db.prepare(`SELECT count(*) FROM ${sql}`).get() ?? {})[0]);
      open = {
        commands: count("inbox WHERE state = 'open'"),
        queued: count("outbox WHERE state = 'queued'"),
        sent: count("outbox WHERE state IN ('sent', 'repeated')"),
      };
    } catch (error) {
      damages.push(`${file}: ${(error as Error).message}`);
    }
  }
  await Deno.remove(folder, { recursive: true });
  return { damages, checks, noted, open };
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { HISTORY_FILE, JOURNAL_FILE } from "../../src/store/file_places.ts";
import { backUp, damagesOf, historyInfo, journalInfo, openToRead, storePaths } from "../../src/store/inspect.ts";
import { HISTORY_MIGRATIONS, JOURNAL_MIGRATIONS, type Migrations } from "../../src/store/schema.ts";
import { NewerSchemaError, Sqlite } from "../../src/store/sqlite.ts";
import { tempFolder } from "./support.ts";

const ADD_PACKET =
  "INSERT INTO packets SELECT coalesce(max(at_us), 0) + 1000000, 1, 2, 3, 1, 0, 3, 3, 0, -90, 6.25, 1, 0, 1, 0, 0, 1, 60, x'01' FROM packets";

function addRequest(state: string): string {
  return `INSERT INTO inbox (from_node, packet_id, to_node, channel, wall_ms, boot, up_ms, rx_time_s, raw, state)
    VALUES (1, 2, 3, 0, 0, 'b', 0, 0, x'01', '${state}')`;
}

function addAnswer(state: string): string {
  return `INSERT INTO outbox (packet_id, to_node, channel, portnum, payload, priority, person, answer_id, want_ack, want_response, reply_id,
    expires_in_ms, label, wall_ms, boot, up_ms, rx_time_s, tries, state)
    VALUES (1, 2, 0, 1, x'01', 'reply', 2, 1, 1, 0, 7, 1000, 'answer', 0, 'b', 0, 0, 1, '${state}')`;
}

/** A file of the store as a bot has it open: what was written last stands in its log. */
function running(folder: string, file: string, migrations: Migrations, ...statements: string[]): Sqlite {
  const db = new Sqlite(join(folder, file), { busyMs: 0 });
  db.exec("PRAGMA journal_mode = WAL");
  db.migrate(migrations);
  for (const statement of statements) db.exec(statement);
  return db;
}

/** Both files, left as by a bot that was killed: nobody has them open, and their logs hold what the files lack. */
async function killed(folder: string): Promise<void> {
  await using other = await tempFolder();
  using history = running(other.path, HISTORY_FILE, HISTORY_MIGRATIONS, ADD_PACKET);
  using journal = running(other.path, JOURNAL_FILE, JOURNAL_MIGRATIONS, addRequest("open"));
  assert.ok(history !== journal);
  for (const name of [HISTORY_FILE, JOURNAL_FILE].flatMap((file) => [file, `${file}-wal`])) {
    Deno.copyFileSync(join(other.path, name), join(folder, name));
  }
}

function packetsOf(db: Sqlite): number | undefined {
  return db.get<{ count: number }>("SELECT count(*) AS count FROM packets")?.count;
}

/** The files and what is in them; what SQLite shares among readers is nobody's business. */
function contents(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => !name.endsWith("-shm")).sort();
  return Object.fromEntries(names.map((name) => [name, createHash("sha256").update(Deno.readFileSync(join(folder, name))).digest("hex")]));
}

Deno.test("historyInfo() and journalInfo() count what is kept, what stands in the log too, and write nothing", async () => {
  await using folder = await tempFolder();
  await killed(folder.path);
  const before = contents(folder.path);
  const { tables, schemaVersion, oldestMs, newestMs } = historyInfo(folder.path);
  assert.deepEqual([tables["packets"], tables["texts"], schemaVersion, oldestMs, newestMs], [1, 0, HISTORY_MIGRATIONS.length, 1000, 1000]);
  assert.deepEqual(journalInfo(folder.path), { requests: 1, openRequests: 1, openAnswers: 0, schemaVersion: JOURNAL_MIGRATIONS.length });
  for (const path of Object.values(storePaths(folder.path))) assert.deepEqual(damagesOf(path), []);
  assert.deepEqual(contents(folder.path), before);
});

Deno.test("journalInfo() tells what is still open while the bot runs", async () => {
  await using folder = await tempFolder();
  const answers = ["queued", "sent", "repeated", "delivered", "failed"].map(addAnswer);
  using journal = running(folder.path, JOURNAL_FILE, JOURNAL_MIGRATIONS, addRequest("open"), addRequest("done"), ...answers);
  assert.deepEqual(journalInfo(folder.path), { requests: 2, openRequests: 1, openAnswers: 3, schemaVersion: 1 });
  journal.exec(addRequest("open"));
  assert.deepEqual(journalInfo(folder.path), { requests: 3, openRequests: 2, openAnswers: 3, schemaVersion: 1 });
});

Deno.test("openToRead() lets nobody write, and refuses a file that is missing, no database, or of another version", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "x.db");
  assert.throws(() => openToRead(path, JOURNAL_MIGRATIONS), Deno.errors.NotFound);
  assert.throws(() => damagesOf(path), Deno.errors.NotFound);
  assert.deepEqual(contents(folder.path), {});
  Deno.writeTextFileSync(path, "this is no database, however long one reads in it");
  assert.throws(() => openToRead(path, JOURNAL_MIGRATIONS), /not a database/);
  assert.throws(() => damagesOf(path), /not a database/);
  Deno.removeSync(path);
  running(folder.path, "x.db", JOURNAL_MIGRATIONS)[Symbol.dispose]();
  {
    using db = openToRead(path, JOURNAL_MIGRATIONS);
    assert.throws(() => db.exec("DELETE FROM inbox"), /readonly/);
  }
  assert.throws(() => openToRead(path, [...JOURNAL_MIGRATIONS, "SELECT 1"]), (error: Error) => {
    assert.ok(error instanceof NewerSchemaError);
    assert.match(error.message, /has version 1, this program reads 2: start the bot once/);
    return true;
  });
  {
    using db = new Sqlite(path, { busyMs: 0 });
    db.exec("PRAGMA user_version = 2");
  }
  assert.throws(() => openToRead(path, JOURNAL_MIGRATIONS), /has version 2, this program reads 1: use a newer MeshBot/);
});

Deno.test("openToRead() waits for a bot that is writing", async () => {
  await using folder = await tempFolder();
  running(folder.path, JOURNAL_FILE, JOURNAL_MIGRATIONS)[Symbol.dispose]();
  using db = openToRead(storePaths(folder.path).journal, JOURNAL_MIGRATIONS);
  assert.equal(db.pragma("busy_timeout"), 5000);
});

Deno.test("damagesOf() tells what is wrong with a file", async () => {
  await using folder = await tempFolder();
  running(folder.path, JOURNAL_FILE, JOURNAL_MIGRATIONS, addRequest("open"))[Symbol.dispose]();
  const { journal } = storePaths(folder.path);
  {
    // The number of rows in the first page of the requests.
    using file = Deno.openSync(journal, { write: true });
    file.seekSync(4096 + 4, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array([3]));
  }
  assert.ok(damagesOf(journal).length > 0);
  assert.ok(damagesOf(journal).every((line) => line !== "ok"));
});

Deno.test("backUp() copies the history as it is now, with what stands in the log, for nobody else to read", async () => {
  await using folder = await tempFolder();
  await using other = await tempFolder();
  const target = join(other.path, "copy.db");
  using history = running(folder.path, HISTORY_FILE, HISTORY_MIGRATIONS, ADD_PACKET, ADD_PACKET);
  backUp(folder.path, target);
  assert.deepEqual(Object.keys(contents(other.path)), ["copy.db"]);
  assert.equal((Deno.statSync(target).mode ?? 0) & 0o777, 0o600);
  history.exec(ADD_PACKET);
  {
    using copy = new Sqlite(target, { busyMs: 0, readOnly: true });
    assert.equal(copy.pragma("user_version"), HISTORY_MIGRATIONS.length);
    assert.equal(packetsOf(copy), 2);
    assert.equal(copy.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode, "delete");
  }
  assert.throws(() => backUp(folder.path, target), Deno.errors.AlreadyExists);
  using copy = new Sqlite(target, { busyMs: 0, readOnly: true });
  assert.equal(packetsOf(copy), 2);
});

Deno.test("backUp() leaves nothing behind when there is nothing to copy", async () => {
  await using folder = await tempFolder();
  await using other = await tempFolder();
  assert.throws(() => backUp(folder.path, join(other.path, "copy.db")), Deno.errors.NotFound);
  assert.deepEqual(contents(other.path), {});
});

Deno.test("backUp() copies a history that is closed, and leaves its folder as it was", async () => {
  await using folder = await tempFolder();
  await using other = await tempFolder();
  running(folder.path, HISTORY_FILE, HISTORY_MIGRATIONS, ADD_PACKET)[Symbol.dispose]();
  const before = contents(folder.path);
  backUp(folder.path, join(other.path, "copy.db"));
  assert.equal(contents(folder.path)[HISTORY_FILE], before[HISTORY_FILE]);
  using copy = new Sqlite(join(other.path, "copy.db"), { busyMs: 0, readOnly: true });
  assert.equal(packetsOf(copy), 1);
});

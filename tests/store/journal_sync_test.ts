import assert from "node:assert/strict";
import { join } from "node:path";
import { JournalSync } from "../../src/store/journal_sync.ts";
import { Sqlite } from "../../src/store/sqlite.ts";
import { tempFolder } from "./support.ts";

Deno.test("JournalSync.sync() tells why it fails, once for each row of failures", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "journal.db");
  using sync = new JournalSync(path);
  assert.match(sync.sync(false) ?? "", /No such file/);
  assert.equal(sync.sync(false), undefined);
  {
    using db = new Sqlite(path, { busyMs: 0 });
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
    assert.equal(sync.sync(false), undefined);
  }
  await Deno.remove(path);
  assert.match(sync.sync(true) ?? "", /No such file/);
  assert.equal(sync.sync(true), undefined);
});

Deno.test("JournalSync.sync() makes no file where there is none", async () => {
  await using folder = await tempFolder();
  using sync = new JournalSync(join(folder.path, "journal.db"));
  sync.sync(false);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("JournalSync.sync() does nothing for a journal in memory", () => {
  using sync = new JournalSync(undefined);
  assert.equal(sync.sync(true), undefined);
});

import assert from "node:assert/strict";
import { stderrIsJournal } from "../../src/config/journal.ts";

const stat = () => ({ dev: 8, ino: 12345 });

Deno.test("stderrIsJournal() is true only for the very stream that systemd names", () => {
  assert.equal(stderrIsJournal({ JOURNAL_STREAM: "8:12345" }, stat), true);
  assert.equal(stderrIsJournal({ JOURNAL_STREAM: "8:99" }, stat), false);
  assert.equal(stderrIsJournal({}, stat), false);
});

Deno.test("stderrIsJournal() is false when standard error cannot be looked at", () => {
  const closed = () => {
    throw new Error("EBADF");
  };
  assert.equal(stderrIsJournal({ JOURNAL_STREAM: "8:12345" }, closed), false);
});

Deno.test("stderrIsJournal() looks at the true standard error", () => {
  assert.equal(stderrIsJournal({ JOURNAL_STREAM: "0:0" }), false);
});

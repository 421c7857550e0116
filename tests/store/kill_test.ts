import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { systemBoot } from "../../src/store/boot.ts";
import { FileJournal } from "../../src/store/journal.ts";
import { request, tempFolder } from "./support.ts";

const CHILD = fileURLToPath(new URL("./kill_child.ts", import.meta.url));
const ROUNDS = 4;
const LINES_A_ROUND = 400;

/** What a child said before it was killed: how far each command had come for certain. */
async function runAndKill(folder: string, first: number): Promise<Map<number, string>> {
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", CHILD, folder, String(first)], stdout: "piped" })
    .spawn();
  let text = "";
  const decoder = new TextDecoder();
  let killed = false;
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    if (!killed && text.split("\n").length > LINES_A_ROUND + first % 7) {
      killed = true;
      child.kill("SIGKILL");
    }
  }
  await child.status;
  const steps = new Map<number, string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [step = "", id] = line.split(" ");
    steps.set(Number(id), step);
  }
  return steps;
}

Deno.test("FileJournal has after kill -9 every step that had returned, a sound file, and gives what is open", async () => {
  await using folder = await tempFolder();
  let first = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const steps = await runAndKill(folder.path, first);
    const last = Math.max(...steps.keys());
    assert.ok(steps.size > 50);
    {
      const file = new DatabaseSync(join(folder.path, "journal.db"));
      assert.equal(Object.values(file.prepare("PRAGMA integrity_check").get() ?? {})[0], "ok");
      file.close();
    }
    using journal = new FileJournal({
      path: join(folder.path, "journal.db"),
      clock: systemClock,
      boot: systemBoot(systemClock),
      sync: () => true,
    });
    const openRequests = new Set(journal.openRequests({}).map(({ id }) => id));
    const openAnswers = new Map(journal.openAnswers({}).map((answer) => [answer.request?.id ?? 0, answer]));
    for (const [id, step] of steps) {
      assert.equal(journal.received(request(id)), "known", `command ${id} is known`);
      // Of the last command one more step than was said may be on file.
      if (id === last) continue;
      assert.equal(openRequests.has(id), false, `command ${id} was answered`);
      assert.equal(openAnswers.has(id), step !== "ended", `command ${id} came to ${step}`);
      if (step !== "ended") assert.equal(openAnswers.get(id)?.state, "sent");
    }
    const atLast = steps.get(last);
    if (atLast === "queued") assert.ok(openAnswers.has(last));
    if (atLast === "received") assert.notEqual(openRequests.has(last), openAnswers.has(last), "the request is open, or its answer is");
    for (const { number } of openAnswers.values()) journal.outcome(number, "unknown");
    for (const id of openRequests) journal.ended(request(id), "late");
    first = last + 2;
  }
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { UsageError } from "../../src/errors.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { openRecordingFile, type RecordingFileOptions } from "../../src/record/recording_file.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const POSIX = Deno.build.os !== "windows";

function line(number: number): string {
  return `{"t":${number},"filler":"${"x".repeat(80)}"}`;
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-record-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function options(path: string, more: Partial<RecordingFileOptions> = {}): RecordingFileOptions {
  return { path, clock: systemClock, head: () => ['{"t":0,"head":1}'], lost: (count) => `{"t":0,"lost":${count}}`, ...more };
}

async function loggedWhile(use: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  startLog({ format: "journal", debug: false, write: (text) => void lines.push(text) });
  try {
    await use();
  } finally {
    stopLog();
  }
  return lines;
}

Deno.test("RecordingFile keeps two files below the limit, each beginning with the head, the newest lines in the first", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "link.jsonl");
    {
      await using file = await openRecordingFile(options(path, { maxBytes: 2000 }));
      for (let number = 1; number <= 200; number += 1) file.write(line(number));
    }
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["link.jsonl", "link.jsonl.1"]);
    const texts = names.map((name) => Deno.readTextFileSync(join(folder, name)));
    const numbers = texts.map((text) => text.trim().split("\n").map((entry) => JSON.parse(entry) as { t: number; head?: number }));
    for (const [index, entries] of numbers.entries()) {
      assert.ok((texts[index] ?? "").length <= 2000);
      assert.equal(entries[0]?.head, 1);
    }
    const all = [...(numbers[1] ?? []).slice(1), ...(numbers[0] ?? []).slice(1)].map(({ t }) => t);
    assert.deepEqual(all, Array.from({ length: all.length }, (_, index) => 200 - all.length + 1 + index));
    if (POSIX) { for (const name of names) assert.equal((Deno.statSync(join(folder, name)).mode ?? 0) & 0o777, 0o600); }
  });
});

Deno.test("RecordingFile writes behind an earlier recording, and takes its rights from others", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "link.jsonl");
    await Deno.writeTextFile(path, `${line(1)}\n`, { mode: 0o644 });
    {
      await using file = await openRecordingFile(options(path));
      file.write(line(2));
    }
    assert.deepEqual((await Deno.readTextFile(path)).trim().split("\n"), [line(1), '{"t":0,"head":1}', line(2)]);
    if (POSIX) assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("RecordingFile writes after a second, whether or not more comes", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "link.jsonl");
    const clock = createFakeClock();
    await using file = await openRecordingFile(options(path, { clock }));
    file.write(line(1));
    assert.equal((await Deno.stat(path)).size, 0);
    await clock.tick(1000);
    while ((await Deno.stat(path)).size === 0);
    assert.match(await Deno.readTextFile(path), /"t":1,/);
  });
});

Deno.test("openRecordingFile() refuses what is no recording, and leaves it as it is", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "meshbot.toml");
    await Deno.writeTextFile(path, "[node]\n");
    await assert.rejects(openRecordingFile(options(path)), (error) => error instanceof UsageError && /is no recording/.test(error.message));
    assert.equal(await Deno.readTextFile(path), "[node]\n");
    await assert.rejects(openRecordingFile(options(folder)), (error) => error instanceof UsageError && /no file/.test(error.message));
    await Deno.symlink(path, join(folder, "link"));
    await assert.rejects(openRecordingFile(options(join(folder, "link"))), UsageError);
    await assert.rejects(openRecordingFile(options(join(folder, "none", "file"))), Deno.errors.NotFound);
  });
});

// Deno opens devices only with all permissions, which the tests do not have everywhere.
const mayOpenDevices = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";

Deno.test({
  name: "RecordingFile says once that the disk is full, and stops",
  ignore: !mayOpenDevices,
  fn: () =>
    inFolder(async (folder) => {
      const logged = await loggedWhile(async () => {
        const full = () => Deno.open("/dev/full", { write: true });
        await using file = await openRecordingFile(options(join(folder, "link.jsonl"), { open: full }));
        // Several writes of 64 KiB.
        for (let number = 0; number < 5000; number += 1) file.write(line(number));
        await file[Symbol.asyncDispose]();
        file.write(line(0));
      });
      assert.equal(logged.length, 1);
      assert.match(
        logged[0] ?? "",
        /<3>link: recording to .*link\.jsonl has ended \(No space left on device.*; the bot goes on without it/,
      );
    }),
});

Deno.test("RecordingFile leaves the last of the disk to others", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "link.jsonl");
    const asked: string[] = [];
    const logged = await loggedWhile(async () => {
      const freeBytes = (where: string) => {
        asked.push(where);
        return Promise.resolve(5 * 2 ** 20);
      };
      await using file = await openRecordingFile(options(path, { freeBytes }));
      file.write(line(1));
    });
    assert.deepEqual(asked, [folder]);
    assert.match(logged.join(), /the disk is nearly full: 5 MiB are free/);
    assert.equal((await Deno.stat(path)).size, 0);
  });
});

Deno.test("RecordingFile keeps no more than its limit while the disk is slow, and tells how many lines that cost", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "link.jsonl");
    const gate = Promise.withResolvers<void>();
    const slow = async (): Promise<Deno.FsFile> => {
      const file = await Deno.open(path, { append: true, create: true });
      const write = file.write.bind(file);
      file.write = async (bytes) => {
        await gate.promise;
        return await write(bytes);
      };
      return file;
    };
    {
      await using file = await openRecordingFile(options(path, { open: slow, maxWaitingBytes: 150_000 }));
      for (let number = 1; number <= 5000; number += 1) file.write(line(number));
      gate.resolve();
      while ((await Deno.stat(path)).size < 100_000);
      file.write(line(9999));
    }
    const lines = (await Deno.readTextFile(path)).trim().split("\n");
    const lost = JSON.parse(lines.at(-2) ?? "") as { lost: number };
    assert.equal(lost.lost + lines.length - 3, 5000);
    assert.ok(lost.lost > 1000);
    assert.equal(lines.at(-1), line(9999));
  });
});

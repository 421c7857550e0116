import assert from "node:assert/strict";
import { join } from "node:path";
import { createStateFile } from "../../src/io/state_file.ts";
import { startLog, stopLog } from "../../src/log.ts";

async function inFolder(test: (folder: string, lines: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot_state_" });
  const lines: string[] = [];
  startLog({ format: "journal", debug: false, write: (line) => lines.push(line) });
  try {
    await test(folder, lines);
  } finally {
    stopLog();
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

/** Takes what is a list of numbers. */
function numbers(value: unknown): number[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) throw new Error("no list of numbers");
  return value;
}

Deno.test("createStateFile() gives back what was written, in a folder that it makes", async () => {
  await inFolder(async (folder, lines) => {
    const path = join(folder, "new", "deeper", "state.json");
    const file = createStateFile(path);
    assert.equal(await file.read(numbers), undefined);
    file.write([1, 2]);
    await file.flush();
    assert.deepEqual(await createStateFile(path).read(numbers), [1, 2]);
    assert.deepEqual(namesIn(join(folder, "new", "deeper")), ["state.json"]);
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assert.deepEqual(lines, []);
  });
});

Deno.test("StateFile.write() takes the value of that moment, returns at once, and writes the newest last", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "state.json");
    const file = createStateFile(path);
    const value = [0];
    for (let i = 1; i <= 50; i++) {
      value[0] = i;
      file.write(value);
      assert.equal(namesIn(folder).includes("state.json"), false, "nothing was written while the caller held on");
    }
    value[0] = 999;
    await file.flush();
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), [50]);
    file.write([51]);
    await file.flush();
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), [51]);
  });
});

Deno.test("StateFile.write() never leaves half a file under the name", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "state.json");
    const file = createStateFile(path);
    const long = Array.from({ length: 20_000 }, (_, index) => index);
    file.write(long);
    await file.flush();
    file.write(long.toReversed());
    const seen = new Set<number | undefined>();
    const flushed = file.flush().then(() => "done");
    for (let done: unknown; done !== "done"; done = await Promise.race([flushed, Promise.resolve()])) {
      const read = numbers(JSON.parse(await Deno.readTextFile(path)));
      assert.equal(read.length, long.length);
      seen.add(read[0]);
    }
    assert(seen.size > 0);
    assert.equal(numbers(JSON.parse(await Deno.readTextFile(path)))[0], 19_999);
  });
});

for (
  const [name, text] of [
    ["half a file", "[1, 2"],
    ["an empty file", ""],
    ["a file of something else", '{"a": 1}'],
    ["a file of binary", "\u0000\ufffd"],
  ] as const
) {
  Deno.test(`StateFile.read() keeps ${name} as .corrupt, says so once, and begins anew`, async () => {
    await inFolder(async (folder, lines) => {
      const path = join(folder, "state.json");
      await Deno.writeTextFile(path, text);
      const file = createStateFile(path);
      assert.equal(await file.read(numbers), undefined);
      assert.equal(await file.read(numbers), undefined);
      assert.equal(await Deno.readTextFile(`${path}.corrupt`), text);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /^<4>app: .*state\.json cannot be used \(.*\); it is kept as .*state\.json\.corrupt/);
      file.write([3]);
      await file.flush();
      assert.deepEqual(await file.read(numbers), [3]);
      assert.deepEqual(namesIn(folder), ["state.json", "state.json.corrupt"]);
    });
  });
}

Deno.test("StateFile.write() says once that a folder cannot be written, goes on, and says when it can be again", async () => {
  await inFolder(async (folder, lines) => {
    // A file where the folder should be stops also a test that runs as root.
    const blocked = join(folder, "data");
    const file = createStateFile(join(blocked, "state.json"));
    assert.equal(await file.read(numbers), undefined);
    await Deno.writeTextFile(blocked, "");
    for (let i = 0; i < 3; i++) {
      file.write([i]);
      await file.flush();
    }
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^<4>app: .*state\.json cannot be written \(.*\); the bot goes on from memory$/);
    await Deno.remove(blocked);
    file.write([4]);
    await file.flush();
    assert.match(lines[1] ?? "", /^<6>app: .*state\.json can be written again$/);
    assert.deepEqual(await file.read(numbers), [4]);
  });
});

Deno.test("StateFile.write() leaves a file alone that could neither be read nor moved", async () => {
  await inFolder(async (folder, lines) => {
    const path = join(folder, "data", "state.json");
    await Deno.writeTextFile(join(folder, "data"), "");
    const file = createStateFile(path);
    assert.equal(await file.read(numbers), undefined);
    file.write([1]);
    await file.flush();
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /can neither be used .* nor moved .*memory/);
  });
});

Deno.test("StateFile.read() sets aside a folder and a file of absurd size", async () => {
  await inFolder(async (folder, lines) => {
    const path = join(folder, "state.json");
    await Deno.mkdir(path);
    assert.equal(await createStateFile(path).read(numbers), undefined);
    await Deno.writeTextFile(path, "");
    await Deno.truncate(path, 5 * 1024 * 1024);
    await Deno.remove(`${path}.corrupt`);
    assert.equal(await createStateFile(path).read(numbers), undefined);
    assert.match(lines.join("\n"), /it is no file[\s\S]*it has 5242880 bytes/);
    assert.deepEqual(namesIn(folder), ["state.json.corrupt"]);
  });
});

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { CliCommand } from "../../src/cli/command.ts";
import { parseOptions } from "../../src/cli/args.ts";
import { storeCommand } from "../../src/cli/store.ts";
import { UsageError } from "../../src/errors.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { heardPacket, OWN, realStore, request, tempFolder } from "../store/support.ts";

interface Outcome {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

async function store(folder: string, ...argv: string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const command: CliCommand = storeCommand;
  const code = await command.run({
    args: parseOptions(command, argv) as never,
    env: { HOME: "/home/pi", MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: folder },
    cwd: folder,
    signal: new AbortController().signal,
    stdin: { readable: () => new ReadableStream(), isTerminal: () => false },
    write: (line) => out.push(line),
    writeError: (line) => err.push(line),
  });
  return { code, out, err };
}

function text(id: number, words: string, more: Parameters<typeof heardPacket>[0] = {}): ReturnType<typeof heardPacket> {
  const { data, ...packet } = more;
  return heardPacket({ id, ...packet, data: { payload: new TextEncoder().encode(words), ...data } });
}

/** A bot's folder with five packets, of which four are texts and one may leave. */
async function filled(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await tempFolder();
  await using kept = realStore(folder.path);
  for (
    const packet of [
      text(1, 'free, "as" the wind'),
      text(2, "not for the internet", { data: { bitfield: 0 } }),
      text(3, "for you alone", { to: OWN }),
      text(4, "from an old node", { data: { bitfield: undefined as never } }),
      heardPacket({ id: 5, payloadVariant: { case: "encrypted", value: new Uint8Array(30) } }),
    ]
  ) kept.history.packet(packet, readPacket(packet));
  kept.journal.received(request(9));
  return folder;
}

Deno.test("meshbot store info tells how much is kept and since when", async () => {
  await using folder = await filled();
  const { code, out, err } = await store(folder.path, "info");
  assert.deepEqual([code, err], [0, []]);
  const told = out.join("\n");
  assert.match(told, /^history {2}\S+meshbot\.db \(version 1\)\n {2}size +\d+ KiB on disk/);
  assert.match(told, /\n {2}packets +5\n/);
  assert.match(told, /\n {2}texts +4\n/);
  assert.match(told, /\n {2}requests +1, 1 without an end\n/);
});

Deno.test("meshbot store info reads while a bot runs on the files", async () => {
  await using folder = await tempFolder();
  await using kept = realStore(folder.path);
  const packet = text(1, "hello");
  kept.history.packet(packet, readPacket(packet));
  await kept.history.flush();
  const { code, out } = await store(folder.path, "info");
  assert.equal(code, 0);
  assert.match(out.join("\n"), /\n {2}packets +1\n/);
});

Deno.test("meshbot store check finds sound files sound, and damage with exit code 1", async () => {
  await using folder = await filled();
  const sound = await store(folder.path, "check");
  assert.equal(sound.code, 0);
  assert.equal(sound.out.length, 2);
  for (const line of sound.out) assert.match(line, /: ok$/);
  const path = join(folder.path, "meshbot.db");
  {
    using file = Deno.openSync(path, { write: true });
    file.seekSync(3 * 4096, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(8 * 4096).fill(0xa5));
  }
  const broken = await store(folder.path, "check");
  assert.equal(broken.code, 1);
  assert.match(broken.err[0] ?? "", /^meshbot store: \S+meshbot\.db: ./);
  assert.equal(broken.out.length, 1, "the journal is sound");
  Deno.writeTextFileSync(path, "no database".repeat(1000));
  const hopeless = await store(folder.path, "check");
  assert.equal(hopeless.code, 1);
  assert.match(hopeless.err[0] ?? "", /not a database/);
});

Deno.test("meshbot store backup copies everything while the bot runs, and overwrites nothing", async () => {
  await using folder = await filled();
  await using _running = realStore(folder.path);
  const { code, out, err } = await store(folder.path, "backup", "copy.db");
  assert.equal(code, 0, err.join("\n"));
  assert.match(out[0] ?? "", /copy\.db: \d+ KiB$/);
  const copy = new DatabaseSync(join(folder.path, "copy.db"), { readOnly: true });
  assert.equal(copy.prepare("SELECT count(*) AS rows FROM packets").get()?.rows, 5);
  assert.equal(Object.values(copy.prepare("PRAGMA integrity_check").get() ?? {})[0], "ok");
  copy.close();
  assert.equal((Deno.statSync(join(folder.path, "copy.db")).mode ?? 0) & 0o077, 0);
  await assert.rejects(store(folder.path, "backup", "copy.db"), (error) => error instanceof UsageError && /exists/.test(error.message));
});

Deno.test("meshbot store export lets out no text that its sender or its address keeps in, in any form", async () => {
  await using folder = await filled();
  const secrets = ["not for the internet", "for you alone", "from an old node"];
  const csv = await store(folder.path, "export", "texts");
  assert.equal(csv.code, 0);
  assert.equal(csv.out.length, 2);
  assert.equal(csv.out[0], "at_us,from_node,to_node,packet_id,channel,direct,ok_to_mqtt,heard,reply_id,text");
  assert.match(csv.out[1] ?? "", /,"free, ""as"" the wind"$/);
  const { EXPORT_TABLES } = await import("../../src/store/export.ts");
  for (const table of EXPORT_TABLES) {
    for (const format of ["csv", "jsonl"]) {
      const told = (await store(folder.path, "export", table, "--format", format)).out.join("\n");
      for (const secret of secrets) {
        assert.ok(!told.includes(secret), `${table} as ${format}`);
        assert.ok(!told.includes(hexOf(secret)), `${table} as ${format}, in the packet's bytes`);
      }
      if (table === "packets") assert.ok(told.includes(hexOf("as")), "the bytes of what may leave do");
    }
  }
  const lines = (await store(folder.path, "export", "packets", "--format", "jsonl")).out.map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ packet_id: id, raw }) => [id, raw === null]), [[1, false], [2, true], [3, true], [4, true], [5, true]]);
});

function hexOf(words: string): string {
  return Array.from(new TextEncoder().encode(words), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("meshbot store export keeps a spreadsheet from taking a text for a formula", async () => {
  await using folder = await tempFolder();
  {
    await using kept = realStore(folder.path);
    const packet = text(1, "=1+1");
    kept.history.packet(packet, readPacket(packet));
  }
  assert.match((await store(folder.path, "export", "texts")).out[1] ?? "", /,'=1\+1$/);
  assert.match((await store(folder.path, "export", "texts", "--format", "jsonl")).out[0] ?? "", /"text":"=1\+1"/);
});

Deno.test("meshbot store says what is wrong with its words, and where nothing is kept", async () => {
  await using folder = await tempFolder();
  const refuses = async (words: RegExp, ...argv: string[]) =>
    await assert.rejects(store(folder.path, ...argv), (error) => error instanceof UsageError && words.test(error.message));
  await refuses(/say what to do/);
  await refuses(/say what to do/, "vacuum");
  await refuses(/takes nothing behind it/, "info", "more");
  await refuses(/say where to/, "backup");
  await refuses(/say which table: .*packets/, "export");
  await refuses(/did you mean texts\?/, "export", "text");
  await refuses(/no table "inbox" to export/, "export", "inbox");
  await refuses(/must be csv or jsonl/, "export", "texts", "--format", "xml");
  for (const action of [["info"], ["check"], ["backup", "x.db"], ["export", "nodes"]]) {
    const { code, err } = await store(folder.path, ...action);
    assert.equal(code, 1);
    assert.match(err[0] ?? "", /nothing is kept in/);
  }
  assert.deepEqual([...Deno.readDirSync(folder.path)], [], "looking makes no files");
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { parseOptions } from "../../src/cli/args.ts";
import type { CliCommand } from "../../src/cli/command.ts";
import { importCommand } from "../../src/cli/import.ts";
import { installCommand } from "../../src/cli/install.ts";
import { uninstallCommand } from "../../src/cli/uninstall.ts";
import { systemClock } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { UsageError } from "../../src/errors.ts";
import { acquireInstanceLock } from "../../src/io/instance_lock.ts";
import { debianProgram } from "../support/debian.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command; `typed` is what a person at a terminal types. */
async function run(command: CliCommand, argv: readonly string[], typed?: string): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run({
    args: parseOptions(command, argv) as never,
    env: { HOME: "/home/pi", LANG: "en_GB.UTF-8" },
    cwd: "/",
    signal: new AbortController().signal,
    stdin: { readable: () => ReadableStream.from([new TextEncoder().encode(typed)]), isTerminal: () => typed !== undefined },
    write: (line) => out.push(line),
    writeError: (line) => err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

async function withRoot(action: (root: string, program: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "root-" });
  try {
    const program = join(folder, "meshbot-new");
    await Deno.writeTextFile(program, "#!/bin/true\n");
    const root = join(folder, "root");
    await Deno.mkdir(join(root, "etc"), { recursive: true });
    await action(root, program);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const WHERE = ["--host", "192.168.1.50", "--yes"];

Deno.test("meshbot install --dry-run prints every file and order, and does nothing", async () => {
  await withRoot(async (root, program) => {
    const { code, out } = await run(installCommand, [...WHERE, "--dry-run", "--root", root, "--binary", program]);
    assert.equal(code, 0);
    for (
      const part of [
        /Nothing is done/,
        /- write .*meshbot\.toml \(0644\)/,
        / {4}host = "192\.168\.1\.50"/,
        / {4}DynamicUser=yes/,
        /- systemctl --root=/,
      ]
    ) {
      assert.match(out, part);
    }
    assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["etc"]);
    assert.deepEqual([...Deno.readDirSync(join(root, "etc"))], []);
  });
});

debianProgram("systemctl").test("meshbot install and uninstall under a root of their own", async () => {
  await withRoot(async (root, program) => {
    const at = (path: string) => join(root, path);
    const link = at("etc/systemd/system/multi-user.target.wants/meshbot.service");
    const installed = await run(installCommand, ["--host", "192.168.1.50:4500", "--root", root, "--binary", program], "fr\n!a1b2c3d4\n0\n");
    assert.equal(installed.code, 0, installed.err);
    const { node, language, mesh } = loadConfig({ file: at("etc/meshbot/meshbot.toml"), env: { HOME: "/" }, cwd: "/" }).config;
    assert.deepEqual([node.host, node.port, language, mesh.admins], ["192.168.1.50", 4500, "fr", ["!a1b2c3d4"]]);
    assert.equal(await Deno.readTextFile(at("usr/local/bin/meshbot")), "#!/bin/true\n");
    assert.ok((await Deno.lstat(link)).isSymlink);

    await Deno.writeTextFile(at("etc/meshbot/meshbot.toml"), "# mine\n");
    const again = await run(installCommand, [...WHERE, "--root", root, "--binary", program]);
    assert.match(again.out, /- keep .*meshbot\.toml: your configuration/);
    assert.equal(await Deno.readTextFile(at("etc/meshbot/meshbot.toml")), "# mine\n");

    await Deno.mkdir(at("var/lib/meshbot"), { recursive: true });
    assert.equal((await run(uninstallCommand, ["--root", root])).code, 0);
    for (const path of [link, at("etc/systemd/system/meshbot.service"), at("usr/local/bin/meshbot")]) {
      await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
    }
    assert.ok((await Deno.stat(at("etc/meshbot/meshbot.toml"))).isFile && (await Deno.stat(at("var/lib/meshbot"))).isDirectory);

    const { code, out } = await run(uninstallCommand, ["--root", root, "--purge"]);
    assert.equal(code, 0, out);
    for (const path of ["etc/meshbot", "var/lib/meshbot"]) await assert.rejects(Deno.lstat(at(path)), Deno.errors.NotFound);
  });
});

Deno.test("meshbot install keeps the user of the installation before it, who may read its files", async () => {
  await withRoot(async (root, program) => {
    await Deno.writeTextFile(join(root, "etc/passwd"), "radio:x:1000:1000::/home/radio:/bin/sh\nother:x:1001:1001::/:/bin/sh\n");
    const unit = join(root, "etc/systemd/system/meshbot.service");
    await Deno.mkdir(join(unit, ".."), { recursive: true });
    await Deno.writeTextFile(unit, "[Service]\nUser=radio\n");
    const unitOf = async (...args: string[]) =>
      (await run(installCommand, [...WHERE, "--dry-run", "--root", root, "--binary", program, ...args])).out;
    assert.match(await unitOf(), / {4}User=radio$/m);
    assert.match(await unitOf("--user", "other"), / {4}User=other$/m);
    await Deno.writeTextFile(unit, "[Service]\nDynamicUser=yes\n");
    assert.match(await unitOf(), / {4}DynamicUser=yes$/m);
  });
});

Deno.test("meshbot install refuses what it cannot do, before it does anything", async () => {
  await withRoot(async (root, program) => {
    const under = [...WHERE, "--root", root, "--binary", program];
    await Deno.writeTextFile(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
    for (
      const [args, why] of [
        [[...under, "--user", "radio"], /no user "radio"/],
        [[...under, "--user", "root"], /needs no rights of root/],
        [[...under, "--listen-only-hours", "soon"], /--listen-only-hours is "soon"/],
        [[...under, "--admins", "me"], /must be a list of public keys/],
        [[...under, "--language", "de"], /"en" or "fr"/],
        [[...WHERE, "--root", root], /runs from its source/],
      ] as const
    ) await assert.rejects(run(installCommand, args), (error) => error instanceof UsageError && why.test(error.message), why.source);
    assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["etc"]);
    const absent = await run(installCommand, [...WHERE, "--root", root, "--binary", join(root, "absent")]);
    assert.equal(absent.code, 1);
    assert.match(absent.err, /cannot copy .*absent/);
  });
});

Deno.test("meshbot uninstall --dry-run prints what would go", async () => {
  const { code, out } = await run(uninstallCommand, ["--dry-run", "--purge"]);
  assert.equal(code, 0);
  assert.match(out, /- systemctl disable --now meshbot\.service\n- remove \/etc\/systemd\/system\/meshbot\.service/);
  assert.match(out, /- remove \/var\/lib\/private\/meshbot/);
});

Deno.test("meshbot import prints a configuration, puts bans in their place, and names the file in what is wrong", async () => {
  await withRoot(async (root) => {
    const file = join(root, "config.ini");
    await Deno.writeTextFile(file, "[interface]\ntype = tcp\nhostname = roof.local\n[general]\n[bbs]\nbbs_ban_list = 11\n");
    const plain = await run(importCommand, ["meshing-around", file]);
    assert.equal(plain.code, 0);
    assert.match(plain.out, /^host = "roof\.local"$/m);
    assert.match(plain.err, /bans in comments only: 1;/);
    const data = join(root, "data");
    const { err } = await run(importCommand, ["meshing-around", file, "--data-dir", data, "--host", "shed.local"]);
    assert.match(err, /bans that are new in .*: 1 of 1/);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(data, "people.json"))).banned, ["!0000000b"]);

    {
      const holder = { pid: 4711, user: "meshbot", host: "roof.local", port: 4403, addresses: [], startedAtWallMs: 1 };
      using _lock = await acquireInstanceLock(data, holder, { clock: systemClock });
      const running = run(importCommand, ["meshing-around", file, "--data-dir", data]);
      await assert.rejects(running, { name: "UsageError", message: /a bot is running with .*data \(pid 4711\), and would write over it/ });
    }
    await Deno.writeFile(join(root, "binary"), Uint8Array.of(0xff, 0xfe));
    for (
      const [args, why] of [
        [[], /say which file/],
        [["meshing-around"], /say which file/],
        [["other", file], /"other" is not known/],
        [["meshing-around", join(root, "absent")], /absent: there is no such file/],
        [["meshing-around", root], /this is a folder/],
        [["meshing-around", join(root, "binary")], /binary: the text is not UTF-8/],
        [["meshing-around", file, "--host", "http://x"], /without http/],
      ] as const
    ) await assert.rejects(run(importCommand, args), (error) => error instanceof UsageError && why.test(error.message), why.source);
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Facts } from "../../src/install/facts.ts";
import { findUser, readFacts } from "../../src/install/facts.ts";
import { applySteps, InstallError } from "../../src/install/apply.ts";
import { describeStep, type InstallPlan, planInstall, planUninstall, type Step } from "../../src/install/plan.ts";

const BARE: Facts = { hasSystemd: true, hasVcgencmd: false, hasConfig: false, hasSecrets: false, hasUnit: false, unitUser: undefined };
const PLAN: InstallPlan = { root: "/", facts: BARE, program: "/home/pi/meshbot", config: "c", secrets: "s", user: undefined };

function lines(steps: readonly Step[]): string[] {
  return steps.map(describeStep);
}

async function withFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "install-" });
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("planInstall() writes what is not there, and starts the service", () => {
  assert.deepEqual(lines(planInstall(PLAN)), [
    "make the folder /etc/meshbot (0755)",
    "write /etc/meshbot/meshbot.toml (0644)",
    "write /etc/meshbot/secrets.env (0600)",
    "copy /home/pi/meshbot to /usr/local/bin/meshbot (0755)",
    "write /etc/systemd/system/meshbot.service (0644)",
    "systemctl daemon-reload",
    "systemctl enable --now meshbot.service",
  ]);
});

Deno.test("planInstall() keeps a configuration, keys and a program in its place, and restarts a bot that runs", () => {
  const facts = { ...BARE, hasConfig: true, hasSecrets: true, hasUnit: true };
  const steps = planInstall({ ...PLAN, facts, program: undefined, config: undefined });
  const [, config, secrets, binary] = steps;
  assert.deepEqual([config?.kind, secrets?.kind, binary?.kind], ["keep", "keep", "keep"]);
  assert.equal(lines(steps).at(-1), "systemctl restart meshbot.service");
});

Deno.test("planInstall() lets a given user alone read the configuration, and starts nothing under another root", () => {
  const steps = planInstall({ ...PLAN, root: "/tmp/image", user: { name: "radio", uid: 990, gid: 991 } });
  assert.ok(lines(steps).includes("write /tmp/image/etc/meshbot/meshbot.toml (0640, group 991)"));
  const unit = steps.find((step) => step.kind === "write" && step.path.endsWith("meshbot.service"));
  assert.match(unit?.kind === "write" ? unit.text : "", /^User=radio$/m);
  assert.deepEqual(steps.filter(({ kind }) => kind === "systemctl").map(describeStep), [
    "systemctl --root=/tmp/image enable meshbot.service",
  ]);
});

Deno.test("planUninstall() keeps configuration and data unless all is to go", () => {
  const kept = planUninstall({ root: "/", purge: false });
  assert.deepEqual(kept.filter(({ kind }) => kind === "remove").map(describeStep), [
    "remove /etc/systemd/system/meshbot.service",
    "remove /usr/local/bin/meshbot",
  ]);
  const removed = lines(planUninstall({ root: "/", purge: true }));
  for (const path of ["/etc/meshbot", "/var/lib/meshbot", "/var/lib/private/meshbot"]) assert.ok(removed.includes(`remove ${path}`), path);
  assert.equal(lines(kept)[0], "systemctl disable --now meshbot.service");
});

Deno.test("applySteps() does and says each step, with the modes that it says", async () => {
  await withFolder(async (folder) => {
    const program = join(folder, "program");
    await Deno.writeTextFile(program, "binary");
    const calls: (readonly string[])[] = [];
    const said: string[] = [];
    const { uid, gid } = await Deno.stat(folder);
    const steps = planInstall({ ...PLAN, root: join(folder, "root"), program, user: { name: "me", uid: uid ?? 0, gid: gid ?? 0 } });
    await applySteps(steps, {
      say: (line) => said.push(line),
      systemctl(args) {
        calls.push(args);
        return Promise.resolve(undefined);
      },
    });
    assert.deepEqual(said, lines(steps));
    assert.deepEqual(calls, [[`--root=${join(folder, "root")}`, "enable", "meshbot.service"]]);
    const modes = [
      "etc/meshbot",
      "etc/meshbot/meshbot.toml",
      "etc/meshbot/secrets.env",
      "usr/local/bin/meshbot",
      "etc/systemd/system/meshbot.service",
    ]
      .map((path) => ((Deno.statSync(join(folder, "root", path)).mode ?? 0) & 0o777).toString(8));
    assert.deepEqual(modes, ["755", "640", "600", "755", "644"]);
    assert.equal(await Deno.readTextFile(join(folder, "root/usr/local/bin/meshbot")), "binary");
    assert.deepEqual([...Deno.readDirSync(join(folder, "root/etc/meshbot"))].map(({ name }) => name).sort(), [
      "meshbot.toml",
      "secrets.env",
    ]);
  });
});

Deno.test("applySteps() stops at the first step that fails, says which, and goes on where a failure means nothing", async () => {
  await withFolder(async (folder) => {
    const said: string[] = [];
    const write = { kind: "write", path: join(folder, "late"), text: "", mode: 0o600 } as const;
    const steps: Step[] = [
      { kind: "systemctl", args: ["disable"], mayFail: true },
      { kind: "remove", path: join(folder, "absent") },
      { kind: "copy", from: join(folder, "absent"), path: join(folder, "copy"), mode: 0o755 },
      write,
    ];
    const systemctl = () => Promise.resolve("Unit does not exist");
    await assert.rejects(applySteps(steps, { say: (line) => said.push(line), systemctl }), (error) => {
      return error instanceof InstallError && /^cannot copy .*absent.* \(0755\): /.test(error.message);
    });
    assert.equal(said[0], "systemctl disable: not needed (Unit does not exist)");
    assert.equal(said.length, 2);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await assert.rejects(
      applySteps([{ kind: "systemctl", args: ["start"] }], { say: () => {}, systemctl }),
      /cannot systemctl start: Unit does/,
    );
  });
});

Deno.test("applySteps() replaces a program by another file, so that the running one is not touched", async () => {
  await withFolder(async (folder) => {
    const [from, path] = [join(folder, "new"), join(folder, "old")];
    await Deno.writeTextFile(from, "new");
    await Deno.writeTextFile(path, "old");
    using running = await Deno.open(path, { read: true });
    await applySteps([{ kind: "copy", from, path, mode: 0o755 }], { say: () => {} });
    const buffer = new Uint8Array(3);
    await running.read(buffer);
    assert.equal(new TextDecoder().decode(buffer), "old");
    assert.equal(await Deno.readTextFile(path), "new");
  });
});

Deno.test("readFacts() and findUser() look under the root that they are given", async () => {
  await withFolder(async (folder) => {
    const nothing = { hasSystemd: false, hasVcgencmd: false, hasConfig: false, hasSecrets: false, hasUnit: false, unitUser: undefined };
    assert.deepEqual(readFacts(folder), nothing);
    assert.equal(findUser(folder, "radio"), undefined);
    for (
      const [path, text] of [["usr/bin/vcgencmd", ""], ["etc/meshbot/meshbot.toml", ""], [
        "etc/passwd",
        "radio:x:990:991::/:/bin/false\nbad:x::\n",
      ]]
    ) {
      await Deno.mkdir(join(folder, path as string, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path as string), text as string);
    }
    assert.deepEqual(readFacts(folder), { ...nothing, hasConfig: true }, "without the group video a unit that names it would not start");
    await Deno.writeTextFile(join(folder, "etc/group"), "root:x:0:\nvideo:x:44:\n");
    assert.deepEqual(readFacts(folder), { ...nothing, hasConfig: true, hasVcgencmd: true });
    assert.deepEqual(findUser(folder, "radio"), { uid: 990, gid: 991 });
    assert.equal(findUser(folder, "rad"), undefined);
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { systemClock } from "../../src/clock.ts";
import {
  acquireInstanceLock,
  currentUser,
  findInstance,
  type InstanceHolder,
  LOCK_NAME,
  parseHolder,
  runtimeFolder,
} from "../../src/io/instance_lock.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const HOLDER: InstanceHolder = {
  pid: 4711,
  user: "meshbot",
  host: "meshtastic.local",
  port: 4403,
  addresses: ["192.168.1.50"],
  startedAtWallMs: 1_750_000_000_000,
};

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "lock-" });
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("acquireInstanceLock() writes who runs, for everybody to read", async () => {
  await inFolder(async (parent) => {
    const folder = join(parent, "new");
    const umask = Deno.umask(0o077);
    try {
      using lock = await acquireInstanceLock(folder, HOLDER, { clock: systemClock });
      assert.deepEqual(findInstance(folder), { held: true, holder: HOLDER });
      assert.equal((Deno.statSync(join(folder, LOCK_NAME)).mode ?? 0) & 0o777, 0o644);
      lock.update({ nodeNum: 0xa1b20a01, addresses: [] });
      assert.deepEqual(findInstance(folder)?.holder, { ...HOLDER, nodeNum: 0xa1b20a01, addresses: [] });
    } finally {
      Deno.umask(umask);
    }
  });
});

Deno.test("acquireInstanceLock() refuses a second bot and names the first", async () => {
  await inFolder(async (folder) => {
    using _lock = await acquireInstanceLock(folder, HOLDER, { clock: systemClock });
    await assert.rejects(acquireInstanceLock(folder, { ...HOLDER, pid: 1 }, { clock: systemClock }), {
      name: "UsageError",
      message:
        `another bot (pid 4711, user meshbot, node meshtastic.local:4403) is running in ${folder}: stop it first, or give this one a data_dir of its own`,
    });
    assert.equal(findInstance(folder)?.holder?.pid, 4711);
  });
});

Deno.test("acquireInstanceLock() is not kept from starting by whoever looks at that moment", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, LOCK_NAME), "");
    const reader = await Deno.open(join(folder, LOCK_NAME), { read: true });
    await reader.lock(false);
    const clock = createFakeClock();
    const acquiring = acquireInstanceLock(folder, HOLDER, { clock });
    while (clock.pendingTimers() === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await reader.unlock();
    reader.close();
    await clock.tick(1000);
    using _lock = await acquiring;
    assert.equal(findInstance(folder)?.held, true);
  });
});

Deno.test("InstanceLock is free again after its end, and what comes after that is harmless", async () => {
  await inFolder(async (folder) => {
    const lock = await acquireInstanceLock(folder, HOLDER, { clock: systemClock });
    lock[Symbol.dispose]();
    lock[Symbol.dispose]();
    lock.update({ nodeNum: 1 });
    assert.deepEqual(findInstance(folder), { held: false, holder: undefined });
    using _next = await acquireInstanceLock(folder, { ...HOLDER, pid: 2 }, { clock: systemClock });
    assert.equal(findInstance(folder)?.holder?.pid, 2);
  });
});

Deno.test("findInstance() sees that a killed bot holds nothing", async () => {
  await inFolder(async (folder) => {
    const module = new URL("../../src/io/instance_lock.ts", import.meta.url).href;
    const program = `const { acquireInstanceLock } = await import(${JSON.stringify(module)});
      const clock = { nowMs: () => 0, wallMs: () => 0, after: () => ({ cancel() {} }) };
      await acquireInstanceLock(${JSON.stringify(folder)}, ${JSON.stringify(HOLDER)}, { clock });
      console.log("held");
      setInterval(() => {}, 1e6);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", program],
      cwd: new URL("../..", import.meta.url),
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const reader = child.stdout.getReader();
      await reader.read();
      assert.deepEqual(findInstance(folder), { held: true, holder: HOLDER });
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      assert.deepEqual(findInstance(folder), { held: false, holder: HOLDER });
    } finally {
      try {
        child.kill("SIGKILL");
      } catch {
        // It is gone, as it should be.
      }
      await child.status;
    }
  });
});

Deno.test("findInstance() says nothing of a folder without a lock file", async () => {
  await inFolder((folder) => {
    assert.equal(findInstance(folder), undefined);
    assert.equal(findInstance(join(folder, "none")), undefined);
    return Promise.resolve();
  });
});

Deno.test("parseHolder() takes what a bot wrote and nothing else", () => {
  assert.deepEqual(parseHolder(JSON.stringify(HOLDER)), HOLDER);
  for (
    const broken of [{ pid: "1" }, { user: "" }, { user: "a\u001b[2J" }, { host: 1 }, { port: -1 }, { addresses: "x" }, { addresses: [1] }]
  ) {
    assert.equal(parseHolder(JSON.stringify({ ...HOLDER, ...broken })), undefined, JSON.stringify(broken));
  }
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const holder = parseHolder(text);
    assert.ok(holder === undefined || typeof holder.pid === "number");
  }));
});

Deno.test("runtimeFolder() is systemd's folder, else the data folder", () => {
  assert.equal(runtimeFolder({ RUNTIME_DIRECTORY: "/run/meshbot:/run/other" }, "/data"), "/run/meshbot");
  assert.equal(runtimeFolder({}, "/data"), "/data");
});

Deno.test("currentUser() is the user by name where the environment tells it", () => {
  assert.equal(currentUser({ USER: "pi", LOGNAME: "x" }), "pi");
  assert.equal(currentUser({ LOGNAME: "x" }), "x");
  assert.match(currentUser({}), /^uid \d+$/);
});

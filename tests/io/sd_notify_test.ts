import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import { createNotifier, type NotifySocket } from "../../src/io/sd_notify.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const FILE = fileURLToPath(import.meta.url);

/** A socket that writes down what it is given. */
function createEar(): { heard: string[]; open: (path: string) => NotifySocket; paths: string[]; closed: () => number } {
  const heard: string[] = [];
  const paths: string[] = [];
  let closed = 0;
  return {
    heard,
    paths,
    closed: () => closed,
    open(path) {
      paths.push(path);
      return {
        send(text) {
          heard.push(text);
          return Promise.resolve();
        },
        close() {
          closed += 1;
        },
      };
    },
  };
}

Deno.test("createNotifier() does nothing without NOTIFY_SOCKET, and never throws", async () => {
  const clock = createFakeClock();
  for (const env of [{}, { NOTIFY_SOCKET: "" }, { NOTIFY_SOCKET: "relative/path", WATCHDOG_USEC: "1000000" }]) {
    await using notifier = createNotifier({ env, clock });
    notifier.ready();
    notifier.status("link ready");
    notifier.reloading();
    notifier.stopping();
    assert.equal(clock.pendingTimers(), 0);
  }
});

Deno.test("Notifier tells each state once, a status in one line, and closes after the last word", async () => {
  const ear = createEar();
  {
    await using notifier = createNotifier({ env: { NOTIFY_SOCKET: "/run/systemd/notify" }, clock: createFakeClock(), open: ear.open });
    notifier.ready();
    notifier.status("connecting\nREADY=1\u2028x");
    notifier.status("connecting READY=1 x");
    notifier.status("é".repeat(300));
    notifier.reloading();
    notifier.ready();
    notifier.stopping();
    assert.equal(ear.closed(), 0);
  }
  const status = "STATUS=connecting READY=1 x";
  assert.deepEqual(ear.heard, ["READY=1", status, `STATUS=${"é".repeat(200)}`, "RELOADING=1", "READY=1", "STOPPING=1"]);
  assert.deepEqual(ear.paths, ["/run/systemd/notify"]);
  assert.equal(ear.closed(), 1);
});

Deno.test("Notifier feeds the watchdog at half of its time, from ready() until stopping()", async () => {
  const clock = createFakeClock();
  const ear = createEar();
  const env = { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "60000000", WATCHDOG_PID: "42" };
  await using notifier = createNotifier({ env, clock, open: ear.open, pid: 42 });
  const fed = () => ear.heard.filter((text) => text === "WATCHDOG=1").length;
  await clock.tick(100_000);
  assert.equal(fed(), 0);
  notifier.ready();
  notifier.ready();
  await clock.tick(29_999);
  assert.equal(fed(), 0);
  await clock.tick(1);
  assert.equal(fed(), 1);
  await clock.tick(300_000);
  assert.equal(fed(), 11);
  notifier.stopping();
  await clock.tick(300_000);
  assert.equal(fed(), 11);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Notifier leaves a watchdog alone that is another's, absent or nonsense", async () => {
  for (const [usec, pid] of [["1000", "7"], ["0", "42"], ["soon", "42"], ["-5", "42"], [undefined, "42"]] as const) {
    const clock = createFakeClock();
    const ear = createEar();
    const env = { NOTIFY_SOCKET: "/x", WATCHDOG_PID: pid, ...(usec === undefined ? {} : { WATCHDOG_USEC: usec }) };
    await using notifier = createNotifier({ env, clock, open: ear.open, pid: 42 });
    notifier.ready();
    assert.equal(clock.pendingTimers(), 0, `${usec} ${pid}`);
  }
  const clock = createFakeClock();
  await using notifier = createNotifier({ env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "1000" }, clock, open: createEar().open, pid: 42 });
  notifier.ready();
  assert.equal(clock.pendingTimers(), 1);
});

Deno.test("Notifier gives a manager that takes nothing no more than one sign of life", async () => {
  const clock = createFakeClock();
  let given = 0;
  const { promise: stuck, resolve: free } = Promise.withResolvers<void>();
  const open = () => ({
    send() {
      given += 1;
      return stuck;
    },
    close() {},
  });
  const notifier = createNotifier({ env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "2000000" }, clock, open });
  notifier.ready();
  await clock.tick(60_000);
  assert.equal(given, 1);
  free();
  await clock.tick(1000);
  assert.equal(given, 2);
  await notifier[Symbol.asyncDispose]();
});

if (Deno.listenDatagram === undefined || (await Deno.permissions.query({ name: "net" })).state !== "granted") {
  Deno.test("all tests of sd_notify_test.ts, in a process that may use unix datagrams", async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-prompt", "--no-check", "-A", "--unstable-net", FILE],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  });
} else {
  Deno.test("createNotifier() is heard by a real datagram socket, and leaves no file behind", async () => {
    const folder = await Deno.makeTempDir({ prefix: "sd-notify-" });
    const path = join(folder, "notify");
    const manager = Deno.listenDatagram({ transport: "unixpacket", path });
    const heard = async () => new TextDecoder().decode((await manager.receive())[0]);
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: "20000" };
    {
      await using notifier = createNotifier({ env, clock: systemClock });
      notifier.ready();
      assert.equal(await heard(), "READY=1");
      notifier.status("link ready");
      assert.equal(await heard(), "STATUS=link ready");
      assert.equal(await heard(), "WATCHDOG=1");
      notifier.stopping();
    }
    let last = await heard();
    while (last === "WATCHDOG=1") last = await heard();
    assert.equal(last, "STOPPING=1");
    manager.close();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["notify"]);
    await Deno.remove(folder, { recursive: true });
  });

  Deno.test("createNotifier() lives on when nobody is at the socket", async () => {
    await using notifier = createNotifier({ env: { NOTIFY_SOCKET: "/nowhere/notify" }, clock: systemClock });
    notifier.ready();
    notifier.status("link ready");
  });
}

import assert from "node:assert/strict";
import { PortNum } from "../../src/link/enums.ts";
import { type ConnectFunction, connectTcp } from "../../src/link/connection.ts";
import { encode } from "../../src/link/codec.ts";
import { encodeFrame } from "../../src/link/frame.ts";
import { acquireInstanceLock, type InstanceHolder } from "../../src/io/instance_lock.ts";
import { reportJson, reportLines } from "../../src/diag/report.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import { diagnose } from "../../src/diag/diagnose.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { defaults, diagnoseNode } from "../support/diag_rig.ts";
import { settle, wrapSocket } from "../support/link_rig.ts";
import type { SteppedClock } from "../support/stepped_clock.ts";

/** Does something with the node so long after its first handshake. */
function afterReady(delayMs: number, action: (node: SimulatedNode) => void) {
  return (node: SimulatedNode, clock: SteppedClock) => {
    void node.waitFor("configured").then(() => clock.after(delayMs, () => action(node)));
  };
}

Deno.test("diagnose() finds a quiet node that answers healthy, and takes leave of it in order", async () => {
  const { summary, verdict, said, lines } = await diagnoseNode();
  assert.equal(verdict.healthy, true, verdict.verdict);
  assert.match(verdict.verdict, /^The link is healthy: it held for 20\.0 s without a loss, and the node answers in \d+ ms\.$/);
  assert.deepEqual(said, ["wantConfigId", "heartbeat", "disconnect"]);
  assert.deepEqual([summary.disconnects, summary.uptime, summary.longestGapMs, summary.handshakes], [0, 1, 0, 1]);
  assert.deepEqual(summary.probes.heartbeat, { sent: 1, answered: 1, unanswered: 0 });
  assert.ok(summary.totals.frames > 40);
  assert.match(summary.timeline, /^[~=]=+$/);
  assert.match(lines.join("\n"), /\n127\.0\.0\.1:\d+: connected in \d+ ms\n\[ .* s\] ready: !a1b20a01, firmware 2\.7\.26/);
  assert.match(lines.join("\n"), /\[ {4}3\.\d s\] heartbeat sent\n\[ {4}3\.\d s\] heartbeat answered in \d+ ms$/);
});

Deno.test("diagnose() sends a heartbeat every 300 s, as the official client does", async () => {
  const { summary, said, verdict } = await diagnoseNode({ durationMs: 910_000 });
  assert.deepEqual(said, ["wantConfigId", ...Array(4).fill("heartbeat"), "disconnect"]);
  assert.equal(summary.roundTripMs !== undefined && summary.roundTripMs.min <= summary.roundTripMs.median, true);
  assert.equal(verdict.healthy, true);
});

Deno.test("diagnose() counts packets by their port", async () => {
  const packet = (id: number, portnum: number) => ({
    id,
    from: 0x11223344,
    to: 0xffffffff,
    rxRssi: -80,
    payloadVariant: { case: "decoded" as const, value: { portnum, payload: new Uint8Array(3) } },
  });
  const { summary, lines } = await diagnoseNode({
    before: afterReady(1000, (node) => {
      node.receiveFromMesh(packet(1, PortNum.TEXT_MESSAGE_APP));
      node.receiveFromMesh(packet(2, 34));
      node.receiveFromMesh(packet(3, PortNum.TEXT_MESSAGE_APP));
    }),
  });
  assert.equal(summary.packets, 3);
  assert.deepEqual(Object.entries(summary.ports), [["TEXT_MESSAGE_APP", 2], ["PAXCOUNTER_APP", 1]]);
  assert.match(lines.join("\n"), /packet 2: PAXCOUNTER_APP from !11223344, \d+ bytes/);
});

for (const how of ["FIN", "RST"] as const) {
  Deno.test(`diagnose() tells a loss by ${how}, and goes on`, async () => {
    const { summary, verdict, lines } = await diagnoseNode({
      before: afterReady(8000, (node) => {
        node.slowAccept(500);
        if (how === "FIN") node.hangUp();
        else node.reset();
      }),
    });
    assert.equal(verdict.healthy, false);
    assert.equal(summary.disconnects, 1);
    assert.equal(how === "FIN" ? summary.causes.fin : summary.causes.rst, 1, JSON.stringify(summary.causes));
    assert.match(verdict.verdict, how === "FIN" ? /lost 1 time .*\(1 by FIN\): the node closed it in order/ : /lost 1 time .*\(1 by RST\)/);
    assert.deepEqual([summary.connections, summary.handshakes], [2, 2]);
    assert.match(summary.timeline, /=x~=+$/);
    assert.deepEqual([summary.longestGapMs, summary.uptime], [500, 0.975]);
    assert.match(
      lines.join("\n"),
      how === "FIN" ? /lost after 8\.\d s: closed by the node \(FIN\)/ : /lost after 8\.\d s: read failed \(.*reset/i,
    );
  });
}

Deno.test("diagnose() tells that the node has restarted", async () => {
  const { summary, verdict, lines } = await diagnoseNode({ before: afterReady(2000, (node) => node.reboot(3000)) });
  assert.equal(verdict.healthy, false);
  assert.match(verdict.verdict, /: the node has restarted 1 time\.$/);
  assert.match(verdict.next[0] ?? "", /power supply/);
  assert.ok(summary.failedDials > 0 && summary.longestGapMs >= 3000, `${summary.failedDials} ${summary.longestGapMs}`);
  assert.match(lines.join("\n"), /no TCP connection to 127\.0\.0\.1: refused; .*\n(.*\n)*.*ready: .*the node has restarted meanwhile/);
  assert.match(summary.timeline, /x\.+/);
});

Deno.test("diagnose() tells a node that falls silent from a quiet mesh", async () => {
  const { summary, verdict, lines } = await diagnoseNode({ before: afterReady(1000, (node) => node.goSilent(true)) });
  assert.equal(verdict.healthy, false);
  assert.match(verdict.verdict, /^The connection stayed open but the node fell silent/);
  assert.deepEqual([summary.probes.heartbeat.unanswered, summary.probes.config.unanswered, summary.phase], [1, 1, "silent"]);
  assert.equal(summary.otherReader, false);
  assert.match(summary.timeline, /\?+$/);
  assert.match(
    lines.join("\n"),
    /no answer to the heartbeat within 5\.0 s\n.*asked for the configuration[^]*no answer to the question within 5\.0 s/,
  );
});

Deno.test("diagnose() waits for the last answer before it judges", async () => {
  const { summary, verdict } = await diagnoseNode({ durationMs: 2000, before: afterReady(100, (node) => node.goSilent(true)) });
  assert.equal(verdict.healthy, false);
  assert.equal(summary.probes.heartbeat.unanswered, 1);
});

Deno.test("diagnose() in the bot's own way has the silent connection replaced, and tells it as silence", async () => {
  const { summary, verdict } = await diagnoseNode({
    mode: "optimized",
    durationMs: 120_000,
    before: afterReady(5000, (node) => node.mute()),
  });
  assert.equal(verdict.healthy, false);
  assert.deepEqual([summary.causes.silence, summary.disconnects, summary.handshakes], [1, 1, 2]);
  assert.match(verdict.verdict, /fell silent and answered no question \(1 time\)/);
});

for (const mode of ["default", "optimized"] as const) {
  Deno.test(`diagnose() in mode ${mode} asks an old firmware what it answers, and finds it healthy`, async () => {
    const { summary, verdict, said } = await diagnoseNode({ mode, node: { firmware: "2.6.11" }, durationMs: 100_000 });
    assert.equal(verdict.healthy, true, verdict.verdict);
    assert.deepEqual([summary.probes.heartbeat.sent, summary.probes.config.unanswered], [0, 0]);
    assert.ok(summary.probes.config.answered > 0);
    assert.ok(summary.roundTripMs !== undefined);
    assert.equal(said.includes("heartbeat"), false);
  });
}

Deno.test("diagnose() in the bot's own way expects no answer of an old firmware to what keeps its connection alive", async () => {
  let id = 0;
  const { summary, verdict, said } = await diagnoseNode({
    mode: "optimized",
    node: { firmware: "2.6.11" },
    durationMs: 400_000,
    // So many packets that the monitor has nothing to ask.
    before(node, clock) {
      const speak = () => {
        node.receiveFromMesh({
          id: id += 1,
          from: 0x11223344,
          to: 0xffffffff,
          rxRssi: -80,
          payloadVariant: { case: "encrypted", value: new Uint8Array(8) },
        });
        if (clock.nowMs() < 390_000) clock.after(10_000, speak);
      };
      speak();
    },
  });
  assert.ok(said.includes("heartbeat"));
  assert.deepEqual([verdict.healthy, summary.probes.heartbeat.sent], [true, 0], verdict.verdict);
  assert.ok((summary.ports["ENCRYPTED"] ?? 0) > 30);
});

Deno.test("diagnose() in the bot's own way finds a quiet node healthy after 11 minutes", async () => {
  const { summary, verdict } = await diagnoseNode({ mode: "optimized", durationMs: 660_000 });
  assert.equal(verdict.healthy, true, verdict.verdict);
  assert.ok(summary.probes.heartbeat.answered > 10);
  assert.deepEqual([summary.disconnects, summary.uptime, summary.connections], [0, 1, 1]);
});

for (const mode of ["default", "optimized"] as const) {
  Deno.test(`diagnose() in mode ${mode} names another client that keeps taking the slot`, async () => {
    const { summary, verdict, lines } = await diagnoseNode({
      mode,
      durationMs: 60_000,
      before: (node, clock) => node.on("configured", () => clock.after(1000, () => node.steal())),
    });
    assert.equal(verdict.healthy, false);
    assert.match(verdict.verdict, /^Another client keeps taking the node's only TCP connection: it was replaced \d+ times/);
    assert.match(verdict.next[0] ?? "", /phone apps/);
    assert.deepEqual([summary.causes.fin, summary.causes.replaced > 4, summary.fought], [0, true, true]);
    assert.match(lines.join("\n"), /waiting 15\.0 s before the next try: another client keeps taking/);
  });
}

Deno.test("diagnose() names another reader of the queue whose doings the node reports", async () => {
  const report = (id: number) =>
    encodeFrame(encode("FromRadio", { payloadVariant: { case: "queueStatus", value: { free: 16, maxlen: 16, meshPacketId: id } } }));
  const { summary, verdict, lines } = await diagnoseNode({
    before: afterReady(1000, (node) => {
      for (const id of [11, 12, 13]) node.garbage(report(id));
    }),
  });
  assert.equal(summary.otherReader, true);
  assert.match(verdict.verdict, /but another program takes packets out of the node's queue/);
  assert.match(verdict.next.join(), /web page .* USB or Bluetooth/);
  assert.equal(lines.filter((line) => line.includes("another program reads from the same node")).length, 1);
});

Deno.test("diagnose() names another reader that takes the answer to a heartbeat", async () => {
  // Every answer to a heartbeat is gone before it can be read, and all else comes.
  const stolen: ConnectFunction = async (...args) => {
    const socket = await connectTcp(...args);
    const answer = encodeFrame(encode("FromRadio", { payloadVariant: { case: "queueStatus", value: { free: 16, maxlen: 16 } } }));
    return wrapSocket(socket, {
      async read(into) {
        for (;;) {
          const count = await socket.read(into);
          if (count === answer.length && answer.every((byte, index) => into[index] === byte)) continue;
          return count;
        }
      },
    });
  };
  const { summary, verdict } = await diagnoseNode({ connect: stolen });
  assert.deepEqual([summary.otherReader, verdict.healthy, summary.disconnects], [true, false, 0]);
  assert.deepEqual([summary.probes.heartbeat.unanswered, summary.probes.config.answered], [1, 1]);
  assert.match(verdict.verdict, /^Another program reads from the same node: 1 of 1 heartbeat got no answer/);
});

Deno.test("diagnose() tells a write error", async () => {
  let writes = 0;
  const breaking: ConnectFunction = async (...args) => {
    const socket = await connectTcp(...args);
    return wrapSocket(socket, {
      write: (bytes) => ++writes === 3 ? Promise.reject(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")) : socket.write(bytes),
    });
  };
  const { summary, verdict } = await diagnoseNode({ connect: breaking });
  assert.deepEqual([verdict.healthy, summary.causes.writeError], [false, 1]);
  assert.match(verdict.verdict, /1 by write error/);
});

Deno.test("diagnose() says refused when the port is refused, and waits for nothing", async () => {
  const { summary, verdict, lines, said } = await diagnoseNode({ before: (node) => node.refuse() });
  assert.equal(verdict.healthy, false);
  assert.match(verdict.verdict, /^No connection: 127\.0\.0\.1:\d+ refused the connection/);
  assert.deepEqual([summary.connections, summary.disconnects, said], [0, 0, []]);
  assert.match(lines.at(-1) ?? "", /127\.0\.0\.1:\d+: refused after/);
});

Deno.test("diagnose() tells a node that takes the connection and says nothing", async () => {
  const { summary, verdict } = await diagnoseNode({ before: (node) => node.goSilent(true) });
  assert.equal(verdict.healthy, false);
  assert.match(verdict.verdict, /^No handshake: 127\.0\.0\.1:\d+ accepted the connection but says nothing\.$/);
  assert.deepEqual([summary.uptime, summary.handshakes], [0, 0]);
});

Deno.test("diagnose() is patient with a node that takes a connection up late", async () => {
  const { verdict, summary } = await diagnoseNode({ before: (node) => node.slowAccept(4000) });
  assert.equal(verdict.healthy, true, verdict.verdict);
  assert.match(summary.timeline, /^~+=+$/);
});

Deno.test("diagnose() counts debug text and frames that were none", async () => {
  const text = new TextEncoder().encode("INFO | something the node said\n");
  const { summary, verdict } = await diagnoseNode({
    before: afterReady(2000, (node) => {
      node.garbage(text);
      node.garbage(new Uint8Array([0x94, 0xc3, 0xff, 0xff]));
    }),
  });
  assert.deepEqual([summary.totals.skippedBytes, summary.totals.skippedFrames], [text.length + 4, 1]);
  assert.equal(verdict.healthy, true);
});

Deno.test("diagnose() of TCP alone says nothing but good-bye", async () => {
  const { summary, verdict, said } = await diagnoseNode({ mode: "raw" });
  assert.deepEqual([verdict.healthy, said, summary.handshakes, summary.uptime], [true, ["disconnect"], 0, 1]);
  assert.match(verdict.verdict, /^The TCP connection to 127\.0\.0\.1:\d+ held for 20\.0 s\.$/);
});

Deno.test("diagnose() of TCP alone says that a node closes a client that says nothing", async () => {
  const { summary, verdict } = await diagnoseNode({ mode: "raw", durationMs: 1_000_000 });
  assert.equal(verdict.healthy, true);
  assert.match(verdict.verdict, /^The node closed the TCP connection in order after 15 min \d s: .*15 minutes/);
  assert.equal(summary.causes.fin, 1);
});

Deno.test("diagnose() ends early when it is told to, and judges what it saw", async () => {
  const stopping = new AbortController();
  const { summary, verdict, said } = await diagnoseNode({
    durationMs: 600_000,
    signal: stopping.signal,
    before: afterReady(10_000, () => stopping.abort()),
  });
  assert.deepEqual([summary.stoppedEarly, verdict.healthy, said.at(-1)], [true, true, "disconnect"]);
  assert.ok(summary.durationMs < 11_000);
});

Deno.test("diagnose() throws the reason when it is told to stop before there is a connection", async () => {
  const stopping = new AbortController();
  const clock = createFakeClock();
  const hanging: ConnectFunction = (_address, _port, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  const running = diagnose({ ...defaults(clock, []), target: { host: "127.0.0.1", port: 1 }, connect: hanging, signal: stopping.signal });
  clock.after(1000, () => stopping.abort());
  await assert.rejects(settle(clock, running), { name: "AbortError" });
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("diagnose() draws a bar on a terminal and takes it away at the end", async () => {
  const { lines } = await diagnoseNode({ columns: 80 });
  const bars = lines.filter((line) => line.includes("left"));
  assert.ok(bars.length >= 19);
  assert.match(bars.at(-1) ?? "", /\[#{19,20}-?\] \d+ % {2}\d+ (s|ms) left {2}0\.0 packets\/min, silent for \d+/);
  assert.equal(lines.at(-1), "\x1b[1A\r\x1b[2K\x1b[1A");
});

Deno.test("diagnose() without a terminal tells once a minute how the link stands", async () => {
  const { lines } = await diagnoseNode({ durationMs: 130_000 });
  const told = lines.filter((line) => line.includes("packets/min"));
  assert.equal(told.length, 2);
  assert.match(told[0] ?? "", /^\[ {3}60\.\d s\] 0\.0 packets\/min, silent for \d+.* s, heartbeat \d+ ms$/);
});

async function withBot(holder: Partial<InstanceHolder>, action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bot-" });
  try {
    const whole = { pid: 4711, user: "meshbot", host: "node.test", port: 4403, addresses: [], startedAtWallMs: 1, ...holder };
    using _lock = await acquireInstanceLock(folder, whole, { clock: createFakeClock() });
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("diagnose() refuses a node that a bot is running on, before it dials", async () => {
  let dialed = 0;
  const connect: ConnectFunction = (...args) => {
    dialed += 1;
    return connectTcp(...args);
  };
  await withBot({ host: "localhost", addresses: ["127.0.0.1"], port: 44_444 }, async (folder) => {
    const clock = createFakeClock();
    await assert.rejects(
      diagnose({ ...defaults(clock, []), target: { host: "::1", port: 44_444 }, botFolders: ["/nowhere", folder], connect }),
      { name: "UsageError", message: /^a bot is running on \[::1\]:44444 \(pid 4711, user meshbot\).*--take-over/ },
    );
  });
  assert.equal(dialed, 0);
});

Deno.test("diagnose() knows the node of a bot that has only its name until the first handshake", async () => {
  await withBot({ host: "node.test", addresses: [], port: 44_444 }, async (folder) => {
    const running = diagnose({
      ...defaults(createFakeClock(), []),
      target: { host: "192.0.2.7", port: 44_444 },
      botFolders: [folder],
      resolve: (host) => Promise.resolve(host === "node.test" ? ["192.0.2.7"] : [host]),
      connect: () => Promise.reject(new Error("it dialed")),
    });
    await assert.rejects(running, { name: "UsageError", message: /^a bot is running on 192\.0\.2\.7:44444/ });
  });
});

Deno.test("diagnose() leaves a node at once whose number is that of a running bot's node", async () => {
  await withBot({ nodeNum: 0xa1b20a01 }, async (folder) => {
    const said: string[] = [];
    const running = diagnoseNode({
      botFolders: [folder],
      before: (node) => node.on("toRadio", ({ message }) => said.push(message.payloadVariant.case ?? "")),
    });
    await assert.rejects(running, { name: "UsageError", message: /a bot is running on .* \(pid 4711, user meshbot\)/ });
    assert.deepEqual(said, ["wantConfigId", "disconnect"]);
  });
});

Deno.test("diagnose() does not mind a bot on another node", async () => {
  await withBot({ nodeNum: 5 }, async (folder) => {
    const { verdict, lines } = await diagnoseNode({ botFolders: [folder], takeOver: true });
    assert.equal(verdict.healthy, true);
    assert.equal(lines[0], "no bot of this machine is running on this node: nobody has to step aside");
  });
});

Deno.test("diagnose() with --take-over says who may ask when the bot cannot be asked", async () => {
  await withBot({ host: "127.0.0.1", port: 44_444 }, async (folder) => {
    const running = diagnose({
      ...defaults(createFakeClock(), []),
      target: { host: "127.0.0.1", port: 44_444 },
      botFolders: [folder],
      takeOver: true,
    });
    await assert.rejects(running, { name: "UsageError", message: /^the bot \(pid 4711, user meshbot\) cannot be asked over .*: stop it/ });
  });
});

Deno.test("reportLines() and reportJson() tell the same of a run", async () => {
  const { summary, verdict } = await diagnoseNode({ before: afterReady(8000, (node) => node.hangUp()) });
  const lines = reportLines(summary, verdict);
  const text = lines.join("\n");
  assert.match(text, /\n {2}disconnects +1: 1 by FIN\n/);
  assert.match(text, /\n {2}round trip +min \d+ ms, median \d+ ms, max \d+ ms\n/);
  assert.match(text, /\n {2}[~=x]{60}\n {2}0 +20\.0 s\n/);
  assert.match(text, /\nVerdict: The connection was lost 1 time .*\n {2}- close the network connection/);
  const json = JSON.parse(reportJson(summary, verdict));
  assert.equal(json.verdict, verdict.verdict);
  assert.deepEqual([json.healthy, json.disconnects, json.frames, json.causes.fin, json.node.id], [
    false,
    1,
    summary.totals.frames,
    1,
    "!a1b20a01",
  ]);
});

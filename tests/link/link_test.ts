import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { SlotTakenError } from "../../src/errors.ts";
import { type ConnectFunction, connectTcp, type EndCause } from "../../src/link/connection.ts";
import { type LinkEvent, openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { fakeConnect } from "../support/fake_socket.ts";
import { linkRig, settle, wrapSocket } from "../support/link_rig.ts";
import { nextState, stateKind, Talker } from "../support/talker.ts";

const REFUSED = () =>
  Promise.reject(Object.assign(new Deno.errors.ConnectionRefused("Connection refused (os error 111)"), { code: "ECONNREFUSED" }));
const LOOPBACK_SLOTS = () => new Slots({ resolve: () => Promise.resolve(["127.0.0.1"]), ownAddresses: () => [] });

/** A link on fake sockets: `connect` may refuse for a while. */
async function fakeLink(connect: ConnectFunction, slots = LOOPBACK_SLOTS(), host = "node.test") {
  const clock = createFakeClock();
  const talker = new Talker();
  const link = await openLink({ host, port: 4403, clock, slots, user: talker, random: () => 1, connect });
  return { clock, talker, link };
}

Deno.test("openLink() dials, configures and is ready; close() takes leave", async () => {
  await using rig = await linkRig();
  const { link, node, talker } = rig;
  const kinds: string[] = [link.state.kind];
  link.listen((event) => kinds.push(event.type === "lost" ? `lost by ${event.cause.kind}` : event.state.kind));
  const ready = await stateKind(link, "ready");
  assert.equal(ready.address, "127.0.0.1");
  assert(talker.messages.some(({ payloadVariant }) => payloadVariant.case === "configCompleteId"));
  const disconnected = node.waitFor("toRadio", ({ message }) => message.payloadVariant.case === "disconnect");
  const closed = node.waitFor("closed");
  await link.close();
  await disconnected;
  assert.equal((await closed).cause, "disconnect");
  assert.deepEqual(kinds, ["dialing", "configuring", "ready", "lost by left", "closed"]);
  assert.deepEqual(talker.lostBy.map(({ kind }) => kind), ["left"]);
  assert.equal(node.connections.dialed, 1);
  assert.equal(rig.sockets.open, 0);
  await link.close();
});

for (const how of ["FIN", "RST"] as const) {
  Deno.test(`Link dials once and is ready again when the node ends the connection by ${how}`, async () => {
    await using rig = await linkRig();
    const { link, node, talker, sockets } = rig;
    for (let round = 1; round <= 5; round += 1) {
      await stateKind(link, "ready");
      // Long enough apart to be no fight.
      await rig.clock.tick(6000);
      const ready = nextState(link, "ready");
      const waits: string[] = [];
      const unlisten = link.listen(({ state }) => waits.push(state.kind));
      if (how === "FIN") node.hangUp();
      else node.reset();
      await ready;
      unlisten();
      assert.deepEqual(waits, ["ready", "dialing", "configuring", "ready"], "lost while ready, dialled without a wait");
      assert.equal(talker.lostBy.at(-1)?.kind, how === "FIN" ? "fin" : "readFailed");
      assert.equal(node.connections.dialed, 1 + round);
      assert.equal(link.reconnects, round);
    }
    assert.equal(node.connections.kicked, 0);
    assert(sockets.openAtDial.every((open) => open === 0), "no dial while a socket is open");
  });
}

Deno.test("Link dials once and is ready again when a write fails while the read stays pending", async () => {
  let breakWrites = false;
  const connect: ConnectFunction = async (...args) => {
    const socket = await connectTcp(...args);
    return wrapSocket(socket, {
      write: (bytes) => breakWrites ? Promise.reject(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")) : socket.write(bytes),
    });
  };
  await using rig = await linkRig({ link: { connect } });
  const { link, node, talker } = rig;
  await stateKind(link, "ready");
  const ready = nextState(link, "ready");
  breakWrites = true;
  assert(link.send({ payloadVariant: { case: "heartbeat", value: { nonce: 0 } } }));
  await stateKind(link, "dialing");
  breakWrites = false;
  await ready;
  assert.equal(talker.lostBy.at(-1)?.kind, "writeFailed");
  assert.equal(node.connections.dialed, 2);
  assert.deepEqual(rig.sockets.openAtDial, [0, 0]);
});

Deno.test("Link.drop() closes the old connection before the new one opens, and dials at once", async () => {
  await using rig = await linkRig();
  const { link, node, talker } = rig;
  await stateKind(link, "ready");
  const ready = nextState(link, "ready");
  node.mute();
  link.drop("silent for 60 s");
  await ready;
  assert.deepEqual(talker.lostBy, [{ kind: "dropped", reason: "silent for 60 s" }]);
  assert.deepEqual(rig.sockets.openAtDial, [0, 0]);
  assert.equal(node.connections.dialed, 2);
});

Deno.test("Link dials only when the system has closed the old socket, which it does when the pending read is given back", async () => {
  const fake = fakeConnect();
  const givenBack = Promise.withResolvers<void>();
  const { clock, link } = await fakeLink(async (...args) => {
    const socket = await fake.connect(...args);
    return wrapSocket(socket, {
      async read(into) {
        try {
          return await socket.read(into);
        } catch (error) {
          await givenBack.promise;
          throw error;
        }
      },
    });
  });
  await stateKind(link, "configuring");
  link.drop("silent for 60 s");
  await clock.tick(500);
  assert.equal(fake.sockets.length, 1);
  givenBack.resolve();
  await nextState(link, "configuring");
  assert.equal(fake.sockets.length, 2);
  assert.equal(clock.nowMs(), 500, "at once then");
  await settle(clock, link.close());
});

Deno.test("Link waits a second at most for a read that is never given back", async () => {
  const fake = fakeConnect();
  const { clock, link } = await fakeLink(async (...args) => {
    const socket = await fake.connect(...args);
    return wrapSocket(socket, { read: () => new Promise<never>(() => {}) });
  });
  await stateKind(link, "configuring");
  link.drop("silent for 60 s");
  await clock.tick(999);
  assert.equal(fake.sockets.length, 1);
  await clock.tick(1);
  assert.equal(fake.sockets.length, 2);
  await settle(clock, link.close());
});

Deno.test("Link waits for a node that refuses, and is ready when it listens again", async () => {
  await using rig = await linkRig();
  const { link, node, clock } = rig;
  await stateKind(link, "ready");
  node.refuse();
  node.hangUp();
  const waitsMs: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const state = await stateKind(link, "waiting");
    assert.match(state.reason, /refused/i);
    waitsMs.push(state.untilMs - state.sinceMs);
    await clock.tick(state.untilMs - state.sinceMs - 1);
    assert.equal(link.state, state);
    await clock.tick(1);
    assert.equal(link.state.kind, "dialing");
  }
  assert.deepEqual(waitsMs, [250, 500, 1000, 2000]);
  const last = await stateKind(link, "waiting");
  await node.accept();
  await clock.tick(last.untilMs - last.sinceMs);
  await stateKind(link, "ready");
  assert.equal(link.reconnects, 1);
});

Deno.test("Link never gives up on a node that is off at start, and tries at least every 10 s", async () => {
  let refusing = true;
  const fake = fakeConnect();
  const { clock, link } = await fakeLink((...args) => refusing ? REFUSED() : fake.connect(...args));
  const waitsMs: number[] = [];
  link.listen(({ state }) => {
    if (state.kind === "waiting") waitsMs.push(state.untilMs - state.sinceMs);
  });
  await clock.tick(24 * 3_600_000);
  assert.deepEqual(waitsMs.slice(0, 5), [250, 500, 1000, 2000, 2000]);
  assert(waitsMs.length > 8000, `${waitsMs.length} waits in a day`);
  assert.equal(Math.max(...waitsMs), 10_000);
  refusing = false;
  await clock.tick(10_000);
  assert.equal(link.state.kind, "configuring");
  fake.sockets[0]?.say({ payloadVariant: { case: "configCompleteId", value: 69420 } });
  await stateKind(link, "ready");
  assert.equal(link.reconnects, 0);
  await settle(clock, link.close());
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Link starts its waits from the beginning only after a complete handshake", async () => {
  const fake = fakeConnect();
  const { clock, link } = await fakeLink(fake.connect);
  const waitsMs: number[] = [];
  link.listen(({ state }) => {
    if (state.kind === "waiting") waitsMs.push(state.untilMs - state.sinceMs);
    // A node that takes the connection and closes it before the handshake is complete.
    if (state.kind === "configuring") fake.sockets.at(-1)?.fin();
  });
  await clock.tick(180_000);
  assert.deepEqual(waitsMs.slice(0, 4), [250, 500, 1000, 2000]);
  assert.equal(waitsMs.at(-1), 10_000);
  await settle(clock, link.close());
});

Deno.test("Link is ready when a node takes the connection up late", async () => {
  await using rig = await linkRig({ before: (node) => node.slowAccept(8000) });
  const { link, node, clock } = rig;
  await stateKind(link, "configuring");
  const accepted = node.waitFor("accept");
  await settle(clock, accepted);
  await stateKind(link, "ready");
  assert(clock.nowMs() >= 8000);
  assert.equal(node.connections.dialed, 1);
});

Deno.test("Link gives up a dial that nobody answers after 5 s, and dials again", async () => {
  let hang = true;
  const fake = fakeConnect();
  const { clock, link } = await fakeLink((address, port, signal) => {
    if (!hang) return fake.connect(address, port, signal);
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  await clock.tick(4999);
  assert.equal(link.state.kind, "dialing");
  const since = link.state.sinceMs;
  hang = false;
  await clock.tick(1);
  assert.equal(link.state.kind, "configuring");
  assert.equal(since, 0);
  await settle(clock, link.close());
});

Deno.test("Link takes a list of 2,000 nodes", async () => {
  await using rig = await linkRig({ node: { nodes: 2000 }, talker: { full: true } });
  await stateKind(rig.link, "ready");
  const nodes = rig.talker.messages.filter(({ payloadVariant }) => payloadVariant.case === "nodeInfo");
  assert.equal(nodes.length, rig.node.station.nodes.size);
  assert(nodes.length > 2000);
});

Deno.test("Link.close() ends it in every state, leaves no timer and gives the slot back", async (t) => {
  const closeIn = async (kind: string, connect: ConnectFunction) => {
    await t.step(kind, async () => {
      const slots = LOOPBACK_SLOTS();
      const { clock, link } = await fakeLink(connect, slots);
      await clock.tick(1);
      assert.equal(link.state.kind, kind);
      await assert.rejects(slots.claim("another", "127.0.0.1", 4403), SlotTakenError);
      await settle(clock, link.close());
      assert.equal(link.state.kind, "closed");
      assert.equal(clock.pendingTimers(), 0);
      (await slots.claim("another", "127.0.0.1", 4403)).release();
    });
  };
  await closeIn("dialing", (_address, _port, signal) => {
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  await closeIn("waiting", REFUSED);
  const fake = fakeConnect();
  await closeIn("configuring", fake.connect);
  assert.deepEqual(fake.sockets[0]?.messages().map(({ payloadVariant }) => payloadVariant.case), ["wantConfigId", "disconnect"]);
});

Deno.test("Link.close() does not wait for a name server that does not answer", async () => {
  const resolving = Promise.withResolvers<string[]>();
  let asked = 0;
  const slots = new Slots({ resolve: () => asked++ === 0 ? Promise.resolve(["127.0.0.1"]) : resolving.promise, ownAddresses: () => [] });
  const { link } = await fakeLink(REFUSED, slots);
  assert.equal(link.state.kind, "dialing");
  await link.close();
  assert.equal(link.state.kind, "closed");
  resolving.resolve([]);
});

Deno.test("Link.close() during the dial does not leave the new socket open", async () => {
  const fake = fakeConnect();
  const dialed = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  // A connect that succeeds although it was told to stop.
  const { clock, link } = await fakeLink(async (...args) => {
    dialed.resolve();
    await answer.promise;
    return await fake.connect(...args);
  });
  await dialed.promise;
  const closing = link.close();
  answer.resolve();
  await settle(clock, closing);
  assert.deepEqual(fake.sockets.map(({ closes }) => closes), [1]);
});

Deno.test("Link.events() gives what happens from the call on, and ends with the link", async () => {
  await using rig = await linkRig();
  const { link, node } = rig;
  const events = link.events();
  await stateKind(link, "ready");
  await rig.clock.tick(6000);
  const again = nextState(link, "ready");
  node.hangUp();
  await again;
  await link.close();
  const seen: LinkEvent[] = [];
  for await (const event of events) seen.push(event);
  assert.deepEqual(seen.map((event) => event.type === "lost" ? `lost by ${event.cause.kind}` : event.state.kind), [
    "configuring",
    "ready",
    "lost by fin",
    "dialing",
    "configuring",
    "ready",
    "lost by left",
    "closed",
  ]);
});

Deno.test("Link.events() waits for what comes, and lets a reader stop early", async () => {
  await using rig = await linkRig();
  let seen = 0;
  for await (const event of rig.link.events()) {
    seen += 1;
    if (event.state.kind === "ready") break;
  }
  assert(seen >= 1);
  await stateKind(rig.link, "ready");
});

Deno.test("Link calls five short connections that end in order a fight, and waits 15 s, then longer", async () => {
  await using rig = await linkRig();
  const { link, node, clock } = rig;
  for (let theft = 1; theft <= 5; theft += 1) {
    await stateKind(link, "ready");
    const next = nextState(link, theft < 5 ? "ready" : "waiting");
    node.steal();
    await next;
  }
  assert.equal(node.connections.dialed, 5);
  const expectWait = async (seconds: number) => {
    const waiting = await stateKind(link, "waiting");
    assert.equal(waiting.untilMs - waiting.sinceMs, seconds * 1000);
    assert.match(waiting.reason, /another client/);
    const ready = nextState(link, "ready");
    await clock.tick(seconds * 1000 - 1);
    assert.equal(link.state, waiting);
    await clock.tick(1);
    await ready;
  };
  await expectWait(15);
  assert.equal(node.connections.dialed, 6);
  const waits = nextState(link, "waiting");
  node.steal();
  await waits;
  await expectWait(30);
  // A connection that lasts a minute is peace: then a close is followed by a dial at once again.
  await clock.tick(60_000);
  const ready = nextState(link, "ready");
  node.steal();
  await ready;
  assert.equal(node.connections.dialed, 8);
});

Deno.test("Link says once for each wait that another client fights for the node, and not when the node is only off", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  try {
    await using rig = await linkRig();
    const { link, node, clock } = rig;
    for (let theft = 1; theft <= 5; theft += 1) {
      await stateKind(link, "ready");
      const next = nextState(link, theft < 5 ? "ready" : "waiting");
      node.steal();
      await next;
    }
    node.refuse();
    for (let tries = 0; tries < 10; tries += 1) {
      const state = await stateKind(link, "waiting");
      if (tries > 0) assert.match(state.reason, /refused/i);
      await clock.tick(state.untilMs - state.sinceMs);
    }
  } finally {
    stopLog();
  }
  assert.equal(lines.filter((line) => line.includes("another client")).length, 1, lines.join("\n"));
});

Deno.test("Link logs a failure that repeats itself once a minute, with what to do about it", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  try {
    const errors: [kind: RegExp, error: Error][] = [
      [
        /is the node starting, or is its network API off/,
        Object.assign(new Deno.errors.ConnectionRefused("refused"), { code: "ECONNREFUSED" }),
      ],
      [/is the node switched on and in the same network/, Object.assign(new Error("No route to host"), { code: "EHOSTUNREACH" })],
      [/is the name in \[node\] host right/, new Error("failed to lookup address information: Name or service not known")],
      [/is the node switched on and in reach/, Object.assign(new Error("timed out"), { name: "TimeoutError" })],
    ];
    for (const [advice, error] of errors) {
      lines.length = 0;
      const { clock, link } = await fakeLink(() => Promise.reject(error));
      await clock.tick(10 * 60_000);
      await link.close();
      const warnings = lines.filter((line) => line.includes("WARNING link: cannot connect to node.test:4403"));
      assert(warnings.length >= 9 && warnings.length <= 11, `${warnings.length} lines in 10 minutes`);
      assert.match(warnings[0] as string, advice);
      assert.match(warnings[1] as string, /\(try \d+\)/);
      assert(!warnings.join("").includes("\n"), "no stack for what networks do every day");
    }
    lines.length = 0;
    const { clock, link } = await fakeLink(() => Promise.reject(new TypeError("a fault of ours")));
    await clock.tick(1000);
    await link.close();
    assert.match(lines.join("\n"), /ERROR {3}link: cannot connect .*TypeError: a fault of ours\n {4}at /);
  } finally {
    stopLog();
  }
});

Deno.test("Link logs how long a connection has lasted, in the two units that say something", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  try {
    const table = [[900, "0.9 s"], [59_400, "59.4 s"], [60_000, "1 min 0 s"], [3_599_000, "59 min 59 s"], [3_600_000, "1 h 0 min"], [
      7_199_000,
      "1 h 59 min",
    ], [
      93_780_000,
      "26 h 3 min",
    ]] as const;
    for (const [lastedMs, text] of table) {
      lines.length = 0;
      const fake = fakeConnect();
      const { clock, link } = await fakeLink(fake.connect);
      await clock.tick(1);
      const [socket] = fake.sockets;
      socket?.say({ payloadVariant: { case: "configCompleteId", value: 69420 } });
      await stateKind(link, "ready");
      await clock.tick(lastedMs);
      socket?.fin();
      await stateKind(link, "configuring");
      assert.match(lines.join("\n"), new RegExp(`TCP connection lost after ${text}: closed by the node`));
      await settle(clock, link.close());
    }
  } finally {
    stopLog();
  }
});

Deno.test("Link takes four thefts, or five resets, for bad luck", async () => {
  await using rig = await linkRig();
  const { link, node } = rig;
  const kinds: string[] = [];
  link.listen(({ state }) => kinds.push(state.kind));
  for (const act of [...Array(4).fill("steal"), ...Array(6).fill("reset"), ...Array(4).fill("steal")] as ("steal" | "reset")[]) {
    await stateKind(link, "ready");
    const ready = nextState(link, "ready");
    node[act]();
    await ready;
  }
  assert(!kinds.includes("waiting"));
});

Deno.test("Link asks for the addresses again at every dial: a name that does not resolve yet, a node that moved", async () => {
  let answer: () => Promise<string[]> = () =>
    Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND node.test"), { code: "ENOTFOUND" }));
  const dialed: string[] = [];
  const fake = fakeConnect();
  const slots = new Slots({ resolve: () => answer(), ownAddresses: () => [] });
  const { clock, link } = await fakeLink((address, port, signal) => {
    dialed.push(address);
    return fake.connect(address, port, signal);
  }, slots);
  await clock.tick(60_000);
  assert.deepEqual(dialed, []);
  assert.equal(link.state.kind, "waiting");
  assert.match(link.state.kind === "waiting" ? link.state.reason : "", /ENOTFOUND/);
  answer = () => Promise.resolve(["192.0.2.7"]);
  await clock.tick(10_000);
  assert.equal(link.state.kind, "configuring");
  answer = () => Promise.resolve(["192.0.2.8"]);
  fake.sockets[0]?.fin();
  await clock.tick(10_000);
  assert.deepEqual(dialed, ["192.0.2.7", "192.0.2.8"]);
  await settle(clock, link.close());
});

Deno.test("Link.send() and drop() do nothing where there is no connection", async () => {
  const { clock, link, talker } = await fakeLink(REFUSED);
  await clock.tick(1);
  assert.equal(link.send({ payloadVariant: { case: "heartbeat", value: { nonce: 0 } } }), false);
  assert.equal(link.traffic, undefined);
  link.drop("there is none");
  link.settled();
  assert.equal(link.state.kind, "waiting");
  assert.deepEqual(talker.lostBy, [] as EndCause[]);
  await link.close();
});

Deno.test("openLink() refuses a second link to the same node before any dial", async () => {
  const slots = new Slots();
  await using rig = await linkRig({ link: { slots } });
  const { node, clock } = rig;
  await stateKind(rig.link, "ready");
  for (const host of ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "::1"]) {
    const second = openLink({ host, port: node.port, clock, slots, user: new Talker() });
    await assert.rejects(second, (error) => error instanceof SlotTakenError && /the bot holds it as 127\.0\.0\.1/.test(error.message));
  }
  assert.equal(node.connections.dialed, 1);
  assert.equal(rig.link.state.kind, "ready");
});

Deno.test("Link goes on when its user or a listener throws", async () => {
  await using node = await startSimulatedNode({ acceptPollMs: 0 });
  const fault = () => {
    throw new Error("a fault of the user");
  };
  await using link = await openLink({
    host: "127.0.0.1",
    port: node.port,
    clock: systemClock,
    slots: new Slots(),
    user: { connected: fault, received: fault, lost: fault },
  });
  link.listen(fault);
  const configured = node.waitFor("configured");
  const second = node.waitFor("accept", ({ connection }) => connection === 2);
  const ask = () => void link.send({ payloadVariant: { case: "wantConfigId", value: 5 } });
  link.listen((event) => event.state.kind === "configuring" ? ask() : undefined);
  if (link.state.kind === "configuring") ask();
  await configured;
  node.hangUp();
  await second;
});

Deno.test("Link's disposal resolves when the link is closed and its slot is free", async () => {
  const slots = LOOPBACK_SLOTS();
  const fake = fakeConnect();
  const { clock, link } = await fakeLink(fake.connect, slots);
  await clock.tick(1);
  await settle(clock, link[Symbol.asyncDispose]());
  assert.equal(link.state.kind, "closed");
  (await slots.claim("another", "127.0.0.1", 4403)).release();
});

Deno.test("Link.events() listens no more when its reader stops, or when the link has closed", async () => {
  await using rig = await linkRig();
  const { link } = rig;
  let listening = 0;
  const listen = link.listen.bind(link);
  link.listen = (listener) => {
    listening += 1;
    const unlisten = listen(listener);
    return () => {
      listening -= 1;
      unlisten();
    };
  };
  const toTheEnd = link.events();
  for await (const event of link.events()) if (event.state.kind === "ready") break;
  assert.equal(listening, 1);
  await link.close();
  for await (const _event of toTheEnd) { /* up to the last one */ }
  assert.equal(listening, 0);
});

Deno.test("Link.counts adds up what was read over all its connections", async () => {
  const fake = fakeConnect();
  const { clock, link } = await fakeLink(fake.connect);
  await clock.tick(1);
  assert.deepEqual(link.counts, { frames: 0, skippedFrames: 0, skippedBytes: 0 });
  // A marker that begins no frame, and a frame that is one.
  const noise = new Uint8Array([0x94, 0xc3, 0xff, 0xff]);
  const noisy = async (times: number) => {
    const socket = fake.sockets.at(-1);
    for (let time = 0; time < times; time += 1) socket?.arrive(noise);
    socket?.say({ payloadVariant: { case: "configCompleteId", value: 69420 } });
    await clock.tick(1);
  };
  await noisy(2);
  const first = link.counts;
  assert.deepEqual(first, { frames: 1, skippedFrames: 2, skippedBytes: 8 });
  fake.sockets.at(-1)?.fin();
  await clock.tick(1);
  assert.deepEqual(link.counts, first);
  await clock.tick(1000);
  await noisy(3);
  assert.deepEqual(link.counts, { frames: 2, skippedFrames: 5, skippedBytes: 20 });
  await settle(clock, link.close());
  assert.deepEqual(link.counts, { frames: 2, skippedFrames: 5, skippedBytes: 20 });
});

Deno.test("Link.sendBytes() gives a message as it is, and is false without a connection", async () => {
  const fake = fakeConnect();
  const { clock, link } = await fakeLink(fake.connect);
  assert.equal(link.sendBytes(new Uint8Array([1])), false);
  await clock.tick(1);
  assert.equal(link.sendBytes(new Uint8Array([7 << 3 | 2, 0])), true);
  await clock.tick(1);
  assert.equal(fake.sockets[0]?.messages().at(-1)?.payloadVariant.case, "heartbeat");
  await settle(clock, link.close());
  assert.equal(link.sendBytes(new Uint8Array([1])), false);
});

Deno.test("Link.identify() refuses a node that another connection of the program has under another address", async () => {
  let address = 1;
  const slots = new Slots({ resolve: () => Promise.resolve([`10.0.0.${address += 1}`]), ownAddresses: () => [] });
  const never = () => Promise.reject(new Error("No route to host"));
  const [one, two] = [await fakeLink(never, slots), await fakeLink(never, slots, "node.example")];
  one.link.identify(7);
  one.link.identify(7);
  assert.throws(() => two.link.identify(7), /SlotTakenError: .*!00000007/);
  two.link.identify(8);
  await Promise.all([one.link.close(), two.link.close()]);
});

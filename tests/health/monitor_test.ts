import assert from "node:assert/strict";
import { answersHeartbeat, startMonitor, type WatchedLink } from "../../src/health/monitor.ts";
import type { LinkEvent, LinkState } from "../../src/link/link.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

interface NodeModel {
  readonly heartbeats: boolean;
  readonly config: boolean;
  /** Milliseconds until the node answers. */
  readonly answersAfterMs?: number;
}

/** A link to a node that answers as the model says, and what the monitor did to it. */
class ModelLink implements WatchedLink {
  readonly drops: { atMs: number; reason: string }[] = [];
  readonly sent: { atMs: number; what: string }[] = [];
  state: LinkState;
  traffic: { lastReceivedAtMs: number; lastSentAtMs: number };
  readonly #listeners = new Set<(event: LinkEvent) => void>();

  constructor(readonly clock: FakeClock, readonly node: NodeModel) {
    this.state = { kind: "idle", sinceMs: 0 };
    this.traffic = { lastReceivedAtMs: 0, lastSentAtMs: 0 };
  }

  enter(kind: "configuring" | "ready"): void {
    const nowMs = this.clock.nowMs();
    if (kind === "configuring") this.traffic = { lastReceivedAtMs: nowMs, lastSentAtMs: nowMs };
    this.state = { kind, sinceMs: nowMs, address: "10.0.0.1" };
    for (const listener of [...this.#listeners]) listener({ type: "state", state: this.state });
  }

  hear(): void {
    this.traffic.lastReceivedAtMs = this.clock.nowMs();
  }

  ask(what: "heartbeat" | "config", answered: boolean): void {
    this.sent.push({ atMs: this.clock.nowMs(), what });
    this.traffic.lastSentAtMs = this.clock.nowMs();
    if (answered) this.clock.after(this.node.answersAfterMs ?? 20, () => this.hear());
  }

  send(): boolean {
    this.ask("heartbeat", this.node.heartbeats);
    return true;
  }

  drop(reason: string): void {
    this.drops.push({ atMs: this.clock.nowMs(), reason });
    this.state = { kind: "dialing", sinceMs: this.clock.nowMs() };
    for (const listener of [...this.#listeners]) listener({ type: "state", state: this.state });
  }

  listen(listener: (event: LinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

function watch(
  node: NodeModel,
  options: { checkS?: number; silentS?: number; firmware?: string } = {},
): { link: ModelLink; clock: FakeClock; monitor: Disposable } {
  const clock = createFakeClock();
  const link = new ModelLink(clock, node);
  const monitor = startMonitor({
    clock,
    link,
    checkIntervalMs: (options.checkS ?? 30) * 1000,
    silentTimeoutMs: (options.silentS ?? 60) * 1000,
    askConfig: () => link.ask("config", node.config),
    firmwareVersion: () => options.firmware ?? "2.7.26.54e0d8d",
  });
  link.enter("configuring");
  link.hear();
  link.enter("ready");
  return { link, clock, monitor };
}

Deno.test("startMonitor() keeps a quiet mesh whose node answers heartbeats, for one hour", async () => {
  const { link, clock, monitor } = watch({ heartbeats: true, config: true });
  await clock.tick(3_600_000);
  monitor[Symbol.dispose]();
  assert.deepEqual(link.drops, []);
  assert.ok(link.sent.every(({ what }) => what === "heartbeat"));
  assert.equal(link.sent.length, 119);
});

for (const firmware of ["2.6.11.60ec05e", "2.7.3.cf574c7", "2.9.0.unreleased"]) {
  Deno.test(`rule 21: startMonitor() keeps a quiet mesh whose node (${firmware}) answers no heartbeat, for one hour`, async () => {
    const { link, clock, monitor } = watch({ heartbeats: false, config: true }, { firmware });
    await clock.tick(3_600_000);
    monitor[Symbol.dispose]();
    assert.deepEqual(link.drops, []);
    // A version that should answer and does not is found out by the first probe.
    assert.ok(link.sent.filter(({ what }) => what === "heartbeat").length <= 1);
  });
}

for (const [checkS, silentS] of [[30, 60], [1, 2], [5, 86], [3600, 7300]] as const) {
  Deno.test(`startMonitor() drops a silent node at ${silentS} s (check_interval_s ${checkS}), after asking it`, async () => {
    const { link, clock, monitor } = watch({ heartbeats: false, config: false }, { checkS, silentS });
    await clock.tick(silentS * 1000 + 1000);
    monitor[Symbol.dispose]();
    assert.deepEqual(link.drops.map(({ atMs }) => atMs), [silentS * 1000]);
    assert.match(link.drops[0]?.reason ?? "", /silent for/);
    const probeAtMs = Math.min(checkS, silentS / 2) * 1000;
    assert.ok(link.sent.some(({ what, atMs }) => what === "heartbeat" && atMs === probeAtMs));
    assert.ok(link.sent.some(({ what, atMs }) => what === "config" && atMs < silentS * 1000));
  });
}

Deno.test("startMonitor() keeps a slow node that answers at the last moment", async () => {
  const { link, clock, monitor } = watch({ heartbeats: true, config: true, answersAfterMs: 29_000 });
  await clock.tick(3_600_000);
  monitor[Symbol.dispose]();
  assert.deepEqual(link.drops, []);
});

Deno.test("startMonitor() asks nothing of a node that talks, but sends a heartbeat every 5 minutes", async () => {
  const { link, clock, monitor } = watch({ heartbeats: true, config: true });
  for (let second = 0; second < 3600; second += 10) {
    await clock.tick(10_000);
    link.hear();
  }
  monitor[Symbol.dispose]();
  assert.deepEqual(link.drops, []);
  assert.ok(link.sent.length >= 11 && link.sent.length <= 12, `${link.sent.length} heartbeats in an hour`);
});

Deno.test("startMonitor() drops a node that accepts and is mute, after 20 s", async () => {
  const { link, clock, monitor } = watch({ heartbeats: false, config: false });
  link.enter("configuring");
  await clock.tick(21_000);
  monitor[Symbol.dispose]();
  assert.deepEqual(link.drops.map(({ atMs }) => atMs), [20_000]);
});

Deno.test("startMonitor() drops a handshake that never ends, after 2 minutes", async () => {
  const { link, clock, monitor } = watch({ heartbeats: true, config: true });
  link.enter("configuring");
  for (let second = 0; second < 130; second++) {
    await clock.tick(1000);
    link.hear();
  }
  monitor[Symbol.dispose]();
  assert.deepEqual(link.drops.map(({ atMs }) => atMs), [120_000]);
});

Deno.test("startMonitor() leaves no timer behind", async () => {
  const { clock, monitor } = watch({ heartbeats: true, config: true });
  await clock.tick(100_000);
  monitor[Symbol.dispose]();
  await clock.tick(100);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("answersHeartbeat() is true from 2.7.4 on and for what it cannot read", () => {
  const table: [string | undefined, boolean][] = [
    ["2.7.3.aaa", false],
    ["2.7.4.aaa", true],
    ["2.6.99.aaa", false],
    ["2.7.26.54e0d8d", true],
    ["2.10.0.x", true],
    ["3.0.0", true],
    ["1.9.9", false],
    ["unknown", true],
    [undefined, true],
  ];
  for (const [version, expected] of table) assert.equal(answersHeartbeat(version), expected, version ?? "none");
});

import assert from "node:assert/strict";
import type { Summary } from "../../src/diag/summary.ts";
import { causesText, judge } from "../../src/diag/verdict.ts";

const NONE = { fin: 0, rst: 0, silence: 0, writeError: 0, replaced: 0, other: 0 };
const PROBES = { sent: 0, answered: 0, unanswered: 0 };
const HEALTHY: Summary = {
  target: { host: "node.test", port: 4403 },
  mode: "default",
  durationMs: 600_000,
  stoppedEarly: false,
  path: { resolvedInMs: 1, addresses: [{ address: "192.168.1.50", outcome: "connected", tookMs: 5 }], obstacle: undefined },
  node: { nodeNum: 1, firmwareVersion: "2.7.26" },
  connections: 1,
  handshakes: 1,
  failedDials: 0,
  restarts: 0,
  uptime: 1,
  disconnects: 0,
  causes: NONE,
  longestGapMs: 0,
  longestSilenceMs: 30_000,
  phase: "linked",
  packets: 40,
  ports: {},
  totals: { frames: 90, skippedFrames: 0, skippedBytes: 0 },
  probes: { heartbeat: { sent: 2, answered: 2, unanswered: 0 }, config: PROBES },
  roundTripMs: { min: 20, median: 40, max: 90 },
  fought: false,
  otherReader: false,
  timeline: "=",
};

function verdictOf(change: Partial<Summary>) {
  return judge({ ...HEALTHY, ...change });
}

Deno.test("judge() finds a link healthy that lost nothing, however quiet its mesh is", () => {
  assert.deepEqual(verdictOf({}), {
    healthy: true,
    verdict: "The link is healthy: it held for 10 min 0 s without a loss, and the node answers in 40 ms.",
    next: [],
  });
  const quiet = verdictOf({ packets: 0 });
  assert.equal(quiet.healthy, true);
  assert.match(quiet.next.join(), /a quiet mesh is no fault of the link/);
});

Deno.test("judge() gives advice on a healthy link too", () => {
  const { healthy, next } = verdictOf({
    otherReader: true,
    roundTripMs: { min: 900, median: 1200, max: 3000 },
    totals: { frames: 90, skippedFrames: 2, skippedBytes: 900 },
  });
  assert.equal(healthy, true);
  assert.deepEqual(next.map((text) => /same queue|slow|garbled/.exec(text)?.[0]), ["same queue", "slow", "garbled"]);
});

Deno.test("judge() finds every fault unhealthy, in a sentence with something to do", () => {
  const cases: [Partial<Summary>, RegExp][] = [
    [{ path: { ...HEALTHY.path, obstacle: { kind: "refused", meaning: "x refused", cure: "y" } } }, /^No connection: x refused\.$/],
    [{ handshakes: 0, totals: { frames: 0, skippedFrames: 0, skippedBytes: 0 } }, /^No handshake: .* says nothing/],
    [{ handshakes: 0, totals: { frames: 0, skippedFrames: 3, skippedBytes: 99 } }, /does not speak the Meshtastic protocol/],
    [{ handshakes: 0, totals: { frames: 9, skippedFrames: 0, skippedBytes: 0 } }, /did not finish within 10 min 0 s/],
    [{ handshakes: 0, disconnects: 2, causes: { ...NONE, fin: 2 } }, /ends it before the handshake is complete \(2 by FIN\)/],
    [{ disconnects: 3, causes: { ...NONE, replaced: 3 } }, /^Another client .* replaced 3 times/],
    [
      { disconnects: 1, causes: { ...NONE, silence: 1 } },
      /fell silent and answered no question \(1 time\); the longest silence was 30\.0 s/,
    ],
    [{ phase: "silent", probes: { ...HEALTHY.probes, config: { sent: 1, answered: 0, unanswered: 1 } } }, /fell silent/],
    [{ disconnects: 1, causes: { ...NONE, fin: 1 }, restarts: 1 }, /the node has restarted 1 time/],
    [{ disconnects: 1, causes: { ...NONE, fin: 1 } }, /closed it in order and has not restarted, as it does when another client connects/],
    [{ disconnects: 1, causes: { ...NONE, rst: 1 } }, /broke it off by a reset/],
    [{ disconnects: 1, causes: { ...NONE, writeError: 1 } }, /\(1 by write error\): the network between/],
    [{ disconnects: 1, causes: { ...NONE, other: 1 } }, /\(1 by read error\)/],
    [
      { probes: { heartbeat: { sent: 2, answered: 1, unanswered: 1 }, config: PROBES } },
      /^The node answers badly: 1 of 2 heartbeats got no answer, although the connection held\.$/,
    ],
    [
      { otherReader: true, probes: { heartbeat: { sent: 1, answered: 0, unanswered: 1 }, config: PROBES } },
      /^Another program reads from the same node/,
    ],
  ];
  for (const [change, expected] of cases) {
    const { healthy, verdict, next } = verdictOf(change);
    assert.equal(healthy, false, verdict);
    assert.match(verdict, expected);
    assert.match(verdict, /^[^\n]+\.$/);
    assert.ok(next.length > 0, verdict);
  }
});

Deno.test("judge() of TCP alone holds no close against the node, and says what it means", () => {
  const raw = { mode: "raw", handshakes: 0 } as const;
  for (
    const [change, expected] of [
      [{}, /held for 10 min 0 s\.$/],
      [{ stoppedEarly: true }, /until you stopped it/],
      [{ disconnects: 1, causes: { ...NONE, fin: 1 } }, /closed .* in order .* a client that says nothing/],
      [{ disconnects: 1, causes: { ...NONE, rst: 1 } }, /broke after .*\(1 by RST\)/],
    ] as const
  ) {
    const { healthy, verdict } = verdictOf({ ...raw, ...change });
    assert.equal(healthy, true);
    assert.match(verdict, expected);
  }
  assert.equal(verdictOf({ ...raw, path: { ...HEALTHY.path, obstacle: { kind: "filtered", meaning: "m", cure: "c" } } }).healthy, false);
});

Deno.test("causesText() names what there was", () => {
  assert.equal(causesText({ causes: { ...NONE, fin: 2, replaced: 3 } }), "2 by FIN, 3 by another client");
  assert.equal(causesText({ causes: NONE }), "");
});

import assert from "node:assert/strict";
import { PortNum, Priority, RoutingError } from "../../src/link/enums.ts";
import { describeOutcome, type Draft, judgeQueueStatus, judgeRoutingError, minGapMs, packetOf } from "../../src/mesh/outgoing.ts";

const DRAFT: Draft = {
  to: 5,
  channel: 2,
  portnum: PortNum.TEXT_MESSAGE_APP,
  payload: new Uint8Array([1]),
  priority: "reply",
  person: 5,
  answerId: 1,
  wantAck: true,
  expiresAtMs: 1000,
  label: "text",
};

Deno.test("judgeQueueStatus() knows what the node took, what it takes later, and what it never will", () => {
  assert.deepEqual([judgeQueueStatus(0), judgeQueueStatus(35)], [undefined, undefined]);
  const full = judgeQueueStatus(32);
  assert.deepEqual([full?.kind, full?.kind === "again" && full.afterMs], ["again", 5000]);
  for (const res of [33, 34]) {
    const verdict = judgeQueueStatus(res);
    assert.ok(verdict?.kind === "end" && verdict.outcome.kind === "failed");
    assert.match(verdict.outcome.reason, /cannot transmit/);
  }
  for (const error of Object.values(RoutingError)) {
    if ([0, 32, 33, 34, 35].includes(error)) continue;
    assert.deepEqual(judgeQueueStatus(error), judgeRoutingError(error), String(error));
  }
});

Deno.test("judgeRoutingError() tries again what is limited, ends the rest, and knows a missing key", () => {
  const again = (error: number) => {
    const verdict = judgeRoutingError(error);
    return verdict.kind === "again" ? verdict.afterMs : verdict.kind;
  };
  assert.deepEqual([again(RoutingError.RATE_LIMIT_EXCEEDED), again(RoutingError.DUTY_CYCLE_LIMIT)], [2500, 60_000]);
  assert.equal(again(RoutingError.PKI_SEND_FAIL_PUBLIC_KEY), "missingKey");
  const reason = (error: number) => {
    const verdict = judgeRoutingError(error);
    return verdict.kind === "end" && verdict.outcome.kind === "failed" ? verdict.outcome.reason : "";
  };
  assert.match(reason(RoutingError.MAX_RETRANSMIT), /no acknowledgement/);
  assert.match(reason(RoutingError.TOO_LARGE), /longer than the radio can carry/);
  assert.deepEqual([reason(RoutingError.NO_CHANNEL), reason(9999)], ["NO_CHANNEL", "error 9999"]);
});

Deno.test("minGapMs() is a little more than what the firmware lets one client send", () => {
  assert.equal(minGapMs(PortNum.TEXT_MESSAGE_APP), 2010);
  assert.equal(minGapMs(PortNum.TRACEROUTE_APP), 30_500);
  for (const portnum of [PortNum.POSITION_APP, PortNum.WAYPOINT_APP, PortNum.ALERT_APP, PortNum.TELEMETRY_APP]) {
    assert.equal(minGapMs(portnum), 10_200);
  }
  for (const portnum of [PortNum.NODEINFO_APP, PortNum.ADMIN_APP, PortNum.ROUTING_APP]) assert.equal(minGapMs(portnum), 0);
});

Deno.test("packetOf() makes the packet of a draft, with what it does not say as it is meant", () => {
  assert.deepEqual(packetOf(DRAFT, 7, 99, 3), {
    from: 99,
    to: 5,
    channel: 2,
    id: 7,
    wantAck: true,
    hopLimit: 3,
    payloadVariant: {
      case: "decoded",
      value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: DRAFT.payload, wantResponse: false, replyId: 0 },
    },
  });
  const key = new Uint8Array(32).fill(1);
  const full = packetOf(
    { ...DRAFT, publicKey: key, hopLimit: 0, meshPriority: Priority.BACKGROUND, wantResponse: true, replyId: 8, wantAck: false },
    7,
    99,
    3,
  );
  assert.deepEqual(
    [full.channel, full.hopLimit, full.priority, full.pkiEncrypted, full.publicKey, full.wantAck],
    [0, 0, Priority.BACKGROUND, true, key, false],
  );
  assert.ok(full.payloadVariant?.case === "decoded");
  assert.deepEqual([full.payloadVariant.value.wantResponse, full.payloadVariant.value.replyId], [true, 8]);
});

Deno.test("describeOutcome() has words for every end", () => {
  assert.equal(describeOutcome({ kind: "delivered" }), "delivered");
  assert.match(describeOutcome({ kind: "relayed" }), /^relayed/);
  for (const kind of ["failed", "unknown", "expired"] as const) {
    assert.equal(describeOutcome({ kind, reason: "why" }), `${kind} (why)`);
  }
});

import assert from "node:assert/strict";
import { decode } from "../../src/link/codec.ts";
import { PortNum, Priority, RoutingError } from "../../src/link/enums.ts";
import type { QueueStatus } from "../../src/link/messages.ts";
import { LocalAnswers, RESULT } from "../../src/share/local_answers.ts";
import type { Payload } from "../../src/share/payload.ts";

const WALL_MS = 1_800_000_000_999;

function voice(wallMs = WALL_MS): LocalAnswers {
  return new LocalAnswers({ ownNum: () => 99, wallMs: () => wallMs });
}

function status(payload: Payload): readonly number[] {
  const { payloadVariant } = decode("FromRadio", payload.bytes);
  assert.ok(payloadVariant.case === "queueStatus");
  const { res, free, maxlen, meshPacketId } = payloadVariant.value;
  return [res, free, maxlen, meshPacketId];
}

function packetOf(payload: Payload) {
  const { payloadVariant } = decode("FromRadio", payload.bytes);
  assert.ok(payloadVariant.case === "packet" && payloadVariant.value.payloadVariant.case === "decoded");
  return { packet: payloadVariant.value, data: payloadVariant.value.payloadVariant.value };
}

Deno.test("LocalAnswers.queueStatus() tells the queue that the radio last reported, less what waits here", () => {
  const answers = voice();
  assert.deepEqual(status(answers.queueStatus(RESULT.ok, 7)), [0, 16, 16, 7]);
  answers.reported({ free: 3, maxlen: 20 } as QueueStatus);
  assert.deepEqual(status(answers.queueStatus(RESULT.ok, 7)), [0, 3, 20, 7]);
  assert.deepEqual(status(answers.queueStatus(RESULT.noInterface, 8, 2)), [33, 1, 20, 8]);
  assert.deepEqual(status(answers.queueStatus(RESULT.ok, 8, 4)), [0, 0, 20, 8]);
  assert.deepEqual(status(answers.queueStatus(RESULT.queueFull, 9)), [32, 0, 20, 9]);
});

Deno.test("LocalAnswers.packet() comes from our node to our node, now, with an id of its own", () => {
  const answers = voice();
  const { packet, data } = packetOf(answers.packet(PortNum.TEXT_MESSAGE_APP, new Uint8Array([1]), { replyId: 5 }, { channel: 2 }));
  assert.deepEqual([packet.from, packet.to, packet.channel, packet.rxTime], [99, 99, 2, 1_800_000_000]);
  assert.deepEqual([data.portnum, data.payload, data.replyId], [PortNum.TEXT_MESSAGE_APP, new Uint8Array([1]), 5]);
  assert.ok(packet.id !== 0);
  assert.equal(packetOf(answers.packet(1, new Uint8Array(0), {}, { from: 5 })).packet.from, 5);
  assert.equal(voice(-5000).timeS, 0);
  assert.equal(voice(1999).timeS, 1);
});

Deno.test("LocalAnswers.routing() answers a packet with an error, or with none", () => {
  for (const error of [RoutingError.NONE, RoutingError.NO_INTERFACE]) {
    const { packet, data } = packetOf(voice().routing(7, error, 5));
    const { variant } = decode("Routing", data.payload);
    assert.deepEqual([packet.from, packet.priority, data.portnum, data.requestId], [5, Priority.ACK, PortNum.ROUTING_APP, 7]);
    assert.deepEqual(variant, { case: "errorReason", value: error });
  }
  assert.equal(packetOf(voice().routing(7, 0)).packet.from, 99);
});

Deno.test("LocalAnswers.notification() tells a person something about a packet", () => {
  const { payloadVariant } = decode("FromRadio", voice().notification(7, "hello").bytes);
  assert.ok(payloadVariant.case === "clientNotification");
  const { replyId, time, message } = payloadVariant.value;
  assert.deepEqual([replyId, time, message], [7, 1_800_000_000, "hello"]);
});

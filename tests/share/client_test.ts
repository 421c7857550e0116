import assert from "node:assert/strict";
import { Client, IDLE_CLOSE_MS, MAX_UNREAD_BYTES } from "../../src/share/client.ts";
import { Payload } from "../../src/share/payload.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { FullOutlet, listener } from "./support.ts";

Deno.test("Client.tell() gives what fits in a frame, and nothing to one that has ended", () => {
  const { client, outlet } = listener(createFakeClock());
  for (const length of [512, 513, 0]) client.tell(new Payload(new Uint8Array(length)));
  assert.deepEqual(outlet.payloads.map(({ bytes }) => bytes.length), [512, 0]);
  assert.equal(client.counts.toClient, 2);
  client.end();
  client.tell(new Payload(new Uint8Array(1)));
  assert.equal(outlet.payloads.length, 2);
});

Deno.test("Client.tell() ends a client for which more than a mebibyte waits", () => {
  const reasons: string[] = [];
  const { client, outlet } = listener(createFakeClock(), {
    onEnd(ending, reason) {
      reasons.push(reason);
      ending.end();
    },
  });
  for (let bytes = 0; bytes < MAX_UNREAD_BYTES; bytes += 512) client.tell(new Payload(new Uint8Array(512)));
  assert.deepEqual([outlet.unreadBytes, client.counts.unreadBytes, reasons], [1_048_576, 1_048_576, []]);
  client.tell(new Payload(new Uint8Array(1)));
  assert.deepEqual([reasons, client.ended, outlet.closed], [["it does not read what it is sent"], true, true]);
});

Deno.test("Client is ended when nothing was heard of it for 15 minutes, counted from its last word", async () => {
  const clock = createFakeClock();
  const { client } = listener(clock);
  await clock.tick(IDLE_CLOSE_MS - 1);
  client.alive();
  assert.equal(client.counts.fromClient, 1);
  await clock.tick(899_999);
  assert.equal(client.ended, false);
  await clock.tick(1);
  assert.equal(client.ended, true);
  client.alive();
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Client.wantHandshake() is heard at once, then once a second with the last wish, and not after the end", async () => {
  const clock = createFakeClock();
  const nonces: number[] = [];
  const outlet = new FullOutlet();
  const { client } = listener(clock, { outlet, onWantsHandshake: (_client: Client, nonce) => void nonces.push(nonce) });
  client.wantHandshake(1);
  assert.deepEqual(nonces, [1]);
  client.wantHandshake(2);
  await clock.tick(400);
  client.wantHandshake(3);
  await clock.tick(599);
  assert.deepEqual(nonces, [1]);
  await clock.tick(1);
  assert.deepEqual(nonces, [1, 3]);
  await clock.tick(999);
  client.wantHandshake(4);
  assert.deepEqual(nonces, [1, 3]);
  await clock.tick(1);
  assert.deepEqual(nonces, [1, 3, 4]);
  await clock.tick(1000);
  client.wantHandshake(5);
  assert.deepEqual(nonces, [1, 3, 4, 5]);
  client.wantHandshake(6);
  client.end();
  assert.equal(clock.pendingTimers(), 0);
  await clock.tick(2000);
  assert.deepEqual(nonces, [1, 3, 4, 5]);
});

Deno.test("Client.configured() is true once, and tookText() never goes back", () => {
  const client = new Client({
    number: 1,
    address: "127.0.0.1",
    kind: "tcp",
    role: "full",
    clock: createFakeClock(),
    outlet: new FullOutlet(),
    onWantsHandshake() {},
    onEnd() {},
  });
  assert.deepEqual([client.listens, client.lastTextNumber, client.ended, client.counts], [
    false,
    0,
    false,
    { fromClient: 0, toClient: 0, unreadBytes: 0 },
  ]);
  assert.deepEqual([client.configured(), client.configured(), client.listens], [true, false, true]);
  for (const [number, last] of [[3, 3], [2, 3], [4, 4]] as const) {
    client.tookText(number);
    assert.equal(client.lastTextNumber, last);
  }
});

Deno.test("Client.label names its number, its address, its way and its role", () => {
  assert.equal(listener(createFakeClock()).client.label, "client 1 (127.0.0.1, full)");
  assert.equal(listener(createFakeClock(), { kind: "http", role: "read-only" }).client.label, "client 1 (127.0.0.1, HTTP, read-only)");
});

Deno.test("Client.tell() leaves the secrets out for clients without all rights", () => {
  for (const role of ["full", "no-admin", "read-only"] as const) {
    const { client, outlet } = listener(createFakeClock(), { role });
    const payload = new Payload(new Uint8Array([1]));
    const stripped = new Payload(new Uint8Array([2]));
    Object.defineProperty(payload, "withoutSecrets", { value: stripped });
    client.tell(payload);
    assert.equal(outlet.payloads[0], role === "full" ? payload : stripped, role);
  }
});

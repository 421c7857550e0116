import assert from "node:assert/strict";
import type { Client } from "../../src/share/client.ts";
import { Clients } from "../../src/share/clients.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

/** Clients, and what they said and how they went. */
function rig(): {
  readonly clock: FakeClock;
  readonly clients: Clients;
  readonly said: [number, Uint8Array][];
  readonly gone: [number, boolean][];
} {
  const clock = createFakeClock();
  const said: [number, Uint8Array][] = [];
  const gone: [number, boolean][] = [];
  const clients = new Clients({
    clock,
    onToRadio: ({ number }, bytes) => void said.push([number, bytes]),
    onWantsHandshake() {},
    onGone: ({ number }, alone) => void gone.push([number, alone]),
  });
  return { clock, clients, said, gone };
}

function newest(clients: Clients): Client {
  return [...clients].at(-1) ?? assert.fail();
}

Deno.test("Clients lets 30 of one address in, and 50 in all", () => {
  const { clients, gone } = rig();
  const open = (address: string, count: number) =>
    Array.from({ length: count }, () => clients.openHttp(address, "full")).filter((session) => session !== undefined).length;
  assert.equal(open("10.0.0.1", 31), 30);
  assert.equal(open("10.0.0.2", 21), 20);
  assert.equal(clients.views.length, 50);
  clients.end(newest(clients), "test");
  assert.deepEqual([open("10.0.0.1", 1), open("10.0.0.3", 2)], [0, 1]);
  assert.equal(gone.length, 1);
});

Deno.test("Clients numbers them in the order in which they come, and shows each", async () => {
  const { clock, clients, said } = rig();
  const one = clients.openHttp("10.0.0.1", "full");
  await clock.tick(1500);
  clients.openHttp("10.0.0.2", "read-only");
  one?.take(new Uint8Array([1]));
  one?.take();
  assert.deepEqual(said, [[1, new Uint8Array([1])]]);
  const none = { fromClient: 0, toClient: 0, unreadBytes: 0 };
  assert.deepEqual(clients.views, [
    { number: 1, address: "10.0.0.1", kind: "http", role: "full", connectedForMs: 1500, ...none, fromClient: 2 },
    { number: 2, address: "10.0.0.2", kind: "http", role: "read-only", connectedForMs: 0, ...none },
  ]);
});

Deno.test("Clients.end() tells once who is gone, and whether it was the last one of its address", () => {
  const { clients, said, gone } = rig();
  const session = clients.openHttp("10.0.0.1", "full");
  clients.openHttp("10.0.0.1", "full");
  clients.openHttp("10.0.0.2", "full");
  const [one, two, three] = [...clients] as [Client, Client, Client];
  assert.deepEqual([one, two, three].map((client) => clients.isAlone(client)), [false, false, true]);
  for (const client of [one, one, two]) clients.end(client, "test");
  assert.deepEqual([gone, session?.ended, clients.views.length], [[[1, false], [2, true]], true, 1]);
  session?.take(new Uint8Array([1]));
  assert.deepEqual([said, one.counts.fromClient], [[], 0]);
  assert.equal(three.ended, false);
});

Deno.test("Clients.endAll() ends all that are there, close() lets nobody in any more", () => {
  const { clients, gone } = rig();
  for (const address of ["10.0.0.1", "10.0.0.2"]) clients.openHttp(address, "full");
  clients.endAll("test");
  assert.deepEqual([gone.length, [...clients].length], [2, 0]);
  assert.notEqual(clients.openHttp("10.0.0.1", "full"), undefined);
  clients.close("test");
  assert.deepEqual([gone.length, clients.openHttp("10.0.0.1", "full")], [3, undefined]);
});

Deno.test("Clients.accept() closes a connection for which there is no room", async () => {
  const { clients } = rig();
  clients.close("test");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [conn, peer] = await Promise.all([listener.accept(), Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port })]);
  clients.accept(conn, "127.0.0.1", "full");
  assert.equal(await peer.read(new Uint8Array(1)), null);
  peer.close();
});

Deno.test("Clients remembers the last text that an HTTP client took", () => {
  const { clients } = rig();
  const session = clients.openHttp("10.0.0.1", "full");
  const client = newest(clients);
  session?.outlet.push({ bytes: new Uint8Array([1]), textNumber: 7 } as never);
  assert.equal(client.lastTextNumber, 0);
  session?.outlet.take(false);
  assert.equal(client.lastTextNumber, 7);
});

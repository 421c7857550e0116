import assert from "node:assert/strict";
import fc from "fast-check";
import type { Client } from "../../src/share/client.ts";
import { RequestTable } from "../../src/share/request_table.ts";

const one = {} as Client;
const two = {} as Client;

Deno.test("RequestTable.add() gives an id of its own to a packet whose id another has, and to one without", () => {
  const table = new RequestTable((id) => id === 5);
  assert.equal(table.add(one, 7).radioId, 7);
  const second = table.add(two, 7);
  assert.notEqual(second.radioId, 7);
  assert.deepEqual([second.request.clientId, table.find(7)?.client === one, table.find(second.radioId)?.client === two], [7, true, true]);
  assert.deepEqual([table.idFor(two, second.radioId), table.idFor(one, second.radioId), table.idFor(two, 7)], [7, second.radioId, 7]);
  const ofTheBots = table.add(one, 5);
  assert.ok(ofTheBots.radioId !== 5 && ofTheBots.request.clientId === 5);
  const without = table.add(one, 0);
  assert.ok(without.radioId !== 0 && without.request.clientId === without.radioId);
  assert.equal(table.find(0), undefined);
});

Deno.test("RequestTable finds a packet under each of its ids", () => {
  const table = new RequestTable(() => false);
  const { request } = table.add(one, 7);
  table.name(request, 8);
  assert.deepEqual([table.find(7), table.find(8), table.idFor(one, 8)], [request, request, 7]);
});

Deno.test("RequestTable remembers the last 256 packets of a client, and of no client more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 257, max: 600 }), (count) => {
      const table = new RequestTable(() => false);
      table.add(two, 1_000_000);
      for (let id = 1; id <= count; id += 1) table.add(one, id);
      assert.equal(table.find(count - 256), undefined);
      assert.equal(table.find(count - 255)?.clientId, count - 255);
      assert.equal(table.find(1_000_000)?.client, two);
    }),
    { numRuns: 10 },
  );
});

Deno.test("RequestTable remembers 4096 packets of all clients together", () => {
  const table = new RequestTable(() => false);
  for (let id = 1; id <= 4096; id += 1) table.add({} as Client, id);
  assert.equal(table.find(1)?.clientId, 1);
  table.add({} as Client, 5000);
  assert.deepEqual([table.find(1), table.find(2)?.clientId, table.find(5000)?.clientId], [undefined, 2, 5000]);
});

Deno.test("RequestTable.add() begins a request of which nothing was told yet", () => {
  const { request } = new RequestTable(() => false).add(one, 7);
  assert.deepEqual(request, { client: one, clientId: 7, statusTold: false, verdictTold: false, open: true });
});

Deno.test("RequestTable.find() finds a packet with the smallest id, and none for no id", () => {
  const table = new RequestTable(() => false);
  table.add(one, 1);
  assert.deepEqual([table.find(1)?.client, table.find(0)], [one, undefined]);
});

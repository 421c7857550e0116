import assert from "node:assert/strict";
import { type AdminOrder, readOrder } from "../../src/share/admin_order.ts";
import { bytesField, fixed32Field, join, varintField } from "../../src/share/wire.ts";

const NONE = new Uint8Array(0);
const KEY = new Uint8Array(32).fill(3);
const PASSKEY = bytesField(101, new Uint8Array([1, 2]));

/** The kind of an order and what it changes, by its field number. */
function kindsOf(numbers: readonly number[]): Record<number, string> {
  return Object.fromEntries(numbers.map((number) => {
    const order = readOrder(varintField(number, 1));
    return [number, `${order?.kind} ${order?.changes}`];
  }));
}

function same(numbers: readonly number[], kind: string): Record<number, string> {
  return Object.fromEntries(numbers.map((number) => [number, kind]));
}

Deno.test("readOrder() tells questions, which change nothing", () => {
  const numbers = [1, 3, 5, 7, 10, 12, 14, 16, 19, 44];
  assert.deepEqual(kindsOf(numbers), same(numbers, "get nothing"));
});

Deno.test("readOrder() tells what changes settings, what changes nodes, and what changes nothing", () => {
  const settings = [2, 4, 6, 8, 9, 11, 13, 15, 17, 18, 20, 25, 28, 32, 33, 34, 35, 36, 37, 41, 42, 45, 46, 50, 63, 68, 94, 99, 103];
  const nodes = [38, 39, 40, 47, 48, 49, 100];
  const nothing = [21, 22, 23, 24, 26, 27, 67, 95, 96, 97, 98, 102];
  assert.deepEqual(kindsOf(settings), same(settings, "write settings"));
  assert.deepEqual(kindsOf(nodes), same(nodes, "write nodes"));
  assert.deepEqual(kindsOf(nothing), same(nothing, "write nothing"));
  assert.deepEqual(kindsOf([43, 64, 65, 66]), {
    43: "setTime nothing",
    64: "begin nothing",
    65: "commit settings",
    66: "addContact nodes",
  });
});

Deno.test("readOrder() knows who asks for the keys", () => {
  const readsKeys = (bytes: Uint8Array) => readOrder(bytes)?.readsKeys;
  assert.deepEqual(
    [readsKeys(varintField(5, 7)), readsKeys(varintField(5, 6)), readsKeys(varintField(5, 8)), readsKeys(varintField(7, 7))],
    [
      true,
      false,
      false,
      false,
    ],
  );
});

Deno.test("readOrder() reads the node that an order is about, and the key that it teaches", () => {
  const about = (order: AdminOrder | undefined) => [order?.nodeNum, order?.publicKey];
  assert.deepEqual(about(readOrder(varintField(39, 0x1000))), [0x1000, NONE]);
  assert.deepEqual(about(readOrder(varintField(2, 0x1000))), [undefined, NONE]);
  const user = bytesField(2, bytesField(8, KEY));
  assert.deepEqual(about(readOrder(bytesField(66, join([varintField(1, 0x1000), user])))), [0x1000, KEY]);
  assert.deepEqual(about(readOrder(bytesField(66, user))), [0, KEY]);
  assert.deepEqual(about(readOrder(bytesField(66, join([varintField(1, 5), user, varintField(1, 6)])))), [6, KEY]);
  assert.deepEqual(about(readOrder(bytesField(66, varintField(1, 5)))), [5, NONE]);
  assert.deepEqual(about(readOrder(bytesField(66, bytesField(2, varintField(8, 1))))), [0, NONE]);
});

Deno.test("readOrder() takes one order beside a passkey, and nothing that could be two", () => {
  assert.equal(readOrder(join([PASSKEY, varintField(64, 1)]))?.kind, "begin");
  assert.equal(readOrder(join([varintField(64, 1), PASSKEY]))?.kind, "begin");
  for (
    const bytes of [
      NONE,
      PASSKEY,
      join([varintField(1, 1), varintField(64, 1)]),
      join([varintField(64, 1), varintField(64, 1)]),
      new Uint8Array([0xff]),
    ]
  ) {
    assert.equal(readOrder(bytes), undefined);
  }
  assert.equal(readOrder(join([fixed32Field(100, 1), fixed32Field(102, 1)])), undefined);
});

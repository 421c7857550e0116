import assert from "node:assert/strict";
import type { NodeRecord } from "../../src/mesh/node_db.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import { findNodes } from "../../src/mesh/node_find.ts";

function node(num: number, longName: string, shortName: string, lastHeardWallMs?: number): NodeRecord {
  return { ...emptyRecord(num), longName, shortName, lastHeardWallMs };
}

const NODES = [
  node(0x1000, "Alice in town", "ALI", 3000),
  node(0x2000, "Alice", "AL2", 1000),
  node(0x3000, "Bob", "ALI", 5000),
  node(0xabcd1234, "", ""),
  node(0x5000, "Dora alib", "xbx", undefined),
  node(0x6000, "x".repeat(40), "y"),
];

function found(query: string): number[] {
  return findNodes(NODES, query).map(({ num }) => num);
}

Deno.test("findNodes() finds whose id or names are the query, the last heard first", () => {
  assert.deepEqual(found("ali"), [0x3000, 0x1000]);
  assert.deepEqual(found("ALICE"), [0x2000]);
  assert.deepEqual(found("!00001000"), [0x1000]);
  assert.deepEqual(found("!abcd1234"), [0xabcd1234]);
  assert.deepEqual(found("1234"), [0xabcd1234]);
  assert.deepEqual(found("bob"), [0x3000]);
});

Deno.test("findNodes() finds whose names contain the query when no node is called so", () => {
  assert.deepEqual(found("lic"), [0x1000, 0x2000]);
  assert.deepEqual(found("in to"), [0x1000]);
  assert.deepEqual(found("l2"), [0x2000]);
  assert.deepEqual(found("b"), [0x3000, 0x5000]);
});

Deno.test("findNodes() finds nobody for nothing, for a stranger, or for more than a name can hold", () => {
  assert.deepEqual([found(""), found(" \u200b"), found("zed"), found("x".repeat(41)), found("!00009999")], [[], [], [], [], []]);
  assert.deepEqual(found("x".repeat(40)), [0x6000]);
});

Deno.test("findNodes() puts nodes that were never heard last", () => {
  const nodes = [node(1, "same", "a", undefined), node(2, "same", "b", 1), node(3, "same", "c", 2), node(4, "same", "d", undefined)];
  assert.deepEqual(findNodes(nodes, "same").map(({ num }) => num), [3, 2, 1, 4]);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { cellName, edgesOf, gridOf } from "../../../src/services/lightning/geohash.ts";

/** The name of the cell that a point is in. */
function nameAt(latitude: number, longitude: number, letters: number): string {
  const grid = gridOf(letters);
  const column = Math.floor((longitude + 180) * grid.columns / 360);
  const row = Math.floor((latitude + 90) * grid.rows / 180);
  return cellName(grid, { column, row });
}

Deno.test("cellName() writes the names that everybody knows", () => {
  // The example of geohash.org, and the one of the encyclopedias.
  assert.equal(nameAt(48.669, -4.329, 6), "gbsuv7");
  assert.equal(nameAt(57.64911, 10.40744, 10), "u4pruydqqv");
  assert.equal(nameAt(48.8583, 2.2945, 3), "u09");
  assert.equal(nameAt(-25.382708, -49.265506, 6), "6gkzwg");
  assert.equal(nameAt(-90, -180, 2), "00");
  assert.equal(cellName(gridOf(0), { column: 0, row: 0 }), "");
});

Deno.test("gridOf() has 32 times as many cells with each letter", () => {
  const sizes = [0, 1, 2, 3, 4].map((letters) => gridOf(letters)).map(({ columns, rows }) => [columns, rows]);
  assert.deepEqual(sizes, [[1, 1], [8, 4], [32, 32], [256, 128], [1024, 1024]]);
});

Deno.test("cellName() of a smaller cell begins with the name of the larger one around it", () => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true, maxExcluded: true });
  fc.assert(fc.property(degrees(90), degrees(180), fc.integer({ min: 1, max: 8 }), (latitude, longitude, letters) => {
    assert(nameAt(latitude, longitude, letters).startsWith(nameAt(latitude, longitude, letters - 1)));
  }));
});

Deno.test("edgesOf() gives the edges of a cell in degrees", () => {
  // "u09" begins at 47.8125° north and 1.40625° east.
  const grid = gridOf(3);
  const cell = { column: Math.floor((2.2945 + 180) * 256 / 360), row: Math.floor((48.8583 + 90) * 128 / 180) };
  assert.deepEqual(edgesOf(grid, cell), { south: 47.8125, north: 49.21875, west: 1.40625, east: 2.8125 });
});

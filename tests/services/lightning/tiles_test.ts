import assert from "node:assert/strict";
import fc from "fast-check";
import { distanceM } from "../../../src/geo.ts";
import { cellName, gridOf } from "../../../src/services/lightning/geohash.ts";
import type { Spot } from "../../../src/services/lightning/spot.ts";
import { tilesAround, tileTopic } from "../../../src/services/lightning/tiles.ts";

const EARTH_RADIUS_M = 6_371_000;

/** The place that many metres from another in that direction, in radians. */
function placeAt({ latitude, longitude }: Spot, distance: number, bearing: number): Spot {
  const from = latitude * Math.PI / 180;
  const angle = distance / EARTH_RADIUS_M;
  const to = Math.asin(Math.sin(from) * Math.cos(angle) + Math.cos(from) * Math.sin(angle) * Math.cos(bearing));
  const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(from), Math.cos(angle) - Math.sin(from) * Math.sin(to));
  return { latitude: to * 180 / Math.PI, longitude: ((longitude + east * 180 / Math.PI + 540) % 360) - 180 };
}

/** True when a message of the strike is published below one of the tiles. */
function isCovered(tiles: readonly string[], { latitude, longitude }: Spot): boolean {
  const grid = gridOf(8);
  const column = Math.min(grid.columns - 1, Math.floor((longitude + 180) * grid.columns / 360));
  const row = Math.min(grid.rows - 1, Math.floor((latitude + 90) * grid.rows / 180));
  const name = cellName(grid, { column, row });
  return tiles.some((tile) => name.startsWith(tile));
}

const latitude = fc.oneof(
  fc.double({ min: -90, max: 90, noNaN: true }),
  fc.double({ min: 86, max: 90, noNaN: true }),
  fc.double({ min: -90, max: -86, noNaN: true }),
  fc.constantFrom(0, 45, -45, 90, -90),
);
const longitude = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ min: 179, max: 180, noNaN: true }),
  fc.double({ min: -180, max: -179, noNaN: true }),
  fc.constantFrom(0, 180, -180, 45),
);
const radiusM = fc.double({ min: 1000, max: 315_000, noNaN: true });

Deno.test("tilesAround() covers every point of the circle with at most 9 tiles, at the 180th meridian and at the poles too", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(latitude, longitude, radiusM, fc.array(fc.tuple(share, share), { minLength: 1 }), (north, east, radius, points) => {
      const centre = { latitude: north, longitude: east };
      const tiles = tilesAround(centre, radius);
      assert(tiles.length >= 1 && tiles.length <= 9, tiles.join(" "));
      assert.equal(new Set(tiles).size, tiles.length, tiles.join(" "));
      for (const [out, around] of points) {
        const point = placeAt(centre, Math.sqrt(out) * radius * 0.999_999, around * 2 * Math.PI);
        assert(isCovered(tiles, point), `${JSON.stringify(point)} is in none of ${tiles.join(" ")}`);
      }
    }),
    { numRuns: 2000 },
  );
});

/** The names of the cells that hold a point of a fine net over the circle; a cell that the circle only grazes may be missing. */
function cellsInNet(centre: Spot, radius: number, letters: number): Set<string> {
  const grid = gridOf(letters);
  const names = new Set<string>();
  for (let ring = 0; ring <= 40; ring++) {
    for (let spoke = 0; spoke < 90; spoke++) {
      const point = placeAt(centre, radius * ring / 40 * 0.999_999, spoke * Math.PI / 45);
      const column = Math.min(grid.columns - 1, Math.floor((point.longitude + 180) * grid.columns / 360));
      names.add(cellName(grid, { column, row: Math.floor((point.latitude + 90) * grid.rows / 180) }));
    }
  }
  return names;
}

Deno.test("tilesAround() takes no tile that the circle does not touch, and no larger ones than it must", () => {
  const north = fc.double({ min: -70, max: 70, noNaN: true });
  const radius = fc.double({ min: 20_000, max: 300_000, noNaN: true });
  fc.assert(
    fc.property(north, longitude, radius, (n, e, radiusM) => {
      const centre = { latitude: n, longitude: e };
      const tiles = tilesAround(centre, radiusM);
      const letters = (tiles[0] as string).length;
      const needed = cellsInNet(centre, radiusM, letters);
      for (const name of needed) assert(tiles.includes(name), `${name} is missing in ${tiles.join(" ")}`);
      assert(tiles.length - needed.size <= 3, `${tiles.join(" ")} for ${[...needed].join(" ")}`);
      assert(cellsInNet(centre, radiusM, letters + 1).size >= 7, `smaller tiles than ${tiles.join(" ")} would do`);
    }),
    { numRuns: 60 },
  );
});

Deno.test("tilesAround() knows some places", () => {
  assert.deepEqual(tilesAround({ latitude: 48.8583, longitude: 2.2945 }, 50_000).sort(), ["u09", "u0c", "u0d"]);
  assert.deepEqual(tilesAround({ latitude: 48.8583, longitude: 2.2945 }, 300_000).sort(), ["gb", "gc", "u0", "u1"]);
  // Fiji, on both sides of the 180th meridian.
  assert.deepEqual(tilesAround({ latitude: -17, longitude: 179.99 }, 50_000).sort(), ["2hb", "2j0", "ruz", "rvp"]);
  assert.deepEqual(tilesAround({ latitude: -17, longitude: -179.99 }, 50_000).sort(), ["2hb", "2j0", "ruz", "rvp"]);
  // Everything around the pole.
  assert.deepEqual(tilesAround({ latitude: 89.9, longitude: 12 }, 50_000).sort(), ["b", "c", "f", "g", "u", "v", "y", "z"]);
  assert.deepEqual(tilesAround({ latitude: -90, longitude: 0 }, 50_000).sort(), ["0", "1", "4", "5", "h", "j", "n", "p"]);
  assert.deepEqual(tilesAround({ latitude: 48.5, longitude: 2.1 }, 20_000).sort(), ["u096", "u097", "u09d", "u09e", "u09k", "u09s"]);
});

Deno.test("tilesAround() uses the world when nothing less will do", () => {
  assert.deepEqual(tilesAround({ latitude: 0, longitude: 0 }, 15_000_000), [""]);
});

Deno.test("tileTopic() puts one letter on each level", () => {
  assert.equal(tileTopic("u09"), "blitzortung/1.1/u/0/9/#");
  assert.equal(tileTopic(""), "blitzortung/1.1/#");
});

Deno.test("placeAt() of this test is that far away", () => {
  fc.assert(fc.property(fc.double({ min: -89, max: 89, noNaN: true }), longitude, radiusM, (n, e, radius) => {
    const centre = { latitude: n, longitude: e };
    assert(Math.abs(distanceM(centre, placeAt(centre, radius, 1)) - radius) < 1);
  }));
});

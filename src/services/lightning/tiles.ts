/** Which geohash cells cover a circle: what to subscribe to. */
import { distanceM } from "../../geo.ts";
import { type Cell, type CellEdges, cellName, edgesOf, type Grid, gridOf } from "./geohash.ts";
import type { Spot } from "./spot.ts";

// What the relay's owner asks of its guests.
const MAX_TILES = 9;
// Cells of six letters are about a kilometre wide, smaller than the smallest circle.
const MAX_LETTERS = 6;
// More candidates than this cannot come down to 9 tiles: what a circle leaves out of its frame is less than a quarter.
const MAX_CANDIDATES = 40;
const DEGREE_M = 111_194.9;

/**
 * The names of the smallest cells of which at most 9 cover the whole circle, each touching it; near a pole one row around it. The name of
 * the world is empty.
 */
export function tilesAround(centre: Spot, radiusM: number): string[] {
  for (let letters = MAX_LETTERS; letters > 0; letters--) {
    const grid = gridOf(letters);
    const cells = candidates(grid, centre, radiusM)?.filter((cell) => distanceToCellM(centre, edgesOf(grid, cell)) <= radiusM);
    if (cells !== undefined && cells.length <= MAX_TILES) return cells.map((cell) => cellName(grid, cell));
  }
  return [""];
}

/** The topic of a cell and of all cells in it, one letter a level: `blitzortung/1.1/u/0/9/#`. */
export function tileTopic(tile: string): string {
  return ["blitzortung", "1.1", ...tile, "#"].join("/");
}

/** The cells that meet the frame around the circle; undefined when they are too many. */
function candidates({ columns, rows }: Grid, { latitude, longitude }: Spot, radiusM: number): Cell[] | undefined {
  const height = radiusM / DEGREE_M;
  const rowOf = (degrees: number) => Math.max(0, Math.min(rows - 1, Math.floor((degrees + 90) * rows / 180)));
  const width = halfWidthDeg(latitude, height);
  const firstColumn = Math.floor((longitude - width + 180) * columns / 360);
  const lastColumn = Math.min(Math.floor((longitude + width + 180) * columns / 360), firstColumn + columns - 1);
  const firstRow = rowOf(latitude - height);
  const lastRow = rowOf(latitude + height);
  if ((lastColumn - firstColumn + 1) * (lastRow - firstRow + 1) > MAX_CANDIDATES) return undefined;
  const cells: Cell[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) cells.push({ column: modulo(column, columns), row });
  }
  return cells;
}

/** How far the circle reaches to the west and to the east; 180 when a pole is in it. */
function halfWidthDeg(latitude: number, heightDeg: number): number {
  if (Math.abs(latitude) + heightDeg >= 90) return 180;
  return degrees(Math.asin(Math.sin(radians(heightDeg)) / Math.cos(radians(latitude))));
}

/** Zero inside. Outside the nearest point is on the nearer meridian, abreast on the great circle, or in a corner. */
function distanceToCellM(from: Spot, { south, north, west, east }: CellEdges): number {
  const clamp = (latitude: number) => Math.max(south, Math.min(north, latitude));
  const pastWest = modulo(from.longitude - west, 360);
  if (pastWest <= east - west) return distanceM(from, { latitude: clamp(from.latitude), longitude: from.longitude });
  const aside = radians(Math.min(pastWest - (east - west), 360 - pastWest));
  const abreast = degrees(Math.atan2(Math.sin(radians(from.latitude)), Math.cos(radians(from.latitude)) * Math.cos(aside)));
  const longitude = from.longitude + degrees(aside);
  return Math.min(...[clamp(abreast), south, north].map((latitude) => distanceM(from, { latitude, longitude })));
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function radians(angleDeg: number): number {
  return angleDeg * Math.PI / 180;
}

function degrees(angleRad: number): number {
  return angleRad * 180 / Math.PI;
}

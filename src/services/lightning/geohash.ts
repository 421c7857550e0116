/** The grid of geohash: each letter cuts a cell into 32, by turns 8 wide and 4 high, and 4 wide and 8 high. */

/** The grid of all cells whose names have the same number of letters. */
export interface Grid {
  readonly letters: number;
  readonly columns: number;
  readonly rows: number;
}

/** One cell: counted from 180° west and from the south pole. */
export interface Cell {
  readonly column: number;
  readonly row: number;
}

/** Degrees of a cell's edges; `west` is smaller than `east`. */
export interface CellEdges {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

// Without a, i, l and o.
const LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz";
const LETTER_BITS = 5;

/** The grid of names with that many letters, 0 (one cell, the world) to 10. */
export function gridOf(letters: number): Grid {
  const bits = LETTER_BITS * letters;
  // The first bit is of the longitude, and they take turns.
  return { letters, columns: 2 ** Math.ceil(bits / 2), rows: 2 ** Math.floor(bits / 2) };
}

/** The name of a cell, e.g. `u09`; empty for the world. */
export function cellName({ letters }: Grid, { column, row }: Cell): string {
  let name = "";
  let value = 0;
  const bits = LETTER_BITS * letters;
  for (let bit = 0; bit < bits; bit++) {
    const [ofAxis, axisBits] = bit % 2 === 0 ? [column, Math.ceil(bits / 2)] : [row, Math.floor(bits / 2)];
    value = value * 2 + Math.floor(ofAxis / 2 ** (axisBits - 1 - Math.floor(bit / 2))) % 2;
    if (bit % LETTER_BITS !== LETTER_BITS - 1) continue;
    name += LETTERS[value];
    value = 0;
  }
  return name;
}

/** Where a cell ends. */
export function edgesOf({ columns, rows }: Grid, { column, row }: Cell): CellEdges {
  const width = 360 / columns;
  const height = 180 / rows;
  return { south: row * height - 90, north: (row + 1) * height - 90, west: column * width - 180, east: (column + 1) * width - 180 };
}

/** The table of the bench, for a terminal: one line of figures a row, and below it how they were come by. */
import { isReached, type Measurement, ratioOf } from "./figure.ts";
import type { Row } from "./row.ts";

const HEAD = ["", "figure", "measured", "target", "reached", "rival", "ratio"] as const;
const RIGHT: ReadonlySet<string> = new Set(["ratio"]);
const GAP = "  ";
const DETAIL_INDENT = " ".repeat(6);

/** Its lines; details are broken at `widthChars`. */
export function tableLines(rows: readonly Row[], widthChars: number): string[] {
  const cells = rows.map(cellsOf);
  const widths = HEAD.map((title, column) => Math.max(...[HEAD, ...cells].map((row) => charsOf(row[column] ?? title))));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => pad(cell, HEAD[column] ?? "", widths[column] ?? 0)).join(GAP).trimEnd();
  return [
    line(HEAD),
    ...rows.flatMap(({ detail }, index) => [line(cells[index] ?? []), ...broken(detail, widthChars - DETAIL_INDENT.length)]),
  ];
}

/** The last line: how many figures keep their bound. */
export function verdictLine(rows: readonly Measurement[]): string {
  const missed = rows.filter((row) => !isReached(row)).length;
  return missed === 0 ? `All ${rows.length} figures reached` : `${missed} of ${rows.length} figures missed`;
}

/** Three digits that count, thousands apart: `0.0729`, `13.3`, `912,000`. */
export function readable(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });
}

function cellsOf(row: Row): string[] {
  const { letter, what, measured, unit, target, rival } = row;
  const bound = "atMost" in target ? `≤ ${readable(target.atMost)}` : `≥ ${readable(target.atLeast)}`;
  const ratio = ratioOf(row);
  return [
    letter,
    what,
    `${readable(measured)} ${unit}`.trim(),
    bound,
    isReached(row) ? "yes" : "NO",
    rival === undefined ? "—" : `${readable(rival.measured)} ${rival.name}`,
    ratio === undefined ? "—" : Number(ratio.toPrecision(2)).toString(),
  ];
}

function pad(cell: string, title: string, width: number): string {
  const space = " ".repeat(Math.max(0, width - charsOf(cell)));
  return RIGHT.has(title) ? space + cell : cell + space;
}

/** The text in lines of at most `width` characters, broken between words; a word that is longer keeps its line for itself. */
function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && charsOf(line) + 1 + charsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.map((part) => DETAIL_INDENT + part);
}

function charsOf(text: string): number {
  return [...text].length;
}

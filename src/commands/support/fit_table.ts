/** Making a list fit into one message. */
import { textLengthBytes } from "../../mesh/text.ts";

/** A list with a line before and a line behind it. */
export interface Table {
  readonly header: string;
  readonly lines: readonly string[];
  readonly footer?: string | undefined;
  /** Lines that are missing from the start. */
  readonly left?: number;
}

/** Which lines go when there are too many. */
interface CutOptions {
  /** `last` leaves the first ones out. */
  readonly keep?: "first" | "last";
}

/**
 * The first table that fits whole, so the widest is to come first; else as many lines of the last one as go in, and `…(+3)` where those
 * are missing that do not.
 */
export function fitTable(tables: readonly Table[], limitBytes: number, { keep = "first" }: CutOptions = {}): string {
  const texts = tables.map((table) => joinedTable(table, table.lines, keep));
  const whole = texts.find((text) => textLengthBytes(text) <= limitBytes);
  const last = tables.at(-1);
  return whole ?? (last === undefined ? "" : cut(last, limitBytes, keep));
}

function cut(table: Table, limitBytes: number, keep: "first" | "last"): string {
  const { lines, left = 0 } = table;
  const wanted = keep === "first" ? lines : lines.toReversed();
  let freeBytes = limitBytes - textLengthBytes(joinedTable({ ...table, left: 0 }, [], keep));
  let kept = 0;
  for (const line of wanted) {
    freeBytes -= textLengthBytes(line) + 1;
    if (freeBytes < textLengthBytes(`\n${missing(left + lines.length - kept - 1)}`)) break;
    kept += 1;
  }
  const shown = keep === "first" ? lines.slice(0, kept) : lines.slice(lines.length - kept);
  return joinedTable({ ...table, left: left + lines.length - kept }, shown, keep);
}

function joinedTable({ header, footer, left = 0 }: Table, lines: readonly string[], keep: "first" | "last"): string {
  const rest = left === 0 ? undefined : missing(left);
  const body = keep === "first" ? [...lines, rest] : [rest, ...lines];
  return [header, ...body, footer].filter((part) => part !== undefined).join("\n");
}

function missing(count: number): string {
  return `…(+${count})`;
}

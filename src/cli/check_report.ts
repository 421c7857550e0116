/** The report of `meshbot check`, for people and for programs. */
import type { CheckReport } from "../health/checks.ts";
import type { Finding, Level } from "../health/finding.ts";

const COLUMNS = 100;
const LEVEL_COLUMNS = 6;
const INDENT = 2;

// The worst first: it is what one wants to see when the rest has scrolled away or was cut off.
const LEVELS: readonly Level[] = ["bad", "warn", "ok"];

/** The lines for people, none longer than 100 columns. */
export function reportLines(reports: readonly CheckReport[]): string[] {
  return reports.flatMap((report, index) => [...(index === 0 ? [] : [""]), ...reportOf(report)]);
}

/** The same as one line of JSON. */
export function reportJson(reports: readonly CheckReport[]): string {
  return JSON.stringify({ ok: reports.every(({ ok }) => ok), checks: reports });
}

// What is wrong goes to standard error.
function reportOf({ name, ok, understood = ok ? "ok" : "failed", details = {}, findings = [] }: CheckReport): string[] {
  const head = wrap(`${name}: ${understood}`, 0);
  const width = Math.max(0, ...Object.keys(details).map((label) => label.length));
  const rows = Object.entries(details).flatMap(([label, value]) => hang(label, width + 2, value));
  if (findings.length === 0) return [...head, ...rows];
  const sorted = LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
  return [...head, ...rows, "", ...sorted.flatMap(findingLines), "", `  ${tally(findings)}`];
}

function findingLines({ level, what, consequence, cure }: Finding): string[] {
  const lines = hang(level, LEVEL_COLUMNS, what);
  if (level === "ok") return lines;
  const indent = INDENT + LEVEL_COLUMNS;
  return [...lines, ...hang("", LEVEL_COLUMNS, consequence), ...wrap(`Cure: ${cure}`, indent, indent + "Cure: ".length)];
}

function tally(findings: readonly Finding[]): string {
  return LEVELS.map((level) => `${findings.filter((finding) => finding.level === level).length} ${level}`).join(", ");
}

/** A label in its column, and the text wrapped beside it. */
function hang(label: string, labelColumns: number, text: string): string[] {
  const lines = wrap(text, INDENT + labelColumns);
  return lines.map((line, index) => index === 0 ? " ".repeat(INDENT) + label.padEnd(labelColumns) + line.trimStart() : line);
}

/** Breaks a text between words, and within words that are longer than a line. */
function wrap(text: string, indent: number, nextIndent = indent): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  let isEmpty = true;
  const end = () => {
    lines.push(line);
    line = " ".repeat(nextIndent);
    isEmpty = true;
  };
  for (const word of text.split(" ")) {
    if (!isEmpty && columns(line) + 1 + columns(word) > COLUMNS) end();
    let rest = isEmpty ? word : ` ${word}`;
    while (columns(line) + columns(rest) > COLUMNS) {
      const room = COLUMNS - columns(line);
      const characters = [...rest];
      line += characters.slice(0, room).join("");
      rest = characters.slice(room).join("");
      end();
    }
    line += rest;
    isEmpty = false;
  }
  return [...lines, line];
}

function columns(text: string): number {
  return [...text].length;
}

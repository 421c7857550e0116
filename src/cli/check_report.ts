/** The report of `meshbot check`, for people and for programs. */
import type { CheckReport } from "../health/checks.ts";
import type { Finding, Level } from "../health/finding.ts";

const COLUMNS = 100;
const LEVEL_COLUMNS = 6;
const INDENT = 2;

// The worst first: it is what one wants to see when the rest has scrolled away or was cut off.
const LEVELS: readonly Level[] = ["bad", "warn", "ok"];

/** The lines for people, none longer than 100 columns: what was judged in full, the rest in one table. */
export function reportLines(reports: readonly CheckReport[]): string[] {
  const judged = reports.filter(({ details, findings }) => details !== undefined || findings !== undefined);
  const listed = reports.filter((report) => !judged.includes(report));
  const blocks = [...judged.map(reportOf), ...(listed.length === 0 ? [] : [tableOf(listed)])];
  return blocks.flatMap((block, index) => index === 0 ? block : ["", ...block]);
}

/** A line for each: its name, whether it was reached, how long that took, and what came of it. */
function tableOf(reports: readonly CheckReport[]): string[] {
  const nameColumns = Math.max(...reports.map(({ name }) => columns(name))) + 2;
  return reports.flatMap(({ name, ok, tookMs, understood, wrong }) => {
    const parts = [understood, wrong === undefined ? undefined : `wrong: ${wrong}`].filter((part) => part !== undefined);
    const head = `${name.padEnd(nameColumns)}${(ok ? "ok" : "failed").padEnd(8)}${`${(tookMs / 1000).toFixed(1)} s`.padEnd(9)}`;
    const lines = wrap(parts.join("; ") || "ok", columns(head));
    return lines.map((line, index) => index === 0 ? head + line.trimStart() : line);
  });
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

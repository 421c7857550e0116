/** Cuts a TOML file into its statements, so that each has a line and one that is broken does not hide the next. */

/** A header (`[a]`, `[[a]]`) or a key with its value. */
export interface TomlStatement {
  /** The line it begins on, counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly header: boolean;
}

// A bracket or a quotation mark that is never closed would swallow the rest of the file; no honest value is longer.
const MAX_STATEMENT_LINES = 1000;

/** The statements in their order; comments and empty lines are left out. */
export function splitStatements(text: string): TomlStatement[] {
  const lines = text.split(/\r?\n/);
  const statements: TomlStatement[] = [];
  for (let index = 0; index < lines.length;) {
    const start = (lines[index] as string).trimStart();
    if (start === "" || start.startsWith("#")) {
      index++;
      continue;
    }
    const header = start.startsWith("[");
    const count = header ? 1 : statementLength(lines, index);
    statements.push({ line: index + 1, text: lines.slice(index, index + count).join("\n"), header });
    index += count;
  }
  return statements;
}

/** Lines that the statement takes: more than one inside brackets and in multi-line strings; one when it is never closed. */
function statementLength(lines: readonly string[], first: number): number {
  let state: State = { depth: 0, quotes: undefined };
  const limit = Math.min(lines.length, first + MAX_STATEMENT_LINES);
  for (let index = first; index < limit; index++) {
    state = scanLine(lines[index] as string, state);
    if (state.depth <= 0 && state.quotes === undefined) return index - first + 1;
  }
  return 1;
}

interface State {
  /** Open brackets and braces. */
  readonly depth: number;
  /** The mark that ends the multi-line string we are in. */
  readonly quotes: string | undefined;
}

function scanLine(line: string, state: State): State {
  let { depth, quotes } = state;
  for (let at = 0; at < line.length;) {
    if (quotes !== undefined) {
      const end = closingQuotes(line, at, quotes);
      if (end === undefined) return { depth, quotes };
      quotes = undefined;
      at = end;
      continue;
    }
    const character = line[at] as string;
    if (character === "#") break;
    if (character === '"' || character === "'") {
      const triple = character.repeat(3);
      if (line.startsWith(triple, at)) {
        quotes = triple;
        at += 3;
        continue;
      }
      at = closingQuotes(line, at + 1, character) ?? line.length;
      continue;
    }
    if (character === "[" || character === "{") depth++;
    if (character === "]" || character === "}") depth--;
    at++;
  }
  return { depth, quotes };
}

/** The position behind the closing mark, or undefined when the line ends first. */
function closingQuotes(line: string, from: number, quotes: string): number | undefined {
  for (let at = from; at < line.length; at++) {
    if (line[at] === "\\" && quotes.startsWith('"')) at++;
    else if (line.startsWith(quotes, at)) {
      let end = at + quotes.length;
      // A multi-line string may end with one or two of its own marks: """he said "no""""".
      while (quotes.length === 3 && end < at + 5 && line[end] === quotes[0]) end++;
      return end;
    }
  }
  return undefined;
}

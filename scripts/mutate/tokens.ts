/** TypeScript text as tokens: as much as is needed to tell code from strings, comments, patterns and types. */

/** What a piece of the text is. */
export type TokenKind = "word" | "number" | "text" | "pattern" | "comment" | "sign";

/** One piece; white space is between the pieces. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it begins in the file. */
  readonly at: number;
}

// Longest first.
const SIGNS = [
  ">>>=",
  "...",
  "===",
  "!==",
  "**=",
  "<<=",
  ">>=",
  ">>>",
  "&&=",
  "||=",
  "??=",
  "=>",
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "??",
  "?.",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "&=",
  "|=",
  "^=",
  "<<",
  ">>",
  "**",
];
// After these a slash begins a pattern, not a division.
const BEFORE_PATTERN = new Set(["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "await", "yield", "else", "do"]);
const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /0[xX][\da-fA-F_]+n?|0[bB][01_]+n?|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?n?|\.\d[\d_]*/y;

/** The tokens of a file that a compiler takes; the code within template literals is among them. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  // For each `${` that is open: how many braces are open within it.
  const templates: number[] = [];
  let at = 0;
  const add = (kind: TokenKind, end: number) => {
    tokens.push({ kind, text: source.slice(at, end), at });
    at = end;
  };
  while (at < source.length) {
    const char = source[at] as string;
    if (/\s/.test(char)) at += 1;
    else if (source.startsWith("//", at)) add("comment", endOr(source.indexOf("\n", at), source));
    else if (source.startsWith("/*", at)) add("comment", endOr(source.indexOf("*/", at + 2), source, 2));
    else if (char === '"' || char === "'") add("text", quoteEnd(source, at, char));
    else if (char === "`") template(at + 1);
    else if (char === "}" && templates.at(-1) === 0) {
      templates.pop();
      template(at + 1);
    } else if (char === "/" && beginsPattern(tokens)) add("pattern", patternEnd(source, at));
    else {
      const word = match(WORD, source, at);
      const number = word === undefined ? match(NUMBER, source, at) : undefined;
      if (word !== undefined) add("word", at + word.length);
      else if (number !== undefined) add("number", at + number.length);
      else {
        const sign = SIGNS.find((known) => source.startsWith(known, at)) ?? char;
        const inner = templates.length - 1;
        if (inner >= 0 && sign === "{") templates[inner] = (templates[inner] as number) + 1;
        if (inner >= 0 && sign === "}") templates[inner] = (templates[inner] as number) - 1;
        add("sign", at + sign.length);
      }
    }
  }
  return tokens;

  /** The text of a template up to its end or to the next code in it. */
  function template(from: number): void {
    let end = from;
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end)) end += source[end] === "\\" ? 2 : 1;
    if (source.startsWith("${", end)) {
      templates.push(0);
      add("text", end + 2);
    } else add("text", Math.min(end + 1, source.length));
  }
}

function endOr(found: number, source: string, more = 0): number {
  return found < 0 ? source.length : found + more;
}

function quoteEnd(source: string, at: number, quote: string): number {
  let end = at + 1;
  while (end < source.length && source[end] !== quote && source[end] !== "\n") end += source[end] === "\\" ? 2 : 1;
  return Math.min(end + 1, source.length);
}

function patternEnd(source: string, at: number): number {
  let inClass = false;
  let end = at + 1;
  for (; end < source.length && source[end] !== "\n" && (inClass || source[end] !== "/"); end += 1) {
    if (source[end] === "\\") end += 1;
    else if (source[end] === "[") inClass = true;
    else if (source[end] === "]") inClass = false;
  }
  end += 1;
  while (/[a-z]/.test(source[end] ?? "")) end += 1;
  return end;
}

function beginsPattern(tokens: readonly Token[]): boolean {
  const before = tokens.findLast(({ kind }) => kind !== "comment");
  if (before === undefined) return true;
  if (before.kind === "word") return BEFORE_PATTERN.has(before.text);
  return before.kind === "sign" ? ![")", "]", "}"].includes(before.text) : before.kind === "text" && before.text.endsWith("${");
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

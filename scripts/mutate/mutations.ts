/** Every small mistake that could be made in a file: where, and what would stand there instead. */
import { type Token, tokensOf } from "./tokens.ts";

/** What kind of mistake it is. */
export type MutationKind = "comparison" | "arithmetic" | "logic" | "bits" | "number" | "truth" | "negation" | "branches" | "await" | "call";

/** One mistake. */
export interface Mutation {
  readonly kind: MutationKind;
  /** From where to where the file's text is replaced, and by what. */
  readonly from: number;
  readonly to: number;
  readonly replacement: string;
}

const REPLACED: Readonly<Record<string, readonly [kind: MutationKind, instead: string]>> = {
  "<": ["comparison", "<="],
  "<=": ["comparison", "<"],
  ">": ["comparison", ">="],
  ">=": ["comparison", ">"],
  "===": ["comparison", "!=="],
  "!==": ["comparison", "==="],
  "+": ["arithmetic", "-"],
  "-": ["arithmetic", "+"],
  "*": ["arithmetic", "/"],
  "/": ["arithmetic", "*"],
  "%": ["arithmetic", "*"],
  "+=": ["arithmetic", "-="],
  "-=": ["arithmetic", "+="],
  "&&": ["logic", "||"],
  "||": ["logic", "&&"],
  "&": ["bits", "|"],
  "<<": ["bits", ">>"],
  ">>": ["bits", "<<"],
};
const OPENING = new Set(["(", "[", "{"]);
const CLOSING = new Set([")", "]", "}"]);

/** All mistakes of a file, in the order of their places. */
export function mutationsOf(source: string): Mutation[] {
  const all = tokensOf(source).filter(({ kind }) => kind !== "comment");
  const tokens = withoutTypes(all);
  const mutations: Mutation[] = [];
  for (const [index, token] of tokens.entries()) mutations.push(...mutationsAt(source, tokens, index, token));
  return mutations;
}

function mutationsAt(source: string, tokens: readonly Token[], index: number, token: Token): Mutation[] {
  if (token.kind === "number") return numberMutations(token);
  if (token.kind === "word") {
    if (token.text === "true" || token.text === "false") return [replaced("truth", token, token.text === "true" ? "false" : "true")];
    if (token.text === "await") return awaitMutations(tokens, index, token);
    if (token.text === "if" || token.text === "while") return negation(source, tokens, index);
    return callMutations(tokens, index);
  }
  if (token.kind !== "sign") return [];
  if (token.text === "?") return branches(source, tokens, index);
  const instead = Object.hasOwn(REPLACED, token.text) ? REPLACED[token.text] : undefined;
  if (instead === undefined) return [];
  const before = tokens[index - 1];
  // A sign before a number or a name, and not between two values.
  const isPrefix = before === undefined || before.kind === "sign" && !CLOSING.has(before.text) || before.text === "return";
  if (instead[0] === "arithmetic" && isPrefix) return [];
  // Without a blank before it, it is a bracket of a type.
  if (/^[<>]+$/.test(token.text) && !/\s/.test(source[token.at - 1] ?? "")) return [];
  return [replaced(instead[0], token, instead[1])];
}

function replaced(kind: MutationKind, token: Token, replacement: string): Mutation {
  return { kind, from: token.at, to: token.at + token.text.length, replacement };
}

function numberMutations(token: Token): Mutation[] {
  const value = Number(token.text.replaceAll("_", ""));
  if (!Number.isFinite(value)) return [];
  return [value + 1, ...(value >= 1 ? [value - 1] : [])].map((other) => replaced("number", token, String(other)));
}

function awaitMutations(tokens: readonly Token[], index: number, token: Token): Mutation[] {
  const next = tokens[index + 1];
  if (tokens[index - 1]?.text === "for" || next === undefined || next.text === "using") return [];
  return [{ kind: "await", from: token.at, to: next.at, replacement: "" }];
}

function negation(source: string, tokens: readonly Token[], index: number): Mutation[] {
  const open = tokens[index + 1];
  const closeAt = open?.text === "(" ? closingOf(tokens, index + 1) : undefined;
  const close = closeAt === undefined ? undefined : tokens[closeAt];
  if (open === undefined || close === undefined) return [];
  const condition = source.slice(open.at + 1, close.at);
  return [{ kind: "negation", from: open.at + 1, to: close.at, replacement: `!(${condition})` }];
}

/** `a ? b : c` as `a ? c : b`. */
function branches(source: string, tokens: readonly Token[], index: number): Mutation[] {
  const between = endOfPart(tokens, index + 1, ":");
  const colon = between === undefined ? undefined : tokens[between];
  if (between === undefined || colon?.text !== ":") return [];
  const end = endOfPart(tokens, between + 1, undefined);
  const [first, behind, last] = [tokens[index + 1], tokens[between - 1], end === undefined ? undefined : tokens[end - 1]];
  const second = tokens[between + 1];
  if (first === undefined || behind === undefined || second === undefined || last === undefined || between === index + 1) return [];
  const yes = source.slice(first.at, behind.at + behind.text.length);
  const no = source.slice(second.at, last.at + last.text.length);
  if (yes === no) return [];
  const separator = source.slice(behind.at + behind.text.length, second.at);
  return [{ kind: "branches", from: first.at, to: last.at + last.text.length, replacement: `${no}${separator}${yes}` }];
}

/** The token at which an expression that begins at `from` ends; inner conditionals are passed over. */
function endOfPart(tokens: readonly Token[], from: number, wanted: ":" | undefined): number | undefined {
  let inner = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const { text, kind } = tokens[at] as Token;
    // A template's code: from its opening piece to the piece that closes it.
    if (kind === "text") {
      if (text.startsWith("}")) return wanted === undefined ? at : undefined;
      if (text.endsWith("${")) at = templateEnd(tokens, at);
      continue;
    }
    if (OPENING.has(text)) {
      const close = closingOf(tokens, at);
      if (close === undefined) return undefined;
      at = close;
    } else if (CLOSING.has(text) || text === ";" || text === ",") return wanted === undefined ? at : undefined;
    else if (text === "?") inner += 1;
    else if (text === ":") {
      if (inner === 0) return at;
      inner -= 1;
    }
  }
  return undefined;
}

function templateEnd(tokens: readonly Token[], from: number): number {
  let open = 1;
  for (let at = from + 1; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== "text") continue;
    if (text.startsWith("}")) open -= 1;
    if (text.endsWith("${")) open += 1;
    if (open === 0) return at;
  }
  return tokens.length;
}

/** A statement that is a call alone, left out. */
function callMutations(tokens: readonly Token[], index: number): Mutation[] {
  const before = tokens[index - 1]?.text ?? ";";
  const first = tokens[index] as Token;
  if (![";", "{", "}"].includes(before) || ["return", "throw", "super", "if", "for", "while", "switch", "catch"].includes(first.text)) {
    return [];
  }
  let at = index;
  if (first.text === "void") at += 1;
  while (tokens[at]?.kind === "word") {
    at += 1;
    let next = tokens[at]?.text;
    while (next === "(" || next === "[") {
      const close = closingOf(tokens, at);
      if (close === undefined) return [];
      if (next === "(" && tokens[close + 1]?.text === ";") {
        const end = tokens[close + 1] as Token;
        return [{ kind: "call", from: first.at, to: end.at, replacement: "" }];
      }
      at = close + 1;
      next = tokens[at]?.text;
    }
    if (next !== "." && next !== "?.") return [];
    at += 1;
  }
  return [];
}

function closingOf(tokens: readonly Token[], from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const { text, kind } = tokens[at] as Token;
    if (kind !== "sign") continue;
    if (OPENING.has(text)) depth += 1;
    if (CLOSING.has(text)) depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

/** Without imports, re-exports, interfaces and type aliases: there is nothing that runs. */
function withoutTypes(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const { text } = tokens[at] as Token;
    const before = tokens[at - 1];
    const begins = before === undefined || before.text === ";" || before.text === "}" || before.text === "export";
    const next = tokens[at + 1];
    if (begins && text === "interface") {
      while (at < tokens.length && tokens[at]?.text !== "{") at += 1;
      at = closingOf(tokens, at) ?? tokens.length;
    } else if (begins && (text === "import" && next?.text !== "(" || text === "type" && next?.kind === "word")) {
      at = statementEnd(tokens, at);
    } else kept.push(tokens[at] as Token);
  }
  return kept;
}

function statementEnd(tokens: readonly Token[], from: number): number {
  let at = from;
  while (at < tokens.length && tokens[at]?.text !== ";") {
    at = OPENING.has(tokens[at]?.text ?? "") ? (closingOf(tokens, at) ?? at) + 1 : at + 1;
  }
  return at;
}

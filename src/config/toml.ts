/** Reads TOML with the line of each key; a broken file is read as far as possible, so that all its mistakes show at once. */
import { parse, TomlError } from "smol-toml";
import { splitStatements, type TomlStatement } from "./toml_statements.ts";

/** A TOML table as read. */
export type TomlTable = { [key: string]: unknown };

/** A place where the text is no TOML. Line and column count from 1. */
export interface TomlFault {
  readonly line: number;
  readonly column?: number;
  /** The key or section that the line is about, as far as it can be read. */
  readonly path: readonly string[] | undefined;
  readonly what: "value" | "line" | "header" | "duplicate key" | "duplicate section" | "not a section";
  /** The parser's words, or where the first one stands. */
  readonly detail: string;
}

/** A file as read. */
export interface TomlDocument {
  readonly root: TomlTable;
  readonly faults: readonly TomlFault[];
  /** The line of a key or section, or of what holds it. */
  lineOf(path: readonly string[]): number | undefined;
}

/** True for a TOML table (or an inline one): not for lists and dates. */
export function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Reads a file; it never throws. The parser judges the whole text; only when it refuses are the statements judged one by one. */
export function readToml(text: string): TomlDocument {
  const merged = mergeStatements(splitStatements(text));
  try {
    const root = parse(text) as TomlTable;
    return { root, faults: [], lineOf: merged.lineOf };
  } catch (error) {
    const faults = merged.faults.length > 0 ? merged.faults : [wholeFault(error)];
    return { root: merged.root, faults, lineOf: merged.lineOf };
  }
}

function wholeFault(error: unknown): TomlFault {
  const [line, column] = error instanceof TomlError ? [error.line, error.column] : [1, 1];
  return { line, column, path: undefined, what: "line", detail: reason(error) };
}

/** The parser's reason without its preamble and without the lines of the file that it quotes: they may hold a secret. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] as string).replace(/^Invalid TOML document: /, "");
}

function mergeStatements(statements: readonly TomlStatement[]): TomlDocument {
  const merger = new Merger();
  for (const statement of statements) {
    if (statement.header) merger.openSection(statement);
    else merger.addEntry(statement);
  }
  return { root: merger.root, faults: merger.faults, lineOf: (path) => merger.lineOf(path) };
}

class Merger {
  readonly root: TomlTable = emptyTable();
  readonly faults: TomlFault[] = [];
  readonly #lines = new Map<string, number>();
  readonly #headers = new Map<string, number>();
  #base: readonly string[] | undefined = [];

  lineOf(path: readonly string[]): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  }

  openSection(statement: TomlStatement): void {
    const { line } = statement;
    const parsed = parseStatement(statement);
    if ("error" in parsed) {
      // The keys below belong to the section that was meant, as far as its name can be read.
      const name = /^\s*\[+\s*([\w-]+(?:\s*\.\s*[\w-]+)*)/.exec(statement.text)?.[1];
      this.#base = name?.split(/\s*\.\s*/);
      this.#fault({ ...parsed.error, path: this.#base, what: "header" });
      return;
    }
    const { path, list } = headerPath(parsed.table);
    const key = JSON.stringify(path);
    const first = this.#headers.get(key);
    if (first !== undefined && !list) this.#fault({ line, path, what: "duplicate section", detail: `line ${first}` });
    this.#base = this.#makeTable(path, line, list);
    this.#headers.set(key, first ?? line);
    // Below a new entry of a list its sections begin anew.
    if (list) { for (const other of [...this.#headers.keys()]) if (other.startsWith(key.slice(0, -1) + ",")) this.#headers.delete(other); }
  }

  addEntry(statement: TomlStatement): void {
    if (this.#base === undefined) return;
    const parsed = parseStatement(statement);
    if ("error" in parsed) {
      const [, name, equals] = /^\s*([\w-]+(?:\s*\.\s*[\w-]+)*)\s*(=?)/.exec(statement.text) ?? [];
      const path = name === undefined ? undefined : [...this.#base, ...name.split(/\s*\.\s*/)];
      this.#fault({ ...parsed.error, path, what: equals ? "value" : "line" });
      return;
    }
    const target = this.#find(this.#base);
    if (target !== undefined) this.#merge(target, parsed.table, this.#base, statement.line);
  }

  #merge(target: TomlTable, source: TomlTable, base: readonly string[], line: number): void {
    for (const [name, value] of Object.entries(source)) {
      const path = [...base, name];
      const present = target[name];
      if (isTable(present) && isTable(value)) {
        this.#merge(present, value, path, line);
      } else if (name in target) {
        this.#fault({ line, path, what: "duplicate key", detail: `line ${this.lineOf(path)}` });
      } else {
        this.#lines.set(JSON.stringify(path), line);
        target[name] = value;
        if (isTable(value)) this.#merge(target[name] = emptyTable(), value, path, line);
      }
    }
  }

  /** Makes the tables on the way to a section; the path of the table itself, with the index where a list of sections lies on the way. */
  #makeTable(path: readonly string[], line: number, list: boolean): readonly string[] | undefined {
    let table = this.root;
    const real: string[] = [];
    for (const [index, name] of path.entries()) {
      real.push(name);
      const last = index === path.length - 1;
      if (!(name in table)) {
        table[name] = last && list ? [] : emptyTable();
        this.#lines.set(JSON.stringify(real), line);
      }
      const held = table[name];
      if (last && list && Array.isArray(held)) held.push(emptyTable());
      let next: unknown = held;
      if (Array.isArray(held)) {
        real.push(String(held.length - 1));
        next = held.at(-1);
        if (last && list) this.#lines.set(JSON.stringify(real), line);
      }
      if (!isTable(next)) {
        this.#fault({ line, path: real, what: "not a section", detail: `line ${this.lineOf(real)}` });
        return undefined;
      }
      table = next;
    }
    return real;
  }

  #find(path: readonly string[]): TomlTable | undefined {
    let value: unknown = this.root;
    for (const name of path) {
      if (Array.isArray(value)) value = value[Number(name)];
      else if (isTable(value)) value = value[name] ??= emptyTable();
    }
    return isTable(value) ? value : undefined;
  }

  #fault(fault: TomlFault): void {
    this.faults.push(fault);
  }
}

// Without a prototype, as the parser's own tables: a key may be called __proto__.
function emptyTable(): TomlTable {
  return Object.create(null) as TomlTable;
}

function headerPath(table: TomlTable): { path: string[]; list: boolean } {
  const path: string[] = [];
  let value: unknown = table;
  while (isTable(value) && Object.keys(value).length > 0) {
    const name = Object.keys(value)[0] as string;
    path.push(name);
    value = value[name];
  }
  return { path, list: Array.isArray(value) };
}

type Parsed = { readonly table: TomlTable } | { readonly error: { line: number; column?: number; detail: string } };

function parseStatement(statement: TomlStatement): Parsed {
  try {
    return { table: parse(statement.text) as TomlTable };
  } catch (error) {
    const detail = reason(error);
    if (!(error instanceof TomlError)) return { error: { line: statement.line, detail } };
    return { error: { line: statement.line + error.line - 1, column: error.column, detail } };
  }
}

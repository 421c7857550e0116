/** SQLite as the store uses it: opening, migrating, transactions, and what an error of it means. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { describeError } from "../errors.ts";
import type { Migrations } from "./schema.ts";

export type { SQLInputValue };

/** Why SQLite refused, as far as the store does something about it. */
export type SqliteFault = "corrupt" | "full" | "locked" | "readonly" | "newer" | "other";

/** The file was made by a later version of this program. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

// Result codes of SQLite (sqlite.org/rescode.html), without the extended part.
const FAULTS: Readonly<Record<number, SqliteFault>> = {
  5: "locked",
  6: "locked",
  8: "readonly",
  3: "readonly",
  14: "readonly",
  11: "corrupt",
  26: "corrupt",
  13: "full",
};

// exec() tells no code; the words are those of sqlite3_errstr and of the two corruptions with a text of their own.
const FAULT_WORDS: readonly (readonly [RegExp, SqliteFault])[] = [
  [/malformed|not a database|encrypted|corrupt|invalid rootpage|no such (table|column)|has no column/i, "corrupt"],
  [/is full|disk quota|no space/i, "full"],
  [/is locked|is busy/i, "locked"],
  [/readonly|read-only|unable to open|access|permission/i, "readonly"],
];

/** What an error of SQLite, or of the file system, means for the store. */
export function faultOf(error: unknown): SqliteFault {
  if (error instanceof NewerSchemaError) return "newer";
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  const known = typeof code === "number" ? FAULTS[code & 0xff] : undefined;
  if (known !== undefined) return known;
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) return "readonly";
  const text = describeError(error);
  return FAULT_WORDS.find(([words]) => words.test(text))?.[1] ?? "other";
}

/** A database with its prepared statements. */
export class Sqlite implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or makes the file; `busyMs`: how long a statement waits for another's lock. */
  constructor(path: string, options: { readonly busyMs: number; readonly readOnly?: boolean }) {
    this.#db = new DatabaseSync(path, { timeout: options.busyMs, readOnly: options.readOnly ?? false });
  }

  /** Several statements that give nothing. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** All rows; `Row` is what the statement selects. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  /** A statement that is used so often that looking it up would count. */
  prepare(sql: string): StatementSync {
    return this.#prepare(sql);
  }

  /** A PRAGMA's number; 0 when it gives none. */
  pragma(name: string): number {
    return Number(Object.values(this.get<Record<string, number>>(`PRAGMA ${name}`) ?? {})[0] ?? 0);
  }

  /** All or nothing. */
  transaction<Result>(work: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    let result: Result;
    try {
      result = work();
      this.#db.exec("COMMIT");
    } catch (error) {
      try {
        this.#db.exec("ROLLBACK");
      } catch {
        // A full disk, for one, has ended the transaction already.
      }
      throw error;
    }
    return result;
  }

  /** Makes the tables, or brings them up to date. Throws NewerSchemaError for a file of a later version. */
  migrate(migrations: Migrations): void {
    const version = this.pragma("user_version");
    if (version > migrations.length) {
      throw new NewerSchemaError(`the file has version ${version}, this program knows ${migrations.length}: use a newer MeshBot`);
    }
    for (let next = version; next < migrations.length; next += 1) {
      this.transaction(() => this.#db.exec(`${migrations[next]};PRAGMA user_version = ${next + 1}`));
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

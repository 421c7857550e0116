/** What a check found, in words for the operator. */

/** How much a finding matters: `bad` keeps the bot from its work, `warn` costs something or may surprise, `ok` is in order. */
export type Level = "ok" | "warn" | "bad";

/** One thing that was looked at. Plain sentences; `consequence` and `cure` are empty when all is in order. */
export interface Finding {
  readonly level: Level;
  readonly what: string;
  /** What it means for the bot. */
  readonly consequence: string;
  /** What the operator can do. */
  readonly cure: string;
}

/** A finding that needs nothing. */
export function ok(what: string): Finding {
  return { level: "ok", what, consequence: "", cure: "" };
}

/** A finding that costs something. */
export function warn(what: string, consequence: string, cure: string): Finding {
  return { level: "warn", what, consequence, cure };
}

/** A finding that keeps the bot from its work. */
export function bad(what: string, consequence: string, cure: string): Finding {
  return { level: "bad", what, consequence, cure };
}

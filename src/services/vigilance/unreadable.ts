/** What was missing in an answer that could not be read. */
import { ServiceError } from "../../errors.ts";
import { vigilanceEn } from "../../i18n/vigilance.ts";

/** Why an answer says nothing that can be relied on. */
export type Missing =
  | "json"
  /** A part of the JSON, by its name. */
  | "field"
  | "headings"
  /** It is of another day. */
  | "date"
  /** Neither a time of issue nor a list under a date. */
  | "section"
  /** A colour is spoken of that no list is of. */
  | "list"
  /** A list without a department. */
  | "entries"
  /** A department is named outside of the lists. */
  | "stray"
  | "end"
  | "department"
  /** Nothing says that the feed is alive. */
  | "recent";

/** An answer that could not be read, and what was missing: in English in its message, in any language by the sentence of that name. */
export class UnreadableError extends ServiceError {
  readonly missing: Missing;
  /** The name, date or number of what was missing; for some there is none. */
  readonly what: string;

  constructor(who: string, missing: Missing, what = "", options?: ErrorOptions) {
    super("unreadable", `${who} cannot be read: ${vigilanceEn.missing[missing](what)}`, options);
    this.missing = missing;
    this.what = what;
  }
}

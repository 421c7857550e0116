/** How a mistake in the configuration is told to the operator: where, what is wrong, what would be right. */

/** One mistake, as a line of text; `order` sorts the file's lines before the rest. */
export interface Mistake {
  readonly order: number;
  readonly text: string;
}

/** Behind every line of a file. */
export const AFTER_THE_FILE = Number.MAX_SAFE_INTEGER;

const MAX_SHOWN_LENGTH = 60;

/** A value in a message: short, on one line, with no character that could move a terminal. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return cut(`[${value.map(showValue).join(", ")}]`);
  if (value instanceof Date) return "a date";
  if (typeof value === "object" && value !== null) return "a section";
  if (typeof value !== "string") return String(value);
  // A URL may hold a user and a password, and what is shown here ends in logs.
  return cut(JSON.stringify(printable(value).replace(/(:\/\/)[^/\s]*@/, "$1…@")));
}

/** A text from the file or the environment without control and format characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{FFFD}");
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= MAX_SHOWN_LENGTH ? text : `${characters.slice(0, MAX_SHOWN_LENGTH).join("")}…`;
}

/** The mistakes in the order in which one would mend them, under a line that says how many there are; whatever they quote, no control characters. */
export function mistakeReport(mistakes: readonly Mistake[]): string {
  const sorted = [...mistakes].sort((a, b) => a.order - b.order);
  const count = sorted.length === 1 ? "1 mistake" : `${sorted.length} mistakes`;
  return [`Cannot use this configuration, it has ${count}:`, ...sorted.map(({ text }) => `  ${printable(text)}`)].join("\n");
}

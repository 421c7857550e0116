/** Reading answers from strangers: nothing is believed that is not there, of the right kind and within reason. */
import { ServiceError } from "../../errors.ts";

const SHOWN_CHARS = 60;

/** The value of a JSON text; ServiceError("unreadable") with the beginning of what came instead. */
export function parseJson(text: string, who: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const shown = text.slice(0, SHOWN_CHARS).replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
    throw new ServiceError("unreadable", `${who} answered with no JSON: ${shown === "" ? "nothing" : `"${shown}"`}`);
  }
}

/** What stands at the path; undefined when nothing does. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here;
}

/** A number, or a text that is one, within the bounds. */
export function numberIn(value: unknown, min: number, max: number): number | undefined {
  const number = typeof value === "number"
    ? value
    : typeof value === "string" && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)
    ? Number(value)
    : NaN;
  return number >= min && number <= max ? number : undefined;
}

/** A text with something in it, cut to `maxChars`. */
export function textOf(value: unknown, maxChars: number): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, maxChars) : undefined;
}

/** The value; ServiceError("unreadable") that names what is missing where there is none. */
export function needed<T>(value: T | undefined, who: string, what: string): T {
  if (value === undefined) throw new ServiceError("unreadable", `the answer of ${who} has no ${what}`);
  return value;
}

// What the weather can be on earth, with room; anything else is no reading.
/** °C. */
export function celsiusOf(value: unknown): number | undefined {
  return numberIn(value, -100, 70);
}

/** Percent. */
export function percentOf(value: unknown): number | undefined {
  return numberIn(value, 0, 100);
}

/** Millimetres of rain. */
export function rainMmOf(value: unknown): number | undefined {
  return numberIn(value, 0, 2000);
}

/** km/h. */
export function windKmhOf(value: unknown): number | undefined {
  return numberIn(value, 0, 500);
}

/** Reading JSON whose shape nobody guarantees. */
import { UnreadableError } from "./unreadable.ts";

/** What a JSON text holds; throws UnreadableError when it is none. */
export function parseJson(who: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableError(who, "json", undefined, { cause: error });
  }
}

/** A field of an object; undefined for anything that has none of its own. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** The items of an array; empty for anything else. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text as it is, a number as JSON writes it; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
}

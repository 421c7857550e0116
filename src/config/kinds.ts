/** The kinds of value that a key can hold: how one is checked, read from an environment variable, and described to the operator. */
import { isIPv4 } from "node:net";
import { isAbsolute, join, resolve } from "node:path";
import * as v from "valibot";

/** Where a value came from, for kinds whose meaning depends on it. */
export interface Origin {
  /** The folder that a relative path counts from: the file's own, or the working directory for the environment. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One kind of value. The message of each rule in `schema` completes the sentence "must be ...". */
export interface Kind<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** Completes "must be ..."; it names the bounds. */
  readonly expected: string;
  /** An environment variable as the schema's input; a text that cannot be read is returned as it is, for the schema to refuse. */
  fromText(text: string): unknown;
  /** The value is a list of sections, each under `[[name]]`: an environment variable could not hold it. */
  readonly fileOnly?: true;
  /** Completes a checked value, e.g. makes a path absolute. */
  finish?(value: T, origin: Origin): T;
}

/** A whole number between two bounds, both included. */
export function integer(min: number, max: number): Kind<number> {
  const expected = `a whole number from ${min} to ${max}`;
  return {
    schema: v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected)),
    expected,
    fromText: wholeNumber,
  };
}

/** A switch. */
export function boolean(): Kind<boolean> {
  const expected = "true or false";
  const words = new Map([["true", true], ["1", true], ["false", false], ["0", false]]);
  return { schema: v.boolean(expected), expected, fromText: (text) => words.get(text.toLowerCase()) ?? text };
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(...words: T): Kind<T[number]> {
  const quoted = words.map((word) => `"${word}"`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return { schema: v.picklist(words, expected), expected, fromText: (text) => text };
}

/** The name or the address of a host, without scheme and port. */
export function host(): Kind<string> {
  const expected = 'a host name or an IP address, such as "meshtastic.local" or "192.168.1.50"';
  return {
    schema: v.pipe(v.string(expected), v.check((text) => hostFault(text) === undefined, (issue) => hostFault(issue.input) ?? expected)),
    expected,
    fromText: (text) => text,
  };
}

function hostFault(text: string): string | undefined {
  if (text === "") return "a host name or an IP address; it is empty";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return "a host name or an IP address alone, without http:// or a path";
  if (/^\[.*\]/.test(text)) return "an IPv6 address without brackets; a port belongs in the key port";
  if (/^[^:]+:\d*$/.test(text)) return "a host name or an IP address alone; the port belongs in the key port";
  if (text.includes(":")) {
    return /^[0-9a-f:.]+(%[\w.-]+)?$/i.test(text) ? undefined : "a host name or an IP address; this is no IPv6 address";
  }
  if (/^[\d.]+$/.test(text) && !isIPv4(text)) return "an IPv4 address of four numbers from 0 to 255";
  if (text.length > 253 || !/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.?$/u.test(text)) {
    return "a host name (letters, digits, hyphens and dots, at most 253 characters) or an IP address";
  }
  return undefined;
}

/** A folder; `~/` is the home folder, and the result is absolute. */
export function folder(): Kind<string> {
  const expected = 'the path of a folder, such as "/var/lib/meshbot"';
  return {
    schema: v.pipe(v.string(expected), v.nonEmpty(expected), v.check((text) => !text.includes("\0"), "a path without a zero byte")),
    expected,
    fromText: (text) => text,
    finish(path, origin) {
      const home = origin.env["HOME"];
      if (home !== undefined && (path === "~" || path.startsWith("~/"))) return join(home, path.slice(1));
      return isAbsolute(path) ? path : resolve(origin.folder, path);
    },
  };
}

/** A channel of the node, by its index or by its name. */
export function channel(): Kind<number | string> {
  const expected = "a channel index from 0 to 7, or a channel name of 1 to 11 bytes";
  return { schema: v.custom<number | string>(isChannel, expected), expected, fromText: wholeNumber };
}

// ChannelSettings.name has 12 bytes in the firmware (channel.options), the last of which is the C string's end; MAX_NUM_CHANNELS is 8.
function isChannel(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 && value <= 7;
  if (typeof value !== "string" || /[\p{Cc}\p{Cf}]/u.test(value) || value.trim() === "") return false;
  return new TextEncoder().encode(value).length <= 11;
}

/** Several values of one kind; separated by commas in the environment. */
export function listOf<T>(item: Kind<T>, expected: string): Kind<T[]> {
  return {
    schema: v.array(item.schema, expected),
    expected,
    fromText: (text) => text === "" ? [] : text.split(",").map((part) => item.fromText(part.trim())),
  };
}

/** A number with or without decimals between two bounds, both included. */
export function decimal(min: number, max: number): Kind<number> {
  const expected = `a number from ${min} to ${max}`;
  return {
    schema: v.pipe(v.number(expected), v.finite(expected), v.minValue(min, expected), v.maxValue(max, expected)),
    expected,
    fromText: (text) => /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : text,
  };
}

/** A moment with its time zone, as milliseconds since 1970. */
export function moment(): Kind<number> {
  const expected = 'a moment with its time zone in quotes, such as "2026-01-31T18:00:00Z"';
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/;
  return {
    schema: v.pipe(
      v.string(expected),
      v.regex(form, expected),
      v.transform((text) => Date.parse(text)),
      v.check((ms) => !Number.isNaN(ms), expected),
    ),
    expected,
    fromText: (text) => text,
  };
}

/** A text for people: visible, of so many UTF-8 bytes at most, without control and bidi characters; the blanks around it are cut off. */
export function text(maxBytes: number): Kind<string> {
  const expected = `a text of 1 to ${maxBytes} bytes without control characters`;
  const encoder = new TextEncoder();
  return {
    schema: v.pipe(
      v.string(expected),
      v.trim(),
      v.check((text) => text !== "" && !/(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Cs}/u.test(text), expected),
      v.check((text) => encoder.encode(text).length <= maxBytes, (issue) => {
        return `a text of at most ${maxBytes} bytes; this one has ${encoder.encode(issue.input).length}`;
      }),
    ),
    expected,
    fromText: (text) => text,
  };
}

function wholeNumber(text: string): unknown {
  return /^[+-]?\d+$/.test(text) ? Number(text) : text;
}

/** What is wrong with a value, in words that complete "must be ...". */
export interface ValueFault {
  /** Where within the value: indexes of lists and names within tables; empty for the value itself. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly expected: string;
  /** `missing`: a name that the table must have; `unknown`: one that it cannot have; `name`: the last name of the path is the fault. */
  readonly what: "value" | "missing" | "unknown" | "name";
}

/** Checks a value: the checked value, or every fault in it. */
export function checkValue<T>(kind: Kind<T>, value: unknown): { readonly value: T } | { readonly faults: readonly ValueFault[] } {
  const result = v.safeParse(kind.schema, value);
  if (result.success) return { value: result.output };
  const faults = new Map<string, ValueFault>();
  for (const issue of result.issues) {
    const path = (issue.path ?? []).map(({ key }) => typeof key === "number" ? key : String(key));
    // Several rules of one pipe can fail on the same value (0.5 is no whole number and too small): one line will do.
    const key = JSON.stringify(path);
    if (faults.has(key)) continue;
    const last = issue.path?.at(-1);
    faults.set(key, { path, value: last === undefined ? value : last.value, expected: issue.message, what: whatOf(issue) });
  }
  return { faults: [...faults.values()] };
}

function whatOf(issue: v.BaseIssue<unknown>): ValueFault["what"] {
  const last = issue.path?.at(-1);
  if (last === undefined || !("origin" in last) || last.origin !== "key") return "value";
  if (issue.type !== "strict_object") return "name";
  return issue.expected === "never" ? "unknown" : "missing";
}

/** Mutations of text, by characters, words and lines. */
import type { Random } from "../../src/simulator/random.ts";

/** What has broken programs before. */
export const TELLING_TEXTS: readonly string[] = [
  "",
  " ",
  "\n",
  "\r\n",
  "\u0000",
  "\u202e",
  "\u200b",
  "\ufeff",
  "\ufffd",
  "👩‍👩‍👧‍👦",
  "e\u0301".repeat(20),
  "é",
  "\u2028",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "NaN",
  "Infinity",
  "-0",
  "-1",
  "1e400",
  "0x10",
  "9007199254740993",
  "999999999999999999999999",
  "0.1e-400",
  "null",
  "undefined",
  "true",
  "[object Object]",
  "%s%n",
  "${x}",
  "../../etc/passwd",
  "'; DROP TABLE packets; --",
  "1970-01-01T00:00:00Z",
  "9999-99-99",
  "2026-02-30T25:61:61",
  "+275760-09-13T00:00:00.001Z",
  '"',
  "\\",
  "/",
  "<",
  "&#0;",
  "&#x110000;",
  "a".repeat(300),
  "😀".repeat(70),
];

/** One mutation. */
export function mutateText(text: string, random: Random, others: readonly string[], words: readonly string[] = []): string {
  const at = random.integer(0, text.length);
  const telling = () => random.pick(words.length > 0 && random.chance(0.5) ? words : TELLING_TEXTS);
  switch (random.integer(0, 8)) {
    case 0:
      return text.slice(0, at) + telling() + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + random.integer(1, random.chance(0.8) ? 4 : text.length));
    case 2:
      return mutateWord(text, random, telling);
    case 3:
      return mutateLines(text, random);
    case 4: {
      const other = random.pick(others.length === 0 ? [text] : others);
      const from = random.integer(0, other.length);
      return text.slice(0, at) + other.slice(from, from + random.integer(1, other.length + 1));
    }
    case 5:
      return text.slice(0, at) + text.slice(at, at + random.integer(1, 6)).repeat(random.pick([2, 3, 50])) + text.slice(at);
    case 6:
      return text.slice(0, at) +
        String.fromCodePoint(random.pick([random.integer(0, 0x7f), random.integer(0, 0xd7ff), random.integer(0xe000, 0x10ffff)])) +
        text.slice(at);
    case 7:
      return text.slice(0, at);
    default:
      return text.replace(/\d+(?:\.\d+)?/g, (number) => random.chance(0.3) ? mutateNumber(number, random) : number);
  }
}

/** A number written another way, or another number. */
export function mutateNumber(number: string, random: Random): string {
  const value = Number(number);
  return random.pick([
    "0",
    "-1",
    String(value + 1),
    String(-value),
    `${number}${number}`,
    "1e999",
    `${value}.5`,
    "NaN",
    `00${number}`,
    String(value * 1e9),
  ]);
}

function mutateWord(text: string, random: Random, telling: () => string): string {
  const words = [...text.matchAll(/[\p{L}\p{N}_.-]+/gu)];
  if (words.length === 0) return text + telling();
  const word = random.pick(words);
  const replacement = random.chance(0.5) ? telling() : random.pick(words)[0];
  return text.slice(0, word.index) + replacement + text.slice(word.index + word[0].length);
}

function mutateLines(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.integer(0, lines.length - 1);
  const line = lines[at] as string;
  switch (random.integer(0, 4)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, line);
      break;
    case 2:
      lines.splice(random.integer(0, lines.length - 1), 0, ...lines.splice(at, 1));
      break;
    case 3:
      lines.splice(at, 0, ...Array.from({ length: random.pick([1, 3, 100]) }, () => line));
      break;
    default:
      return lines.join(random.pick(["\r\n", "\r", "", "\n\n"]));
  }
  return lines.join("\n");
}

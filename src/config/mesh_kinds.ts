/** The kinds of value that only a bot on a mesh has: admins, the commands' prefix and words, fixed answers. */
import * as v from "valibot";
import { beginsLikeBait } from "../i18n/bait.ts";
import { nearest } from "../nearest.ts";
import { BROADCAST_NUM, formatNodeId, parseNodeId } from "../node_id.ts";
import { COMMAND_WORDS } from "./command_words.ts";
import { type Kind, text, type ValueFault } from "./kinds.ts";
import { formatPublicKey, parsePublicKey } from "./public_key.ts";

/** An admin: a public key, given back in base64 with padding, or a node id, given back as `!a1b2c3d4`. */
export function admin(): Kind<string> {
  const expected = "a public key of 32 bytes in base64 (44 characters, as an app shows it) or a node id, such as !a1b2c3d4";
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readAdmin(text) !== undefined, expected),
      v.transform((text) => readAdmin(text) ?? text),
    ),
    expected,
    fromText: (text) => text,
  };
}

function readAdmin(text: string): string | undefined {
  const key = parsePublicKey(text);
  if (key !== undefined) return formatPublicKey(key);
  const num = text.trim().startsWith("!") ? parseNodeId(text) : undefined;
  return num === undefined || num === 0 || num === BROADCAST_NUM ? undefined : formatNodeId(num);
}

/** What stands in front of a command. */
export function prefix(): Kind<string> {
  const expected = '1 to 3 printable ASCII characters without letters, digits and spaces, such as "/" or "!!"';
  return {
    schema: v.pipe(v.string(expected), v.regex(/^[!-/:-@[-`{-~]{1,3}$/, expected)),
    expected,
    fromText: (text) => text,
  };
}

/** The name of a command, or another word that leads to one; lower case. */
export function commandWord(): Kind<string> {
  const expected = 'the name of a command without its prefix, such as "ping"';
  return {
    schema: v.pipe(
      v.string(expected),
      v.transform((word) => word.trim().toLowerCase()),
      v.check((word) => COMMAND_WORDS.includes(word), (issue) => {
        const near = nearest(issue.input.replace(/^[^\p{L}\p{N}]+/u, ""), COMMAND_WORDS);
        return near === undefined ? expected : `the name of a command: did you mean "${near}"?`;
      }),
    ),
    expected,
    fromText: (text) => text,
  };
}

const MAX_ALIASES = 50;

/** The operator's own words for commands: a table of word = "command", in lower case. */
export function aliases(): Kind<Record<string, string>> {
  const expected = 'a table of word = "command", such as { signal = "my" }';
  const word = 'a word of 1 to 20 letters, digits, "-" or "_" that is no command yet';
  return {
    schema: v.pipe(
      // To the library a list is a table too.
      v.custom<Record<string, unknown>>(
        (value) => typeof value === "object" && !Array.isArray(value) && !(value instanceof Date),
        expected,
      ),
      v.record(
        v.pipe(
          v.string(word),
          v.transform((text) => text.toLowerCase()),
          v.check((text) => /^[\p{L}\p{M}\p{N}_-]{1,20}$/u.test(text) && !COMMAND_WORDS.includes(text), word),
        ),
        commandWord().schema,
        expected,
      ),
      v.maxEntries(MAX_ALIASES, `a table of ${MAX_ALIASES} words at most`),
    ),
    expected,
    fromText: (text) => text === "" ? {} : pairs(text) ?? text,
  };
}

/** `word=command, word=command`; undefined when a part has no equals sign. */
function pairs(text: string): Record<string, string> | undefined {
  const entries = text.split(",").map((part) => part.split("=").map((side) => side.trim()));
  return entries.every((sides) => sides.length === 2) ? Object.fromEntries(entries) : undefined;
}

/** A fixed answer: what is said when a whole message is one of the words. */
export interface FixedAnswer {
  readonly words: readonly string[];
  readonly text: string;
}

const MAX_ANSWERS = 100;
const MAX_WORDS = 10;
const WORD_BYTES = 60;
const ANSWER_BYTES = 200;

/** Fixed answers, each under `[[answer]]`. */
export function fixedAnswers(): Kind<FixedAnswer[]> {
  const expected = `up to ${MAX_ANSWERS} sections [[answer]], each with words = ["..."] and text = "..."`;
  const words = `a list of 1 to ${MAX_WORDS} texts, such as ["wifi", "wlan"]`;
  const noBait = "a text that no other bot answers: it begins with / ! or . or with ping, pong, test, ack, cq or cmd";
  const entry = v.strictObject({
    words: v.pipe(v.array(text(WORD_BYTES).schema, words), v.minLength(1, words), v.maxLength(MAX_WORDS, words)),
    text: v.pipe(text(ANSWER_BYTES).schema, v.check((answer) => !beginsLikeBait(answer), noBait)),
  }, (issue) => entryFault(issue, words, text(ANSWER_BYTES).expected));
  return {
    schema: v.pipe(v.array(entry, expected), v.maxLength(MAX_ANSWERS, expected)),
    expected,
    fileOnly: true,
    fromText: (text) => text,
  };
}

function entryFault(issue: v.BaseIssue<unknown>, words: string, text: string): string {
  if (issue.expected === "never") {
    const near = typeof issue.input === "string" ? nearest(issue.input, ["words", "text"]) : undefined;
    return near === undefined ? "known under [[answer]] are words and text" : `did you mean ${near}?`;
  }
  if (issue.expected === '"words"') return words;
  return issue.expected === '"text"' ? text : 'a section [[answer]] with words = ["..."] and text = "..."';
}

/** What fixed answers may not be beside the prefix of the commands and beside each other. */
export function answerFaults(answers: readonly FixedAnswer[], prefix: string | undefined): ValueFault[] {
  const faults: ValueFault[] = [];
  const entryOf = new Map<string, number>();
  for (const [entry, { words, text }] of answers.entries()) {
    for (const [index, word] of words.entries()) {
      const first = entryOf.get(word.toLowerCase());
      if (first === undefined) entryOf.set(word.toLowerCase(), entry);
      else {faults.push({
          path: [entry, "words", index],
          value: word,
          expected: `a word of its own: entry ${first + 1} has it`,
          what: "value",
        });}
    }
    if (prefix === undefined || !text.startsWith(prefix)) continue;
    const expected = `a text that does not begin with the commands' prefix ${prefix}`;
    faults.push({ path: [entry, "text"], value: text, expected, what: "value" });
  }
  return faults;
}

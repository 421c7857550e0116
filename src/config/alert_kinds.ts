/** The kinds of value that alerts and schedules have: destinations, hours of quiet, time zones, scheduled commands. */
import * as v from "valibot";
import { nearest } from "../nearest.ts";
import { BROADCAST_NUM, formatNodeId, parseNodeId } from "../node_id.ts";
import { COMMAND_WORDS } from "./command_words.ts";
import { cronFault } from "./cron.ts";
import { type Kind, text, type ValueFault } from "./kinds.ts";
import { entryFault, sections } from "./sections.ts";

/** Whom an alert or a scheduled answer is for: `node` by number, or a channel by index or name. */
export type Destination = { readonly node: number } | { readonly channel: number | string };

const MAX_CHANNEL_INDEX = 7;
// ChannelSettings.name has 12 bytes in the firmware (channel.options), the last of which is the C string's end.
const CHANNEL_NAME_BYTES = 11;

/** `"!a1b2c3d4"`, `"channel:2"` or `"channel:Paris"`. */
export function destination(): Kind<Destination> {
  const expected = 'a node id such as "!a1b2c3d4", or a channel such as "channel:2" or "channel:Paris"';
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readDestination(text) !== undefined, expected),
      v.transform((text) => readDestination(text) as Destination),
    ),
    expected,
    fromText: (text) => text,
  };
}

function readDestination(text: string): Destination | undefined {
  const channel = /^channel:(.*)$/isu.exec(text.trim())?.[1]?.trim();
  if (channel !== undefined) {
    if (/^\d+$/.test(channel)) return Number(channel) <= MAX_CHANNEL_INDEX ? { channel: Number(channel) } : undefined;
    const lengthBytes = new TextEncoder().encode(channel).length;
    return lengthBytes === 0 || lengthBytes > CHANNEL_NAME_BYTES || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(channel) ? undefined : { channel };
  }
  const node = text.trim().startsWith("!") ? parseNodeId(text.trim()) : undefined;
  return node === undefined || node === 0 || node === BROADCAST_NUM ? undefined : { node };
}

/** A destination as it is written in the file. */
export function formatDestination(destination: Destination): string {
  return "node" in destination ? formatNodeId(destination.node) : `channel:${destination.channel}`;
}

/** Minutes since midnight, local time; `fromMin` after `toMin` spans midnight. */
export interface QuietHours {
  readonly fromMin: number;
  readonly toMin: number;
}

/** `"22:00-07:00"`. */
export function quietHours(): Kind<QuietHours> {
  const expected = 'two different times of day, such as "22:00-07:00"';
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readQuiet(text) !== undefined, expected),
      v.transform((text) => readQuiet(text) as QuietHours),
    ),
    expected,
    fromText: (text) => text,
  };
}

function readQuiet(text: string): QuietHours | undefined {
  const times = text.split("-").map((time) => /^\s*(\d{1,2}):([0-5]\d)\s*$/.exec(time));
  const [fromMin, toMin] = times.map((time) => time === null ? Infinity : Number(time[1]) * 60 + Number(time[2]));
  if (times.length !== 2 || fromMin === undefined || toMin === undefined || fromMin === toMin) return undefined;
  // 24:00 is a way to write the end of the day.
  return fromMin < 24 * 60 && toMin <= 24 * 60 && !(fromMin === 0 && toMin === 24 * 60) ? { fromMin, toMin: toMin % (24 * 60) } : undefined;
}

/** The name of a time zone. */
export function timeZone(): Kind<string> {
  const expected = 'the name of a time zone, such as "Europe/Paris"';
  return { schema: v.pipe(v.string(expected), v.trim(), v.check(isTimeZone, expected)), expected, fromText: (text) => text };
}

// An offset such as "+02:00" would be a zone without summer time, which nobody lives in the whole year who writes one.
function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A command that the bot asks itself at certain times; its answer goes to `to`. */
export interface ScheduledCommand {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  readonly command: string;
  readonly to: Destination;
}

const MAX_SCHEDULED = 20;
// They are about the one who asks, or orders that nobody gave.
const NOT_SCHEDULED = new Set([
  ...["alerts", "ban", "echo", "more", "mute", "my", "whoami", "ping", "reboot", "reload", "start", "stop", "test", "unban", "unmute"],
]);

/** Scheduled commands, each under `[[schedule]]`. */
export function schedule(): Kind<ScheduledCommand[]> {
  const cron = 'five fields of cron, such as "0 8 * * *"';
  const entry = v.strictObject({
    cron: v.pipe(
      v.string(cron),
      v.check((text) => cronFault(text) === undefined, (issue) => cronFault(issue.input) ?? cron),
      v.transform((text) => text.trim().replace(/\s+/g, " ")),
    ),
    command: text(100).schema,
    to: destination().schema,
  }, entryFault("[[schedule]]", ["cron", "command", "to"], 'cron = "...", command = "..." and to = "..."'));
  return sections("schedule", 'cron = "0 8 * * *", command = "/weather" and to = "channel:2"', entry, MAX_SCHEDULED);
}

/** What scheduled commands may not be beside the prefix of the commands and the operator's own words for them. */
export function scheduleFaults(
  entries: readonly ScheduledCommand[],
  prefix: string | undefined,
  aliases: Readonly<Record<string, string>> | undefined,
): ValueFault[] {
  const words = [...COMMAND_WORDS, ...Object.keys(aliases ?? {})];
  return entries.flatMap(({ command }, index): ValueFault[] => {
    const word = scheduledWord(command, prefix);
    const name = aliases !== undefined && Object.hasOwn(aliases, word) ? aliases[word] as string : word;
    const fault = (expected: string): ValueFault[] => [{ path: [index, "command"], value: command, expected, what: "value" }];
    if (NOT_SCHEDULED.has(name)) return fault("a command that tells the same whoever asks, such as /weather");
    if (words.includes(word)) return [];
    const near = nearest(word, words);
    return fault(near === undefined ? "a command, such as /weather" : `a command: did you mean ${prefix ?? "/"}${near}?`);
  });
}

function scheduledWord(command: string, prefix: string | undefined): string {
  const first = (command.split(/\s/)[0] as string).toLowerCase();
  return [prefix ?? "/", "/"].find((sign) => first.startsWith(sign)) === undefined ? first : first.replace(/^[^\p{L}\p{N}?]+/u, "");
}

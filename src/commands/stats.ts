/**
 * /stats [hours]: the mesh in one line. /stats top|types|channel|hours|hops: each of these over the last hours; the words of old (t, p, ch, h
 * and the like) lead there too.
 */
import type { CommandContext } from "../context.ts";
import { curveText, readHistoWish } from "./histo.ts";
import { hopText } from "./hop.ts";
import { packetsText } from "./packets.ts";
import { channelText } from "./support/channel_text.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { type NumberBounds, readNumbers, wordsOf } from "./support/numbers.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { shortName } from "./support/short_name.ts";
import { fitTable } from "./support/fit_table.ts";
import { bytesText } from "./support/sums.ts";
import { topText } from "./top.ts";
import { TRAFFIC_HOURS, trafficText } from "./traffic.ts";

const WEEK_HOURS = 168;
const NAME_BYTES = [40, 20, 8];

/** Answers with the words behind its own; undefined when they are wrong. */
type Topic = (context: CommandContext, words: readonly string[]) => Promise<string> | undefined;

const global: Topic = overHours({ most: WEEK_HOURS, usual: 24 }, globalText);
const types: Topic = overHours({ most: 24, usual: 1 }, packetsText);
const channel: Topic = overHours({ most: WEEK_HOURS, usual: 24 }, channelText);
const hops: Topic = overHours({ most: WEEK_HOURS, usual: 24 }, hopText);

const TOPICS: ReadonlyMap<string, Topic> = new Map([
  ...topic(global, "global", "g"),
  ...topic(topTopic, "top", "t"),
  ...topic(types, "types", "packets", "p", "pkt"),
  ...topic(channel, "channel", "canal", "ch", "c"),
  ...topic(hoursTopic, "hours", "histo", "histogram", "h"),
  ...topic(hops, "hops", "hop"),
  ...topic(overHours(TRAFFIC_HOURS, trafficText), "traffic", "trafic", "tr"),
]);

/** The command /stats. */
export const stats: NamedCommand = {
  name: "stats",
  usage: "[top|types|channel|hours|hops] [hours]",
  scope: "direct",
  run: (context) => {
    const words = wordsOf(context.args);
    const found = TOPICS.get(words[0]?.toLowerCase() ?? "");
    return fromPast(context, () => {
      const answer = found === undefined ? global(context, words) : found(context, words.slice(1));
      return answer ?? Promise.resolve(usageOf(stats, context));
    });
  },
};

function topic(answer: Topic, ...words: readonly string[]): (readonly [string, Topic])[] {
  return words.map((word) => [word, answer] as const);
}

function overHours(hours: NumberBounds, text: (context: CommandContext, hours: number) => Promise<string>): Topic {
  return (context, words) => {
    const numbers = readNumbers(words, { hours });
    return numbers && text(context, numbers.hours);
  };
}

function topTopic(context: CommandContext, words: readonly string[]): Promise<string> | undefined {
  const numbers = readNumbers(words, { hours: { most: WEEK_HOURS, usual: 3 }, count: { most: 20, usual: 5 } });
  return numbers && topText(context, { ...numbers, withBytes: true });
}

function hoursTopic(context: CommandContext, words: readonly string[]): Promise<string> | undefined {
  const wish = readHistoWish(words, { most: WEEK_HOURS, usual: 12 });
  return wish && curveText(context, wish);
}

/** `📊(24h) 240pkt 53msg 10n 12kB 🏆Paris Nord:41`. */
async function globalText(context: CommandContext, hours: number): Promise<string> {
  const { clock, config, say } = context;
  const { units, silence } = say.stats;
  const span = hoursText(hours, say);
  const { packets, bytes, nodes, texts, top } = await ask(context, "overview", lastHours(clock, hours));
  if (top === undefined) return `📊 ${silence(span)}`;
  const sums = `${packets}${units.packets} ${texts}${units.texts} ${nodes}${units.nodes} ${bytesText(bytes, say)}`;
  const tables = NAME_BYTES.map((nameBytes) => ({
    header: `📊(${span}) ${sums} 🏆${shortName(context, top.node, nameBytes)}:${top.packets}`,
    lines: [],
  }));
  return fitTable(tables, answerLimitBytes(config));
}

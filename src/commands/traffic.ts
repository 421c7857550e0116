/**
 * /traffic [hours]: the last texts of the channel that it is asked on; asked in a direct message, those of the channels that the bot listens
 * on. Direct messages are never told.
 */
import type { CommandContext } from "../context.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { includesChannel } from "../mesh/channels.ts";
import type { KeptText } from "../store/questions.ts";
import { fitTable } from "./support/fit_table.ts";
import { shorten } from "./support/fit.ts";
import { answerLimitBytes, channelLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { type NumberBounds, readNumbers, wordsOf } from "./support/numbers.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { shortName } from "./support/short_name.ts";
import { timeOfDay } from "./support/time_of_day.ts";

/** The hours that it may be asked for. */
export const TRAFFIC_HOURS: NumberBounds = { most: 24, usual: 8 };
const COUNT = 15;
const NAME_BYTES = 8;
const TEXT_BYTES = [160, 60, 40, 25];

/** The command /traffic. */
export const traffic: NamedCommand = {
  name: "traffic",
  aliases: ["trafic"],
  usage: "[hours]",
  scope: "direct",
  run: (context) => {
    const numbers = readNumbers(wordsOf(context.args), { hours: TRAFFIC_HOURS });
    return numbers === undefined ? usageOf(traffic, context) : fromPast(context, () => trafficText(context, numbers.hours));
  },
};

/** `📨 53msg (8h):` and the last texts, the newest at the end. Throws HistoryError. */
export async function trafficText(context: CommandContext, hours: number): Promise<string> {
  const { clock, config, onChannel, say } = context;
  const channels = channelsToTell(context);
  if (channels.length === 0) return `📭 ${say.stats.noChannels}`;
  const span = hoursText(hours, say);
  const { total, texts } = await ask(context, "texts", { ...lastHours(clock, hours), channels, count: COUNT });
  if (total === 0) return `📭 ${say.stats.noTexts(span)}`;
  const header = `📨 ${say.stats.traffic(total, span)}:`;
  const left = total - texts.length;
  const tables = TEXT_BYTES.map((textBytes) => ({ header, lines: texts.map((text) => lineOf(text, textBytes, context)), left }));
  return fitTable(tables, onChannel ? channelLimitBytes(config) : answerLimitBytes(config), { keep: "last" });
}

/** By index. */
function channelsToTell({ config, message, onChannel, radio }: CommandContext): number[] {
  if (onChannel) return [message.channel];
  const known = radio();
  return known?.channels.flatMap(({ index }) => includesChannel(config.mesh.channels, index, known) ? [index] : []) ?? [];
}

function lineOf({ atMs, from, text }: KeptText, textBytes: number, context: CommandContext): string {
  const shown = shorten(cleanText(text, { maxBytes: 4 * textBytes }), textBytes) || "?";
  return `${timeOfDay(atMs, context.config.alerts.timezone)} ${shortName(context, from, NAME_BYTES)}: ${shown}`;
}

/** /rain [place] [day]: when it rains and how much, in the next 24 hours or on one day. */
import type { CommandContext } from "../context.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { rainText } from "./support/rain_text.ts";
import { askWeather, readRainQuestion } from "./support/weather_question.ts";

/** The command /rain. */
export const rain: NamedCommand = {
  name: "rain",
  aliases: ["pluie"],
  usage: "[place] [1-3]",
  scope: "channel",
  isOn: ({ services }) => services.weather !== undefined,
  run: answer,
};

async function answer(context: CommandContext): Promise<string> {
  const { args, config, say } = context;
  const question = readRainQuestion(args);
  if (question === undefined) return usageOf(rain, context);
  const asked = await askWeather(context, question.place);
  if (typeof asked === "string") return asked;
  const limitBytes = answerLimitBytes(config);
  return rainText(asked, question.day, say, limitBytes) ?? `📍 ${asked.name}: ${say.weather.noHours}`;
}

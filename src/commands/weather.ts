/** /weather [rain|astro] [place] [day]: the weather now and the next days, of one day, its rain, or its sun and moon. */
import type { CommandContext } from "../context.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { rainText } from "./support/rain_text.ts";
import { askWeather, readWeatherQuestion } from "./support/weather_question.ts";
import { astroText, dayText, weatherText } from "./support/weather_text.ts";

// People knew these as words behind /weather; today each is a command.
const MOVED: ReadonlyMap<string, string> = new Map([["blitz", "blitz"], ["vigi", "vigi"]]);

/** The command /weather. */
export const weather: NamedCommand = {
  name: "weather",
  aliases: ["meteo", "météo"],
  usage: "[rain|astro] [place] [1-3]",
  scope: "channel",
  isOn: ({ services }) => services.weather !== undefined,
  run: answer,
};

async function answer(context: CommandContext): Promise<string> {
  const { args, config, say } = context;
  const moved = MOVED.get(args.trim().toLowerCase());
  if (moved !== undefined) return say.weather.see(`${config.commands.prefix}${moved}`);
  const question = readWeatherQuestion(args);
  if (question === undefined) return usageOf(weather, context);
  const { topic, place, day } = question;
  const asked = await askWeather(context, place);
  if (typeof asked === "string") return asked;
  const limitBytes = answerLimitBytes(config);
  switch (topic) {
    case "rain":
      return rainText(asked, day, say, limitBytes) ?? `📍 ${asked.name}: ${say.weather.noHours}`;
    case "astro":
      return astroText(asked, day, say, limitBytes) ?? `📍 ${asked.name}: ${say.weather.noDay}`;
    case "weather":
      if (day === undefined) return weatherText(asked, say, limitBytes);
      return dayText(asked, day, say, limitBytes) ?? `📍 ${asked.name}: ${say.weather.noDay}`;
  }
}

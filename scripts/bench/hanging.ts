/** (h) /ping while every service hangs, beside /ping without any service. */
import { systemClock } from "../../src/clock.ts";
import { startBadServer } from "../../tests/support/bad_server.ts";
import { type Bot, startBot } from "../../tests/support/bot.ts";
import { everyServiceAt } from "../../tests/support/every_service.ts";
import { type Figure, type Measurement, median } from "./figure.ts";

const PINGS = 3;
const QUESTIONS = ["/weather", "/rain", "/vigi", "/power", "/graphs"];

/** The figure. */
export const hangingFigure: Figure = {
  letter: "h",
  title: "/ping while every service hangs",
  waits: true,
  async measure(): Promise<Measurement[]> {
    const quietMs = await withBot({}, pings);
    await using bad = await startBadServer();
    const hangingMs = await withBot(everyServiceAt(bad.url, "hang", bad.port), async (bot) => {
      const asked = QUESTIONS.map((question, index) => {
        return bot.ask(question, bot.mesh.addPerson({ longName: `Asker ${index}`, shortName: `A${index}` }));
      });
      await bad.seen(QUESTIONS.length - 1);
      const ms = await pings(bot);
      await Promise.all(asked);
      return ms;
    });
    return [{
      what: "/ping: later with every service hanging",
      measured: (hangingMs - quietMs) / 1000,
      unit: "s",
      target: { atMost: 0.5 },
      detail: `medians of ${PINGS}: ${(hangingMs / 1000).toFixed(3)} s with five hanging questions, ${
        (quietMs / 1000).toFixed(3)
      } s without`,
    }];
  },
};

async function withBot<Result>(env: Readonly<Record<string, string>>, use: (bot: Bot) => Promise<Result>): Promise<Result> {
  await using bot = await startBot({ env: { MESHBOT_WEATHER_ENABLED: "false", ...env } });
  return await use(bot);
}

async function pings(bot: Bot): Promise<number> {
  const tookMs: number[] = [];
  for (let count = 0; count < PINGS; count++) {
    const startedAtMs = systemClock.nowMs();
    await bot.ask("/ping");
    tookMs.push(systemClock.nowMs() - startedAtMs);
  }
  return median(tookMs);
}

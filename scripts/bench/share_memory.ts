/** What a client costs the bot in resident memory. */
import { delay, systemClock } from "../../src/clock.ts";
import { type Measurement, median, short } from "./figure.ts";
import { residentMiB } from "./process_use.ts";
import { leave, type SharingBot } from "./share_bot.ts";

// The bot serves 30 clients of one address.
const CLIENTS = 30;
const SETTLE_MS = 5000;
const READINGS = 9;
const READING_EVERY_MS = 250;

/** Of a bot that has had no client before. */
export async function measureMemory(bot: SharingBot): Promise<Measurement> {
  const first = await bot.clients(1);
  const oneMiB = await settledMiB(bot.pid);
  const others = await bot.clients(CLIENTS - 1);
  const allMiB = await settledMiB(bot.pid);
  await leave([...first, ...others]);
  return {
    what: "virtual node: memory a client",
    measured: (allMiB - oneMiB) / (CLIENTS - 1),
    unit: "MiB",
    target: { atMost: 1 },
    detail: `VmRSS ${short(oneMiB)} MiB with one client, ${
      short(allMiB)
    } MiB with ${CLIENTS}, each after a whole handshake; medians of ${READINGS} readings, ${
      SETTLE_MS / 1000
    } s after the last of them came`,
  };
}

async function settledMiB(pid: number): Promise<number> {
  await delay(systemClock, SETTLE_MS);
  const readings: number[] = [];
  for (let reading = 0; reading < READINGS; reading += 1) {
    readings.push(residentMiB(pid));
    await delay(systemClock, READING_EVERY_MS);
  }
  return median(readings);
}

/** (k) A month of a large mesh: how fast questions are answered, and what it takes on the disk and in memory. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import type { Figure, Measurement } from "./figure.ts";
import { fillHistory } from "./store_fill.ts";
import { NODES } from "./store_packets.ts";

const HOURS = 30 * 24;

/** What the process that asks prints. */
interface Asked {
  /** The slowest answer of each question, in milliseconds, as the asker sees it. */
  readonly slowestMs: Readonly<Record<string, number>>;
  readonly rounds: number;
  readonly rssBeforeMiB: number;
  readonly rssAfterMiB: number;
}

/** The figure. */
export const storeQuestionsFigure: Figure = {
  letter: "k",
  title: "questions about 30 days of a large mesh",
  waits: false,
  async measure(): Promise<Measurement[]> {
    const folder = await Deno.makeTempDir({ prefix: "bench-store-" });
    try {
      const path = join(folder, "meshbot.db");
      const packets = fillHistory(path, HOURS, systemClock.wallMs());
      const sizeBytes = (await Deno.stat(path)).size;
      const child = fileURLToPath(new URL("store_ask.ts", import.meta.url));
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", child, folder] }).output();
      if (!success) throw new Error(`The questions failed: ${new TextDecoder().decode(stderr)}`);
      const { slowestMs, rounds, rssBeforeMiB, rssAfterMiB } = JSON.parse(new TextDecoder().decode(stdout)) as Asked;
      const mesh = `${packets.toLocaleString("en")} packets of ${NODES} nodes`;
      const others = Object.entries(slowestMs).map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", ");
      return [
        {
          what: "/stats over 30 days",
          measured: slowestMs.overview ?? NaN,
          unit: "ms",
          target: { atMost: 50 },
          detail: `${mesh}, slowest of ${rounds}`,
        },
        { what: "/top over 30 days", measured: slowestMs.top ?? NaN, unit: "ms", target: { atMost: 50 }, detail: `all in ms: ${others}` },
        {
          what: "memory that the month takes",
          measured: rssAfterMiB - rssBeforeMiB,
          unit: "MiB",
          target: { atMost: 20 },
          detail: `VmRSS ${rssBeforeMiB.toFixed(0)} MiB when opened, ${rssAfterMiB.toFixed(0)} MiB after all questions`,
        },
        {
          what: "disk for a packet",
          measured: sizeBytes / packets,
          unit: "bytes",
          target: { atMost: 250 },
          detail: `${(sizeBytes / 2 ** 20).toFixed(0)} MiB for ${mesh}, with raw bytes, sums and what packets told`,
        },
      ];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

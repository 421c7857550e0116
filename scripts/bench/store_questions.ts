/** (k) A month of a large mesh: how fast questions are answered, and what it takes on the disk and in memory. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/clock.ts";
import { type Figure, type Measurement, median } from "./figure.ts";
import { fillHistory } from "./store_fill.ts";
import { NODES } from "./store_packets.ts";
import { ASK_ROUNDS } from "./store_rounds.ts";

const HOURS = 30 * 24;

/** What a process that asks prints. */
interface Asked {
  /** Every answer of each question, in milliseconds, as the asker sees it. */
  readonly tookMs: Readonly<Record<string, readonly number[]>>;
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
      const asked = await ask<Asked>("store_ask.ts", folder);
      const { tookMs, rssBeforeMiB, rssAfterMiB } = asked;
      const bare = await ask<Asked & { readonly countMs: number }>("store_ask_bare.ts", path);
      const bareBytes = await rawBytesAlone(path, join(folder, "bare.db"));
      const mesh = `${packets.toLocaleString("en")} packets of ${NODES} nodes`;
      const others = Object.keys(tookMs).map((name) => `${name} ${slowest(tookMs, name).toFixed(0)}`).join(", ");
      // What else the machine does decides which is slowest.
      const rival = (name: string) => ({ name: "bare SQLite", measured: slowest(bare.tookMs, name), unsteady: true });
      const middle = ({ tookMs: { overview = [], top = [] } }: Asked) => median([...overview, ...top]);
      return [
        {
          what: "/stats over 30 days, slowest",
          measured: slowest(tookMs, "overview"),
          unit: "ms",
          target: { atMost: 50 },
          rival: rival("overview"),
          detail:
            `${mesh}, slowest of ${ASK_ROUNDS}; bare: the same statements straight from the file; counting the packets themselves takes ${
              bare.countMs.toFixed(0)
            } ms`,
        },
        {
          what: "/top over 30 days, slowest",
          measured: slowest(tookMs, "top"),
          unit: "ms",
          target: { atMost: 50 },
          rival: rival("top"),
          detail: `slowest of ${ASK_ROUNDS}, all questions in ms: ${others}`,
        },
        {
          what: "/stats and /top over 30 days, median",
          measured: middle(asked),
          unit: "ms",
          target: { atMost: 50 },
          rival: { name: "bare SQLite", measured: middle(bare) },
          detail: `of ${2 * ASK_ROUNDS} answers`,
        },
        {
          what: "memory that the month takes",
          measured: rssAfterMiB - rssBeforeMiB,
          unit: "MiB",
          target: { atMost: 20 },
          // Both are a few pages of the allocator.
          rival: { name: "bare SQLite", measured: bare.rssAfterMiB - bare.rssBeforeMiB, unsteady: true },
          detail: `VmRSS ${rssBeforeMiB.toFixed(0)} MiB when opened, ${rssAfterMiB.toFixed(0)} MiB after all questions`,
        },
        {
          what: "disk for a packet",
          measured: sizeBytes / packets,
          unit: "bytes",
          target: { atMost: 250 },
          rival: { name: "bare SQLite", measured: bareBytes / packets },
          detail: `${
            (sizeBytes / 2 ** 20).toFixed(0)
          } MiB for ${mesh}, with raw bytes, sums and what packets told; bare: times and raw bytes alone`,
        },
      ];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

function slowest(tookMs: Asked["tookMs"], name: string): number {
  return Math.max(...tookMs[name] ?? [NaN]);
}

async function ask<Answer>(script: string, argument: string): Promise<Answer> {
  const child = fileURLToPath(new URL(script, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", child, argument] }).output();
  if (!success) throw new Error(`The questions failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Answer;
}

/** The size of a file that holds nothing of the packets but their times and their bytes. */
async function rawBytesAlone(path: string, barePath: string): Promise<number> {
  {
    using db = new DatabaseSync(barePath);
    db.exec(
      "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; CREATE TABLE packets (at_us INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT",
    );
    db.prepare("ATTACH ? AS history").run(path);
    db.exec("INSERT INTO packets SELECT at_us, raw FROM history.packets ORDER BY at_us");
  }
  return (await Deno.stat(barePath)).size;
}

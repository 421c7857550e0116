/** Measures the figures the bot promises and prints them beside their targets: `deno task bench [--only a,c] [--json]`. */
import { parseArgs } from "node:util";
import { measureDecode } from "./bench/decode.ts";
import type { Figure } from "./bench/figure.ts";
import { describeMachine } from "./bench/machine.ts";
import { measureNoise } from "./bench/noise.ts";
import { measureQuiet } from "./bench/quiet.ts";
import { measureReconnect } from "./bench/reconnect.ts";
import { measureRefused } from "./bench/refused.ts";
import { measureSilent } from "./bench/silent.ts";
import { measureStart } from "./bench/start.ts";

interface Measurement {
  readonly letter: string;
  /** It mostly waits, so the others go on beside it. */
  readonly waits?: boolean;
  readonly run: () => Promise<Figure | Figure[]>;
}

const MEASUREMENTS: readonly Measurement[] = [
  { letter: "a", run: measureReconnect },
  { letter: "b", waits: true, run: () => Promise.all([measureRefused(5000, 2500), measureRefused(90_000, 12_000)]) },
  { letter: "c", run: measureSilent },
  { letter: "d", run: async () => [await measureQuiet("2.7.26"), await measureQuiet("2.6.11")] },
  { letter: "e", run: () => measureNoise(1) },
  { letter: "f", run: measureDecode },
  { letter: "g", run: measureStart },
];

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function measure(chosen: readonly Measurement[]): Promise<Map<string, Figure[]>> {
  const results = new Map<string, Figure[]>();
  const runOne = async ({ letter, run }: Measurement) => {
    try {
      results.set(letter, [await run()].flat());
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      results.set(letter, [{ name: "the measurement failed", target: "", measured: "", reached: false, detail }]);
    }
  };
  const waiting = chosen.filter(({ waits }) => waits).map(runOne);
  for (const measurement of chosen.filter(({ waits }) => !waits)) await runOne(measurement);
  await Promise.all(waiting);
  return results;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? "")].length)));
  return rows.map((row) => row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - [...cell].length)).join("  ").trimEnd());
}

const { values } = parseArgs({ args: Deno.args, options: { only: { type: "string" }, json: { type: "boolean", default: false } } });
const letters = values.only?.split(",") ?? MEASUREMENTS.map(({ letter }) => letter);
const unknown = letters.filter((wanted) => !MEASUREMENTS.some(({ letter }) => letter === wanted));
if (unknown.length > 0) throw new Error(`--only takes letters from a to g, as in --only a,c; not ${unknown.join(",")}`);

const machine = describeMachine();
const startMs = performance.now();
const results = await measure(MEASUREMENTS.filter(({ letter }) => letters.includes(letter)));
const tookS = Math.round((performance.now() - startMs) / 1000);
const rows = letters.toSorted().flatMap((letter) => (results.get(letter) ?? []).map((figure) => ({ letter, ...figure })));
if (values.json) {
  print(JSON.stringify({ machine, tookS, figures: rows }));
} else {
  const head = ["", "figure", "target", "measured", "", "how"];
  for (
    const line of table([
      head,
      ...rows.map((
        { letter, name, target, measured, reached, detail },
      ) => [letter, name, target, measured, reached ? "reached" : "MISSED", detail]),
    ])
  ) print(line);
  print(`\n${machine}; measured in ${tookS} s`);
}
Deno.exit(rows.every(({ reached }) => reached) ? 0 : 1);

// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/** Measures the bot and prints one table; exit code 1 when a figure is missed: `deno task bench [--only a,c] [--kills N] [--json]`. */
import { parseArgs } from "node:util";
import { cpus, release, totalmem } from "node:os";
import { decodeFigure } from "./bench/decode.ts";
import { type Figure, isReached, type Measurement, short } from "./bench/figure.ts";
import { hangingFigure } from "./bench/hanging.ts";
import { killsFigure } from "./bench/kills.ts";
import { memoryFigure } from "./bench/memory.ts";
import { noiseFigure } from "./bench/noise.ts";
import { quietFigure } from "./bench/quiet.ts";
import { reconnectFigure } from "./bench/reconnect.ts";
import { refusedFigure } from "./bench/refused.ts";
import { silentFigure } from "./bench/silent.ts";
import { startFigure } from "./bench/start.ts";
import { storeQuestionsFigure } from "./bench/store_questions.ts";
import { storeWrittenFigure } from "./bench/store_written.ts";
import { wholeWayFigure } from "./bench/whole_way.ts";

const FIGURES: readonly Figure[] = [
  reconnectFigure,
  refusedFigure,
  silentFigure,
  quietFigure,
  noiseFigure,
  decodeFigure,
  startFigure,
  storeQuestionsFigure,
  storeWrittenFigure,
  wholeWayFigure,
  killsFigure,
  memoryFigure,
  hangingFigure,
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { only: { type: "string" }, kills: { type: "string", default: "10" }, json: { type: "boolean", default: false } },
  });
  const kills = Number(values.kills);
  if (!Number.isInteger(kills) || kills < 1) {
    console.error(`--kills wants how often the bot is to be killed, such as 200: it is ${values.kills}`);
    Deno.exit(2);
  }
  const wanted = values.only === undefined ? undefined : values.only.split(",").map((letter) => letter.trim());
  const unknown = wanted?.filter((letter) => !FIGURES.some((figure) => figure.letter === letter)) ?? [];
  if (unknown.length > 0) {
    console.error(`Unknown figure ${unknown.join(", ")}; known are:`);
    for (const { letter, title } of FIGURES) console.error(`  ${letter}  ${title}`);
    Deno.exit(2);
  }
  const figures = FIGURES.filter(({ letter }) => wanted?.includes(letter) ?? true);
  const machine = await describeMachine();
  const results = new Map<string, readonly Measurement[]>();
  const measure = async (figure: Figure) => {
    if (!values.json) console.error(`measuring ${figure.letter}: ${figure.title} …`);
    results.set(figure.letter, await figure.measure({ kills }));
  };
  // What uses the processor is measured alone; what mostly waits, all at once.
  for (const figure of figures) if (!figure.waits) await measure(figure);
  await Promise.all(figures.filter(({ waits }) => waits).map(measure));
  const measurements = figures.flatMap(({ letter }) => (results.get(letter) ?? []).map((measurement) => ({ letter, ...measurement })));
  if (values.json) {
    const rows = measurements.map((measurement) => ({ ...measurement, reached: isReached(measurement) }));
    console.log(JSON.stringify({ machine, measurements: rows }, null, 2));
  } else printTable(machine, measurements);
  if (!measurements.every(isReached)) Deno.exitCode = 1;
}

function printTable(machine: string, measurements: readonly (Measurement & { readonly letter: string })[]): void {
  const rows = measurements.map((measurement) => {
    const { letter, what, measured, unit, target, detail } = measurement;
    const bound = "atMost" in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
    return [letter, what, `${short(measured)} ${unit}`.trim(), `${bound} ${unit}`.trim(), isReached(measurement) ? "yes" : "NO", detail];
  });
  const table = [["", "figure", "measured", "target", "reached", "how"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => [...row[column] ?? ""].length))) ?? [];
  console.log(machine);
  console.log();
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(column === 5 ? 0 : widths[column] ?? 0)).join("  ").trimEnd());
  const missed = rows.filter((row) => row[4] === "NO").length;
  console.log();
  console.log(missed === 0 ? `All ${rows.length} figures reached` : `${missed} of ${rows.length} figures missed`);
}

async function describeMachine(): Promise<string> {
  const processors = cpus();
  const node = await new Deno.Command("node", { args: ["--version"] }).output().then(
    ({ stdout }) => `, Node ${new TextDecoder().decode(stdout).trim()}`,
    () => "",
  );
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const machine = `${processors[0]?.model ?? Deno.build.arch} × ${processors.length}, ${gibibytes} GiB, ${Deno.build.os} ${release()}`;
  return `deno task bench ${Deno.args.join(" ")}`.trim() +
    `: ${machine}; Deno ${Deno.version.deno}, V8 ${Deno.version.v8}${node}; ${new Date().toISOString().slice(0, 10)}`;
}

if (import.meta.main) await main();

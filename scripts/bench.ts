// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Measures the bot beside its rivals and prints one table; exit code 1 when a figure is missed:
 * `deno task bench [--only a,c] [--kills N] [--minutes N] [--json] [--save]`. `--kills` is for q, `--minutes` for the clients of v. `--save`
 * keeps the ratios of this run in `bench/baseline.json`; every run says which of its ratios are worse than those by more than a fifth.
 */
import { systemClock } from "../src/clock.ts";
import { describeError } from "../src/errors.ts";
import { type Baseline, baselineText, fallNotes, mergeBaseline, readBaseline } from "./bench/baseline.ts";
import { decodeFigure } from "./bench/decode.ts";
import { type Figure, isReached, type MeasureOptions } from "./bench/figure.ts";
import { hangingFigure } from "./bench/hanging.ts";
import { killsFigure } from "./bench/kills.ts";
import { lookAtMachine, machineLine } from "./bench/machine.ts";
import { memoryFigure } from "./bench/memory.ts";
import { noiseFigure } from "./bench/noise.ts";
import { processorFigure } from "./bench/processor.ts";
import { quietFigure } from "./bench/quiet.ts";
import { reconnectFigure } from "./bench/reconnect.ts";
import { refusedFigure } from "./bench/refused.ts";
import { reportOf } from "./bench/report.ts";
import type { Row } from "./bench/row.ts";
import { shareFigure } from "./bench/share.ts";
import { silentFigure } from "./bench/silent.ts";
import { startFigure } from "./bench/start.ts";
import { storeQuestionsFigure } from "./bench/store_questions.ts";
import { storeWrittenFigure } from "./bench/store_written.ts";
import { tableLines, verdictLine } from "./bench/table.ts";
import { wholeWayFigure } from "./bench/whole_way.ts";
import { COUNT, POSITIVE, someOf, taskOptions } from "./support/options.ts";

const FIGURES: readonly Figure[] = [
  reconnectFigure,
  refusedFigure,
  silentFigure,
  quietFigure,
  noiseFigure,
  decodeFigure,
  startFigure,
  processorFigure,
  storeQuestionsFigure,
  storeWrittenFigure,
  wholeWayFigure,
  shareFigure,
  killsFigure,
  memoryFigure,
  hangingFigure,
];

const USAGE = ["deno task bench [--only a,c] [--kills N] [--minutes N] [--json] [--save]; the figures are:"]
  .concat(FIGURES.map(({ letter, title }) => `  ${letter}  ${title}`)).join("\n");
const BASELINE = new URL("bench/baseline.json", import.meta.url);
const PIPE_COLUMNS = 130;

async function main(): Promise<void> {
  const { figures, whole, json, save, options } = readArguments();
  // Read first: a file that cannot be read must not cost a whole run.
  const baseline = await loadBaseline(save);
  const machine = await lookAtMachine();
  const date = new Date(systemClock.wallMs()).toISOString().slice(0, 10);
  if (!json) console.log(`deno task bench ${Deno.args.join(" ")}`.trim() + `, ${date}: ${machineLine(machine)}\n`);
  const { rows, failures } = await measureAll(figures, options, json);
  const notes = [...fallNotes(rows, baseline), ...failures];
  if (json) console.log(JSON.stringify(reportOf({ date, machine, rows, notes }), null, 2));
  else {
    for (const line of tableLines(rows, columns())) console.log(line);
    console.log(`\n${verdictLine(rows)}`);
    if (baseline !== undefined) console.log(`The ratios are compared with those of ${baseline.saved}: ${machineLine(baseline.machine)}`);
    for (const note of notes) console.log(note);
  }
  if (save) {
    await Deno.writeTextFile(
      BASELINE,
      baselineText(mergeBaseline(baseline, { saved: date, machine, rows, whole: whole && failures.length === 0 })),
    );
    console.error(`The ratios are saved in ${BASELINE.pathname}`);
  }
  if (failures.length > 0 || !rows.every(isReached)) Deno.exitCode = 1;
}

function readArguments(): {
  readonly figures: readonly Figure[];
  readonly whole: boolean;
  readonly json: boolean;
  readonly save: boolean;
  readonly options: MeasureOptions;
} {
  const { only, kills = 10, minutes, json, save } = taskOptions(
    USAGE,
    { only: someOf(FIGURES.map(({ letter }) => letter)), kills: COUNT, minutes: POSITIVE },
    ["json", "save"],
  );
  const figures = FIGURES.filter(({ letter }) => only?.includes(letter) ?? true);
  return { figures, whole: only === undefined, json, save, options: { kills, minutes } };
}

/** A figure that fails takes none of the others with it. */
async function measureAll(
  figures: readonly Figure[],
  options: MeasureOptions,
  quietly: boolean,
): Promise<{ readonly rows: readonly Row[]; readonly failures: readonly string[] }> {
  const results = new Map<string, readonly Row[]>();
  const failures: string[] = [];
  const measure = async (figure: Figure) => {
    const { letter, title } = figure;
    if (!quietly) console.error(`measuring ${letter}: ${title} …`);
    try {
      results.set(letter, (await figure.measure(options)).map((measurement) => ({ letter, ...measurement })));
    } catch (error) {
      failures.push(`failed: ${letter}, ${title}: ${describeError(error)}`);
    }
  };
  // What uses the processor is measured alone; what mostly waits, all at once.
  for (const figure of figures) if (!figure.waits) await measure(figure);
  await Promise.all(figures.filter(({ waits }) => waits).map(measure));
  return { rows: figures.flatMap(({ letter }) => results.get(letter) ?? []), failures };
}

/** Undefined when there is none; one that cannot be read ends the run, unless a new one is to take its place. */
async function loadBaseline(save: boolean): Promise<Baseline | undefined> {
  try {
    return readBaseline(await Deno.readTextFile(BASELINE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    console.error(`${BASELINE.pathname}: ${describeError(error)}`);
    if (save) return undefined;
    Deno.exit(2);
  }
}

/** The width of the terminal, or what a wide one has when there is none. */
function columns(): number {
  return Deno.stdout.isTerminal() ? Math.max(80, Deno.consoleSize().columns) : PIPE_COLUMNS;
}

if (import.meta.main) await main();

// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Feeds hostile input to every door of the program: `deno task fuzz [--minutes N] [--seed N] [--only a,b] [--jobs N]`. The minutes are shared
 * between the targets. Failures are made small and saved in tests/testdata/corpus/failures, where a test runs them.
 */
import { TARGETS } from "./fuzz/registry.ts";
import { type Outcome, watch } from "./fuzz/watch.ts";
import { COUNT, POSITIVE, SEED, someOf, taskOptions } from "./support/options.ts";
import { STOPPED, stopSignal } from "./support/stop_signal.ts";

const NAMES = TARGETS.map(({ name }) => name);
const USAGE = `deno task fuzz [--minutes N] [--seed N] [--only ${NAMES.join(",")}] [--jobs N]`;

async function main(): Promise<void> {
  const {
    minutes = 5,
    seed = Math.floor(Math.random() * 1e9),
    only = NAMES,
    jobs = Math.max(1, navigator.hardwareConcurrency),
  } = taskOptions(USAGE, { minutes: POSITIVE, seed: SEED, only: someOf(NAMES), jobs: COUNT });
  const targets = TARGETS.filter(({ name }) => only.includes(name));
  const seconds = Math.max(1, minutes * 60 * jobs / targets.length);
  console.log(`${targets.length} targets, ${seconds.toFixed(0)} s each, seed ${seed}`);
  const stop = stopSignal();
  const open = [...targets];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let target = open.shift(); target !== undefined && !stop.aborted; target = open.shift()) {
      const outcome = await watch(target, { seed, seconds, signal: stop });
      outcomes.push(outcome);
      print(outcome);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const failed = outcomes.filter(({ failures, runs }) => failures.length > 0 || runs === 0);
  const runs = outcomes.reduce((sum, outcome) => sum + outcome.runs, 0);
  const failures = outcomes.reduce((sum, outcome) => sum + outcome.failures.length, 0);
  console.log(
    failed.length === 0
      ? `fuzz: no failure in ${runs} inputs to ${outcomes.length} targets (seed ${seed})`
      : `fuzz: ${failures} failures in ${failed.map(({ target }) => target).join(", ")} (seed ${seed})`,
  );
  Deno.exit(stop.aborted ? STOPPED : failed.length === 0 ? 0 : 1);
}

function print({ target, runs, failures }: Outcome): void {
  console.log(
    `${target.padEnd(18)} ${String(runs).padStart(9)} inputs  ${
      failures.length === 0 ? runs === 0 ? "NEVER RAN" : "ok" : `${failures.length} FAILURES`
    }`,
  );
  for (const { what, path } of failures) console.log(`  ${what}\n    saved as ${path}`);
}

await main();

// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Feeds hostile input to every door of the program: `deno task fuzz [--minutes N] [--seed N] [--only a,b] [--jobs N]`. The minutes are shared
 * between the targets. Failures are made small and saved in tests/testdata/corpus/failures, where a test runs them.
 */
import { parseArgs } from "node:util";
import { TARGETS } from "./fuzz/registry.ts";
import { type Outcome, watch } from "./fuzz/watch.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      minutes: { type: "string", default: "5" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      only: { type: "string" },
      jobs: { type: "string", default: String(Math.max(1, navigator.hardwareConcurrency)) },
    },
  });
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  const jobs = Math.max(1, Number(values.jobs));
  const wanted = values.only?.split(",");
  const targets = TARGETS.filter(({ name }) => wanted?.includes(name) ?? true);
  if (!(minutes > 0) || !Number.isSafeInteger(seed) || !Number.isSafeInteger(jobs) || targets.length !== (wanted ?? TARGETS).length) {
    console.error(`deno task fuzz [--minutes N] [--seed N] [--only ${TARGETS.map(({ name }) => name).join(",")}] [--jobs N]`);
    Deno.exit(2);
  }
  const seconds = Math.max(1, minutes * 60 * jobs / targets.length);
  console.log(`${targets.length} targets, ${seconds.toFixed(0)} s each, seed ${seed}`);
  const open = [...targets];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let target = open.shift(); target !== undefined; target = open.shift()) {
      const outcome = await watch(target, { seed, seconds });
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
  Deno.exit(failed.length === 0 ? 0 : 1);
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

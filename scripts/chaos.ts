// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * The whole bot as a process against a simulated node, with everything going wrong in an order that a seed decides:
 * `deno task chaos [--minutes N] [--seed N] [--log FILE]`. Exit code 0 when every invariant held; the last line says which did not.
 */
import { join } from "node:path";
import { describeError } from "../src/errors.ts";
import { run } from "./chaos/run.ts";
import { planFaults, planMark } from "./chaos/schedule.ts";
import { POSITIVE, SEED, taskOptions, TEXT } from "./support/options.ts";
import { STOPPED, stopSignal } from "./support/stop_signal.ts";

const USAGE = "deno task chaos [--minutes N] [--seed N] [--log FILE]";

async function main(): Promise<void> {
  const { minutes = 1, seed = crypto.getRandomValues(new Uint16Array(1))[0] as number, log } = taskOptions(USAGE, {
    minutes: POSITIVE,
    seed: SEED,
    log: TEXT,
  });
  const logTo = log === undefined ? undefined : writable(log);
  const stop = stopSignal();
  const plan = planFaults({ seed, minutes });
  console.log(`${minutes} min of chaos, seed ${seed} (plan ${planMark(plan)})`);
  const folder = await Deno.makeTempDir({ prefix: "chaos-" });
  let lines: readonly string[];
  try {
    lines = await run({ plan, seed, minutes, folder, say: console.log, logFile: logTo ?? join(folder, "bot.log"), stop });
  } catch (error) {
    lines = stop.aborted
      ? [`chaos: stopped before its end (seed ${seed})`]
      : [error instanceof Error ? error.stack ?? error.message : String(error), `chaos: BROKEN: the run itself (seed ${seed})`];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  for (const line of lines) console.log(line);
  Deno.exit(stop.aborted ? STOPPED : lines.at(-1)?.includes("BROKEN") ? 1 : 0);
}

/** The path, when a file can be written there; else says why not and ends the task. */
function writable(path: string): string {
  try {
    Deno.openSync(path, { write: true, create: true }).close();
    return path;
  } catch (error) {
    console.error(`--log: ${path} cannot be written: ${describeError(error)}\n${USAGE}`);
    Deno.exit(2);
  }
}

await main();

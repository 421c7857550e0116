// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * The whole bot as a process against a simulated node, with everything going wrong in an order that a seed decides:
 * `deno task chaos [--minutes N] [--seed N] [--log FILE]`. Exit code 0 when every invariant held; the last line says which did not.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./chaos/run.ts";
import { planFaults, planMark } from "./chaos/schedule.ts";

const USAGE = "deno task chaos [--minutes N] [--seed N] [--log FILE]";

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { minutes: { type: "string", default: "1" }, seed: { type: "string" }, log: { type: "string" } },
  });
  const minutes = Number(values.minutes);
  const seed = values.seed === undefined ? crypto.getRandomValues(new Uint16Array(1))[0] as number : Number(values.seed);
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
    console.error(USAGE);
    Deno.exit(2);
  }
  const plan = planFaults({ seed, minutes });
  console.log(`${minutes} min of chaos, seed ${seed} (plan ${planMark(plan)})`);
  const folder = await Deno.makeTempDir({ prefix: "chaos-" });
  let lines: readonly string[];
  try {
    lines = await run({ plan, seed, minutes, folder, say: console.log, logFile: values.log ?? join(folder, "bot.log") });
  } catch (error) {
    lines = [error instanceof Error ? error.stack ?? error.message : String(error), `chaos: BROKEN: the run itself (seed ${seed})`];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  for (const line of lines) console.log(line);
  Deno.exit(lines.at(-1)?.includes("BROKEN") ? 1 : 0);
}

await main();

// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Makes small mistakes in the program, one at a time, and tells whether the tests find them:
 * `deno task mutate [--count N] [--seed N] [--room ROOM] [--jobs N]`.
 */
import { join } from "node:path";
import { Areas, listFiles } from "./mutate/area.ts";
import { drawMutants } from "./mutate/draw.ts";
import { describeMutant, equivalence, type Mutant } from "./mutate/mutant.ts";
import { ROOT, Workshop } from "./mutate/workshop.ts";
import { COUNT, SEED, someOf, taskOptions } from "./support/options.ts";

const ROOMS = ["link", "mesh", "router", "store", "share"];
const USAGE = `deno task mutate [--count N] [--seed N] [--room ${ROOMS.join(",")}] [--jobs N]`;
// 48 of 50.
const WANTED_SHARE = 0.96;

async function main(): Promise<void> {
  const { count = 50, seed = Math.floor(Math.random() * 1e9), room: rooms = ROOMS, jobs = 2 } = taskOptions(USAGE, {
    count: COUNT,
    seed: SEED,
    room: someOf(ROOMS),
    jobs: COUNT,
  });
  console.log(`${count} mistakes in src/{${rooms.join(",")}}, seed ${seed}`);
  const sources = new Map(
    rooms.flatMap((room) => listFiles(ROOT, `src/${room}`)).map((file) => [file, Deno.readTextFileSync(join(ROOT, file))]),
  );
  const mutants = drawMutants(sources, seed);
  const areas = new Areas(ROOT);
  let caught = 0;
  const survivors: Mutant[] = [];

  async function work(): Promise<void> {
    await using workshop = await Workshop.open(ROOT);
    while (caught + survivors.length + underWay < count) {
      const { value: mutant, done } = mutants.next();
      if (done) return;
      const same = equivalence(mutant);
      if (same !== undefined) {
        console.log(`  equivalent  ${describeMutant(mutant)}\n              ${same}`);
        continue;
      }
      underWay += 1;
      const verdict = await workshop.judge(mutant, areas.stagesOf(mutant.file));
      underWay -= 1;
      if (verdict.kind === "untyped") continue;
      if (verdict.kind === "caught") caught += 1;
      else survivors.push(mutant);
      for (const test of workshop.failing.filter((name) => !told.has(name) && told.add(name))) {
        console.log(`  ${test} fails without a mistake: left out`);
      }
      const number = String(caught + survivors.length).padStart(3);
      console.log(`${number} ${verdict.kind === "caught" ? "caught  " : "SURVIVED"} ${describeMutant(mutant)}`);
      if (verdict.kind === "caught") console.log(`             by ${verdict.by}`);
    }
  }
  let underWay = 0;
  const told = new Set<string>();
  await Promise.all(Array.from({ length: jobs }, work));

  for (const mutant of survivors) console.log(`survived: ${describeMutant(mutant)}`);
  const enough = caught > 0 && caught >= Math.ceil(WANTED_SHARE * (caught + survivors.length));
  console.log(`mutate: ${caught} of ${caught + survivors.length} mistakes were caught${enough ? "" : ", which is too few"} (seed ${seed})`);
  Deno.exit(enough ? 0 : 1);
}

await main();

/**
 * Journals commands and their answers as fast as it can and tells its parent each step behind its return, until it is killed. Argument:
 * the folder. Lines: `received N`, `queued N`, `sending N`, `ended N`.
 */
import { systemClock } from "../../src/clock.ts";
import { systemBoot } from "../../src/store/boot.ts";
import { FileJournal } from "../../src/store/journal.ts";
import { entry, request } from "./support.ts";

const [folder = "", first = "1"] = Deno.args;
const journal = new FileJournal({ path: `${folder}/journal.db`, clock: systemClock, boot: systemBoot(systemClock), sync: () => true });
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
for (let id = Number(first);; id += 1) {
  if (journal.received(request(id)) === "known") continue;
  say(`received ${id}`);
  const [number = 0] = journal.queued([entry(id)], request(id));
  say(`queued ${id}`);
  journal.sending(number);
  say(`sending ${id}`);
  if (id % 2 === 0) {
    journal.outcome(number, "delivered");
    say(`ended ${id}`);
  }
  // Lets the timers run that ask for the disk.
  if (id % 100 === 0) await new Promise((resolve) => systemClock.after(0, () => resolve(undefined)));
}

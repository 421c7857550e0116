// deno-lint-ignore-file no-console -- tells its parent what came of it
/** Fills a disk, keeps and journals on it, makes room again. Argument: a folder that is a small disk. Prints one JSON object. */
import { DatabaseSync } from "node:sqlite";
import { delay, systemClock } from "../../src/clock.ts";
import { startLog } from "../../src/log.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { HOUR_MS } from "../../src/store/history_writer.ts";
import { heardPacket, realStore, request } from "./support.ts";

const [folder = ""] = Deno.args;
const said: string[] = [];
startLog({ format: "text", debug: false, write: (line) => void said.push(line) });
const store = realStore(folder);
await store.history.flush();
const ballast = `${folder}/ballast`;
using file = Deno.openSync(ballast, { write: true, create: true });
try {
  for (;;) file.writeSync(new Uint8Array(4096));
} catch {
  // Now it is full.
}
for (let id = 1; id <= 3000; id += 1) {
  const packet = heardPacket({ id });
  store.history.packet(packet, readPacket(packet));
  if (id % 15 === 0) store.journal.received(request(id));
}
await store.history.flush();
await Deno.remove(ballast);
file.truncateSync(0);
await delay(systemClock, 1100);
store.journal.ended(request(15), "ignored");
store.history.linkEvent("ready");
const { packets } = await store.history.ask("types", { fromMs: systemClock.wallMs() - HOUR_MS, toMs: systemClock.wallMs() });
await store[Symbol.asyncDispose]();
const journal = new DatabaseSync(`${folder}/journal.db`);
const journalled = journal.prepare("SELECT count(*) AS rows FROM inbox").get()?.rows;
console.log(JSON.stringify({ said, packets, journalled }));
Deno.exit(0);

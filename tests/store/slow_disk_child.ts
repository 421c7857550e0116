// deno-lint-ignore-file no-console -- tells its parent the figures
/** Journals and keeps every 10 ms for 5 s and prints the longest time between two. Argument: the folder. */
import { delay, systemClock } from "../../src/clock.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { heardPacket, realStore, request } from "./support.ts";

const store = realStore(Deno.args[0]);
const endMs = systemClock.nowMs() + 5000;
let beforeMs = systemClock.nowMs();
let worstMs = 0;
let steps = 0;
while (systemClock.nowMs() < endMs) {
  steps += 1;
  store.journal.received(request(steps));
  const packet = heardPacket({ id: steps });
  store.history.packet(packet, readPacket(packet));
  void store.history.flush();
  await delay(systemClock, 10);
  worstMs = Math.max(worstMs, systemClock.nowMs() - beforeMs);
  beforeMs = systemClock.nowMs();
}
console.log(JSON.stringify({ worstMs, steps }));
Deno.exit(0);

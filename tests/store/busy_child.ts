/** Journals and keeps for a while, as a busy bot would. Argument: the folder. */
import { delay, systemClock } from "../../src/clock.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { entry, heardPacket, realStore, request } from "./support.ts";

const store = realStore(Deno.args[0]);
for (let id = 1; id <= 60; id += 1) {
  store.journal.received(request(id));
  for (let packet = 0; packet < 200; packet += 1) {
    const heard = heardPacket({ id: id * 1000 + packet });
    store.history.packet(heard, readPacket(heard));
  }
  const [number = 0] = store.journal.queued([entry(id)], request(id));
  store.journal.sending(number);
  store.journal.outcome(number, "delivered");
  await delay(systemClock, 50);
}
await store.history.flush();
// deno-lint-ignore no-console -- tells its parent which thread is the main one
console.log(Deno.pid);
// What is closed at the very end may sync: nobody reads the socket then. The program just ends.
Deno.exit(0);

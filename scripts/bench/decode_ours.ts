// deno-lint-ignore-file no-console -- tells its parent the figure
/** Decodes the served packets with our own connection. Argument: the port. Prints one JSON object. */
import { systemClock } from "../../src/clock.ts";
import { connectTcp, dial } from "../../src/link/connection.ts";
import { PACKETS } from "./packet_stream.ts";

const done = Promise.withResolvers<void>();
let received = 0;
let inOrder = true;
const startedAtMs = systemClock.nowMs();
const connection = await dial({
  addresses: ["127.0.0.1"],
  port: Number(Deno.args[0]),
  clock: systemClock,
  dialTimeoutMs: 5000,
  signal: new AbortController().signal,
  connect: connectTcp,
  onMessage({ payloadVariant }) {
    if (payloadVariant.case !== "packet") return;
    received += 1;
    inOrder &&= payloadVariant.value.id === received;
    if (payloadVariant.value.id === PACKETS) done.resolve();
  },
});
connection.start();
await done.promise;
console.log(JSON.stringify({ received, inOrder, elapsedMs: systemClock.nowMs() - startedAtMs }));
await connection.leave();

// deno-lint-ignore-file no-console -- the client tells of each packet that it throws away, which would cost it time
// Decodes the served packets with the official client, logs off, under Node. Arguments: the port, the number of packets.
// Prints one JSON object. It is copied to a folder where npm has installed the client.
import { MeshDevice } from "@meshtastic/core";
import { TransportNode } from "@meshtastic/transport-node";
import process from "node:process";

const QUIET_MS = 3000;

const [port, packets] = process.argv.slice(2).map(Number);
console.warn = () => {};
const startedAtMs = performance.now();
let latestAtMs = startedAtMs;
let received = 0;
const transport = await TransportNode.create("127.0.0.1", port);
const device = new MeshDevice(transport);
device.log.settings.minLevel = 99;
device.events.onMeshPacket.subscribe((packet) => {
  received += 1;
  latestAtMs = performance.now();
  if (packet.id === packets) finish();
});
// Anything that it says will do to start the server.
device.heartbeat().catch(() => {});
// A client that loses the last packet must not be waited for.
setInterval(() => performance.now() - latestAtMs > QUIET_MS && finish(), 500);

function finish() {
  process.stdout.write(`${JSON.stringify({ received, elapsedMs: latestAtMs - startedAtMs })}\n`, () => process.exit(0));
}

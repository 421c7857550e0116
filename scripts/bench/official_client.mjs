/**
 * The official client under Node, run from a folder where its packages are: for each line on standard input, a port, it
 * reads all packets from there and prints what it got. Its arguments are the number of packets and their last id.
 */
import { createInterface } from "node:readline";
import { MeshDevice } from "@meshtastic/core";
import { TransportNode } from "@meshtastic/transport-node";

const lastId = Number(process.argv[2]);

for await (const port of createInterface({ input: process.stdin })) {
  const startMs = performance.now();
  const transport = await TransportNode.create("127.0.0.1", Number(port));
  const device = new MeshDevice(transport);
  // Logs off.
  device.log.settings.minLevel = 99;
  let received = 0;
  await new Promise((resolve) => {
    device.events.onMeshPacket.subscribe(({ id }) => {
      received += 1;
      if (id === lastId) resolve();
    });
  });
  const ms = performance.now() - startMs;
  transport.disconnect().catch(() => {});
  process.stdout.write(`${JSON.stringify({ ms, received })}\n`);
}
process.exit(0);

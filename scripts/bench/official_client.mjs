// deno-lint-ignore-file no-console -- its parent reads what it prints, and the client's own words would cost it time
// The official client as an application uses it: it asks for the configuration, says "ready", and hears packets until it is ended.
// Argument: the port. It is copied to a folder where npm has installed the client.
import { MeshDevice, Types } from "@meshtastic/core";
import { TransportNode } from "@meshtastic/transport-node";
import process from "node:process";

console.warn = console.error = () => {};
// It rejects behind the back of its user when a connection ends.
process.on("unhandledRejection", () => {});
// 0: it does not give up a quiet node.
const transport = await TransportNode.create("127.0.0.1", Number(process.argv[2]), 0);
const device = new MeshDevice(transport);
device.log.settings.minLevel = 99;
let heard = 0;
device.events.onMeshPacket.subscribe(() => heard += 1);
device.events.onDeviceStatus.subscribe((status) => {
  if (status === Types.DeviceStatusEnum.DeviceConfigured) process.stdout.write("ready\n");
});
device.configure().catch(() => {});
setInterval(() => {}, 60_000);
process.on("SIGTERM", () => process.stdout.write(`heard ${heard}\n`, () => process.exit(0)));

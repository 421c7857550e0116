// deno-lint-ignore-file no-console -- tells its parent the port
/** The least that any relay does: what the node at a port says goes to every client, byte for byte. Argument: the port. Prints its own. */
import { encode } from "../../src/link/codec.ts";
import { encodeFrame } from "../../src/link/frame.ts";

const node = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
const clients = new Set<Deno.TcpConn>();
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
await node.write(encodeFrame(encode("ToRadio", { payloadVariant: { case: "wantConfigId", value: 1 } })));
void (async () => {
  for await (const client of listener) {
    client.setNoDelay(true);
    clients.add(client);
  }
})();
const buffer = new Uint8Array(65_536);
for (;;) {
  const count = await node.read(buffer);
  if (count === null) break;
  const bytes = buffer.slice(0, count);
  for (const client of clients) client.write(bytes).catch(() => clients.delete(client));
}
Deno.exit();

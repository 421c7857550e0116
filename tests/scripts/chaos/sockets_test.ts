import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { openPortsNow, openPortsTo } from "../../../scripts/chaos/sockets.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

function row(local: string, remote: string, state: string): string {
  return `   0: 0100007F:${local} 0100007F:${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 12345 1\n`;
}

Deno.test("openPortsTo() tells sockets that their owner has not closed from those that it has", () => {
  const text = HEAD + row("C350", "1133", "01") + row("C351", "1133", "08") + row("C352", "1133", "02") + row("C353", "1133", "04") +
    row("C354", "1133", "05") + row("C355", "1133", "06") + row("C356", "1134", "01") + row("1133", "C350", "01") +
    row("1133", "0000", "0A");
  assert.deepEqual([...openPortsTo(0x1133, text)], [0xc350, 0xc351, 0xc352]);
});

Deno.test("openPortsTo() reads whatever stands there", () => {
  assert.deepEqual([...openPortsTo(4403, "")], []);
  assert.deepEqual([...openPortsTo(4403, "head\nnonsense\n\n 1: 2 3\n")], []);
});

Deno.test({
  name: "openPortsNow() knows an open socket of this machine until it is closed",
  // /proc is open only to a program with all permissions.
  ignore: Deno.build.os !== "linux" || Deno.permissions.querySync({ name: "ffi" }).state !== "granted",
  async fn() {
    const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: "127.0.0.1", port });
    await once(client, "connect");
    const local = client.localPort as number;
    assert.ok(openPortsNow(port).has(local));
    client.destroy();
    await once(client, "close");
    assert.ok(!openPortsNow(port).has(local));
    server.close();
    await once(server, "close");
  },
});

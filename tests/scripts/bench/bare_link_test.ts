import assert from "node:assert/strict";
import type { BarePacket } from "../../../scripts/bench/bare_client.ts";
import { openBareLink } from "../../../scripts/bench/bare_link.ts";
import { PortNum } from "../../../src/link/enums.ts";
import { settle } from "../../support/link_rig.ts";
import { dataPacket, startStillNode } from "../../support/sim.ts";

Deno.test("openBareLink() dials again at once after a FIN and after a RST, and hears packets", async () => {
  const node = await startStillNode();
  const heard = Promise.withResolvers<BarePacket>();
  {
    await using link = openBareLink(node.port, { clock: node.fake, packet: (packet) => heard.resolve(packet) });
    await link.ready();
    for (const end of ["hangUp", "reset"] as const) {
      const dialed = node.waitFor("configured");
      node[end]();
      await dialed;
    }
    node.receiveFromMesh(dataPacket(PortNum.TEXT_MESSAGE_APP, new Uint8Array([0x94, 0xc3]), { id: 77, from: 0x1000 }));
    assert.equal((await heard.promise).id, 77);
    assert.equal(node.connections.dialed, 3);
  }
  await node.stop();
});

Deno.test("BareLink.ready() resolves for who waits since before dials that were refused", async () => {
  const node = await startStillNode();
  {
    await using link = openBareLink(node.port, { clock: node.fake });
    await link.ready();
    const closed = node.waitFor("closed");
    node.refuse();
    node.hangUp();
    await closed;
    await settle(node.fake, untilRefused(node.port));
    let told = false;
    void link.ready().then(() => told = true);
    for (let dial = 0; dial < 3; dial += 1) await settle(node.fake, untilRefused(node.port));
    const configured = node.waitFor("configured");
    await node.accept();
    await settle(node.fake, configured);
    await link.ready();
    assert.equal(told, true);
  }
  await node.stop();
});

/** A dial of somebody else's that is refused: the turns of the event loop that one takes. */
async function untilRefused(port: number): Promise<void> {
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
}

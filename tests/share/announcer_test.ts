import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import { type AnnouncedService, Announcer } from "../../src/share/announcer.ts";
import { ioTurn } from "../support/link_rig.ts";

/** An announcer, and what it began and ended in its order; `fails`: the next announcement cannot be made. */
function rig(): { readonly announcer: Announcer; readonly log: string[]; readonly network: { fails: boolean } } {
  const log: string[] = [];
  const network = { fails: false };
  const announcer = new Announcer(async ({ instance, port, txt }: AnnouncedService) => {
    const name = `${instance} ${port} ${txt["id"]} ${txt["shortname"]}`;
    await ioTurn();
    if (network.fails) throw new Error("no network");
    log.push(`begin ${name}`);
    return {
      async [Symbol.asyncDispose]() {
        await ioTurn();
        log.push(`end ${name}`);
      },
    };
  });
  return { announcer, log, network };
}

function user(shortName: string): Uint8Array {
  return encode("User", { longName: "x", shortName });
}

Deno.test("Announcer.announce() tells a name once, and another one when the one before is taken back", async () => {
  const { announcer, log } = rig();
  announcer.announce({ id: "!1", port: 4404, user: user("A") });
  announcer.announce({ id: "!1", port: 4404, user: user("A") });
  announcer.announce({ id: "!1", port: 4404, user: user("B") });
  await announcer[Symbol.asyncDispose]();
  assert.deepEqual(log, [
    "begin MeshBot !1 4404 !1 A*",
    "end MeshBot !1 4404 !1 A*",
    "begin MeshBot !1 4404 !1 B*",
    "end MeshBot !1 4404 !1 B*",
  ]);
  await announcer[Symbol.asyncDispose]();
  assert.equal(log.length, 4);
});

Deno.test("Announcer.announce() tells a star for a node without a name", async () => {
  const { announcer, log } = rig();
  announcer.announce({ id: "!1", port: 4404, user: undefined });
  await announcer[Symbol.asyncDispose]();
  assert.equal(log[0], "begin MeshBot !1 4404 !1 *");
});

Deno.test("Announcer goes on when the network cannot be told, and tells it the next name", async () => {
  const { announcer, log, network } = rig();
  network.fails = true;
  announcer.announce({ id: "!1", port: 4404, user: undefined });
  await ioTurn();
  await ioTurn();
  network.fails = false;
  announcer.announce({ id: "!1", port: 4405, user: undefined });
  await announcer[Symbol.asyncDispose]();
  assert.deepEqual(log, ["begin MeshBot !1 4405 !1 *", "end MeshBot !1 4405 !1 *"]);
});

Deno.test("Announcer does nothing where nobody can announce", async () => {
  const announcer = new Announcer(undefined);
  announcer.announce({ id: "!1", port: 4404, user: new Uint8Array([0xff]) });
  await announcer[Symbol.asyncDispose]();
});

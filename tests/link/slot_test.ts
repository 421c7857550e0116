import assert from "node:assert/strict";
import fc from "fast-check";
import { SlotTakenError } from "../../src/errors.ts";
import { canonicalAddress, Slots } from "../../src/link/slot.ts";

const NAMES: Record<string, string[]> = {
  "roof.local": ["192.168.1.50", "fe80::1%eth0"],
  "alias.example": ["192.168.1.50"],
  "six.example": ["fe80:0:0:0:0:0:0:1"],
  "other.local": ["192.168.1.60"],
  "here.example": ["192.168.1.2"],
};

function slots(names = NAMES): Slots {
  return new Slots({
    ownAddresses: () => ["127.0.0.1", "192.168.1.2"],
    resolve: (host) => {
      const found = names[host] ?? (/^[\d.]+$|:/.test(host) ? [host] : undefined);
      return found === undefined ? Promise.reject(new Error(`failed to lookup address information: ${host}`)) : Promise.resolve(found);
    },
  });
}

const samePairs: [string, string][] = [
  ["roof.local", "ROOF.local."],
  ["roof.local", "alias.example"],
  ["roof.local", "192.168.1.50"],
  ["roof.local", "::ffff:192.168.1.50"],
  ["roof.local", "six.example"],
  ["127.0.0.1", "::1"],
  ["127.0.0.1", "127.9.9.9"],
  ["127.0.0.1", "0.0.0.0"],
  ["127.0.0.1", "here.example"],
  ["::ffff:127.0.0.1", "::1"],
  ["nowhere.example", "nowhere.example"],
];
for (const [held, wanted] of samePairs) {
  Deno.test(`Slots.claim() refuses ${wanted} while ${held} is held, and names the holder`, async () => {
    const all = slots();
    await all.claim("the bot", held, 4403);
    await assert.rejects(all.claim("remote solar", wanted, 4403), (error: Error) => {
      assert.ok(error instanceof SlotTakenError);
      assert.match(error.message, /remote solar.*the bot holds it as/);
      return true;
    });
  });
}

Deno.test("Slots.claim() gives another node's slot, another port's, and one that was released", async () => {
  const all = slots();
  const first = await all.claim("the bot", "roof.local", 4403);
  await all.claim("remote a", "other.local", 4403);
  await all.claim("remote b", "roof.local", 4404);
  first.release();
  await all.claim("the bot", "alias.example", 4403);
});

Deno.test("Slots.claim() lets only one of two claims at the same moment through", async () => {
  const all = slots();
  const results = await Promise.allSettled([all.claim("a", "roof.local", 4403), all.claim("b", "alias.example", 4403)]);
  assert.deepEqual(results.map((result) => result.status).sort(), ["fulfilled", "rejected"]);
});

Deno.test("Slot.addresses() refuses a name that has moved to a held node", async () => {
  const names = { ...NAMES };
  const all = slots(names);
  await all.claim("the bot", "roof.local", 4403);
  const visit = await all.claim("remote solar", "other.local", 4403);
  assert.deepEqual(await visit.addresses(), ["192.168.1.60"]);
  names["other.local"] = ["192.168.1.50"];
  await assert.rejects(visit.addresses(), SlotTakenError);
});

Deno.test("Slot.addresses() sees that the holder's name has moved", async () => {
  const names = { ...NAMES };
  const all = slots(names);
  await all.claim("the bot", "roof.local", 4403);
  const visit = await all.claim("remote solar", "other.local", 4403);
  names["roof.local"] = ["192.168.1.60"];
  await assert.rejects(visit.addresses(), SlotTakenError);
});

Deno.test("Slot.identify() refuses a node whose number is held, and remembers its addresses", async () => {
  const all = slots();
  const own = await all.claim("the bot", "roof.local", 4403);
  own.identify(0xa1b2c3d4);
  const visit = await all.claim("remote solar", "other.local", 4403);
  assert.throws(() => visit.identify(0xa1b2c3d4), /!a1b2c3d4.*the bot holds/);
  visit.release();
  await assert.rejects(all.claim("remote solar", "192.168.1.60", 4403), /its handshake showed/);
  await assert.rejects(all.claim("remote solar", "other.local", 4403), SlotTakenError);
});

Deno.test("Slots.claim() takes a name that does not resolve yet", async () => {
  const slot = await slots().claim("the bot", "nowhere.example", 4403);
  await assert.rejects(slot.addresses(), /failed to lookup/);
});

Deno.test("canonicalAddress() has one spelling for an address and never throws", () => {
  assert.equal(canonicalAddress("[::1]"), "loopback");
  assert.equal(canonicalAddress("2001:DB8:0:0::5%eth0"), "2001:db8::5");
  assert.equal(canonicalAddress("::ffff:10.0.0.1"), "10.0.0.1");
  fc.assert(fc.property(fc.string(), (text) => assert.equal(typeof canonicalAddress(text), "string")));
  fc.assert(fc.property(fc.ipV4(), (address) => assert.equal(canonicalAddress(`::ffff:${address}`), canonicalAddress(address))));
  fc.assert(fc.property(fc.ipV6(), (address) => assert.equal(canonicalAddress(canonicalAddress(address)), canonicalAddress(address))));
});

Deno.test("canonicalAddress() calls this machine's own addresses loopback, and none that only resemble them", () => {
  for (const here of ["127.0.0.1", "127.255.1.2", "0.0.0.0", "::1", "::", "[::]", "::ffff:127.0.0.1", "::ffff:0.0.0.0"]) {
    assert.equal(canonicalAddress(here), "loopback", here);
  }
  for (
    const [address, canonical] of [["::2", "::2"], ["128.0.0.1", "128.0.0.1"], ["0.0.0.1", "0.0.0.1"], ["1.127.0.1", "1.127.0.1"]] as const
  ) {
    assert.equal(canonicalAddress(address), canonical);
  }
  assert.equal(canonicalAddress("::ffff:1.2.3.4"), "1.2.3.4");
  assert.equal(canonicalAddress("::ffff:255.254.253.252"), "255.254.253.252");
  assert.equal(canonicalAddress("Not An Address!"), "not an address!");
});

Deno.test("Slots keeps the addresses of a holder whose name does not resolve any more", async () => {
  const names = { ...NAMES };
  const all = slots(names);
  await all.claim("the bot", "roof.local", 4403);
  const visit = await all.claim("remote solar", "other.local", 4403);
  for (const gone of [undefined, []] as const) {
    if (gone === undefined) delete names["roof.local"];
    else names["roof.local"] = [];
    names["other.local"] = ["192.168.1.50"];
    await assert.rejects(visit.addresses(), SlotTakenError);
    names["other.local"] = ["192.168.1.60"];
    assert.deepEqual(await visit.addresses(), ["192.168.1.60"]);
  }
});

Deno.test("Slot.identify() may tell a node's number again, and gives it free with the slot", async () => {
  const all = slots();
  const own = await all.claim("the bot", "roof.local", 4403);
  own.identify(7);
  own.identify(7);
  const other = await all.claim("remote solar", "other.local", 4403);
  other.identify(8);
  own.release();
  other.identify(7);
});

Deno.test("Slots.claim() leaves nothing behind when it refuses, and keeps a claim whose name server fails", async () => {
  const all = slots();
  const own = await all.claim("the bot", "roof.local", 4403);
  await assert.rejects(all.claim("remote solar", "alias.example", 4403), SlotTakenError);
  own.release();
  (await all.claim("remote solar", "alias.example", 4403)).release();
  const unknown = await all.claim("the bot", "nowhere.example", 4403);
  await assert.rejects(all.claim("remote solar", "NOWHERE.example.", 4403), SlotTakenError);
  unknown.release();
  await all.claim("remote solar", "nowhere.example", 4403);
});

import assert from "node:assert/strict";
import { formatPublicKey } from "../../src/config.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { createPeople, type People } from "../../src/mesh/people.ts";
import { BROADCAST_NUM, formatNodeId } from "../../src/node_id.ts";
import { isAdmin } from "../../src/router/admin.ts";
import { ASKER_NUM, forgetfulFile, makeReception, OWN_NUM } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";

// Its base64 has both characters that the URL-safe alphabet writes otherwise.
const KEY = Uint8Array.from({ length: 32 }, (_, index) => [0xfb, 0xef, 0xff][index] ?? index);
const OTHER_KEY = new Uint8Array(32).fill(9);
const ID = formatNodeId(ASKER_NUM);
const KEY_TEXT = formatPublicKey(KEY);

interface Row {
  readonly what: string;
  readonly admins: readonly string[];
  readonly message?: Parameters<typeof makeReception>[0];
  readonly licensed?: boolean;
  readonly pinned?: string;
  readonly admin: boolean;
}

function newPeople(): People {
  return createPeople({ clock: createFakeClock(), file: forgetfulFile });
}

const urlSafe = KEY_TEXT.replaceAll("+", "-").replaceAll("/", "_");

const ROWS: readonly Row[] = [
  { what: "a configured key", admins: [KEY_TEXT], admin: true },
  { what: "one of several configured keys", admins: [formatPublicKey(OTHER_KEY), "!00000001", KEY_TEXT], admin: true },
  { what: "a configured key from any number", admins: [KEY_TEXT], message: { from: 0x12345678 }, admin: true },
  { what: "a key without padding", admins: [KEY_TEXT.replace("=", "")], admin: true },
  { what: "a key in the URL-safe alphabet", admins: [urlSafe], admin: true },
  { what: "a key as the command line writes it", admins: [`base64:${KEY_TEXT}`], admin: true },
  { what: "no admin at all", admins: [], admin: false },
  { what: "another key than the configured one", admins: [KEY_TEXT], message: { publicKey: OTHER_KEY }, admin: false },
  { what: "a key that differs in its last bit", admins: [KEY_TEXT], message: { publicKey: lastBitFlipped(KEY) }, admin: false },
  { what: "a configured key, half of it", admins: [KEY_TEXT], message: { publicKey: KEY.slice(0, 16) }, admin: false },
  { what: "a configured key with a byte more", admins: [KEY_TEXT], message: { publicKey: new Uint8Array([...KEY, 0]) }, admin: false },
  { what: "no key", admins: [KEY_TEXT, ID], message: { publicKey: new Uint8Array(0) }, admin: false },
  { what: "no key where an empty one is configured", admins: ["", "="], message: { publicKey: new Uint8Array(0) }, admin: false },
  { what: "a key of zeros", admins: [formatPublicKey(new Uint8Array(32)), ID], message: { publicKey: new Uint8Array(32) }, admin: false },
  { what: "a configured key that was not encrypted with", admins: [KEY_TEXT], message: { pkiEncrypted: false }, admin: false },
  { what: "a configured id without encryption", admins: [ID], message: { pkiEncrypted: false }, admin: false },
  { what: "a text on a channel", admins: [KEY_TEXT, ID], message: { to: BROADCAST_NUM }, admin: false },
  { what: "a configured key on a licensed node", admins: [KEY_TEXT, ID], licensed: true, admin: false },
  { what: "a configured id, for the first time", admins: [ID], admin: true },
  { what: "a configured id with its pinned key", admins: [ID], pinned: KEY_TEXT, admin: true },
  { what: "a configured id with another key than its pinned one", admins: [ID], pinned: formatPublicKey(OTHER_KEY), admin: false },
  { what: "a pinned key whose id is configured no more", admins: ["!00000001"], pinned: KEY_TEXT, admin: false },
  { what: "a number that is written without !", admins: [ID.slice(1), String(ASKER_NUM)], admin: false },
  { what: "another number than the configured one", admins: ["!a1b2e4ee"], admin: false },
];

function lastBitFlipped(key: Uint8Array): Uint8Array {
  const flipped = key.slice();
  flipped[31] = (flipped[31] as number) ^ 1;
  return flipped;
}

for (const row of ROWS) {
  Deno.test(`rule 9: isAdmin() is ${row.admin} for ${row.what}`, () => {
    const people = newPeople();
    if (row.pinned !== undefined) people.pin(ASKER_NUM, row.pinned);
    const message = makeReception({ publicKey: KEY, ...row.message });
    assert.equal(isAdmin(message, row.admins, people, { licensed: row.licensed ?? false }), row.admin);
  });
}

Deno.test("rule 9: the rows of isAdmin() meet both alphabets of base64", () => {
  assert.match(KEY_TEXT, /\+/);
  assert.match(KEY_TEXT, /\//);
});

Deno.test("rule 9: isAdmin() pins the first key of a configured id; who forges the number later is none, and is named in the log", () => {
  const lines: string[] = [];
  startLog({ format: "journal", debug: false, write: (line) => lines.push(line) });
  try {
    const people = newPeople();
    const ask = (publicKey: Uint8Array) => isAdmin(makeReception({ publicKey }), [ID], people, { licensed: false });
    assert.deepEqual([ask(KEY), ask(OTHER_KEY), ask(KEY)], [true, false, true]);
    assert.equal(people.pinnedKey(ASKER_NUM), KEY_TEXT);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /mesh: the admin !a1b2e4ed is known by the key/);
    assert.match(lines[1] ?? "", /^<4>command: !a1b2e4ed is no admin with the key CQkJ/);
  } finally {
    stopLog();
  }
});

Deno.test("rule 9: isAdmin() pins nothing for a stranger, without encryption, on a channel, for an empty key, or on a licensed node", () => {
  const people = newPeople();
  const ask = (message: Parameters<typeof makeReception>[0], licensed = false) =>
    isAdmin(makeReception({ publicKey: KEY, ...message }), [ID], people, { licensed });
  ask({ from: OWN_NUM + 1 });
  ask({ pkiEncrypted: false });
  ask({ to: BROADCAST_NUM });
  ask({ publicKey: new Uint8Array(32) });
  ask({}, true);
  assert.equal(people.pinnedKey(ASKER_NUM), undefined);
  assert.equal(people.pinnedKey(OWN_NUM + 1), undefined);
});

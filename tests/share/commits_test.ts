import assert from "node:assert/strict";
import { PortNum } from "../../src/link/enums.ts";
import type { Draft, Outcome } from "../../src/mesh/outgoing.ts";
import { laneOf } from "../../src/share/client_packets.ts";
import { Commits } from "../../src/share/commits.ts";
import { varintField } from "../../src/share/wire.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";
import { listener } from "./support.ts";

interface Rig {
  readonly commits: Commits;
  readonly drafts: Draft[];
  readonly ends: ((outcome: Outcome) => void)[];
  given: number;
  linked: boolean;
}

/** Commits over an outbox whose outcomes the test decides. */
function rig(): Rig {
  const drafts: Draft[] = [];
  const ends: ((outcome: Outcome) => void)[] = [];
  const state: Rig = {
    drafts,
    ends,
    given: 0,
    linked: true,
    commits: new Commits({
      outbox: {
        enqueue(draft: Draft) {
          drafts.push(draft);
          const { promise, resolve } = Promise.withResolvers<Outcome>();
          ends.push(resolve);
          return { id: drafts.length, outcome: promise, cancel() {} };
        },
      },
      ownNum: () => 7,
      linked: () => state.linked,
      onGiven: () => state.given += 1,
    }),
  };
  return state;
}

Deno.test("Commits.commit() tells our own node to save, behind what the client has sent, however long that takes", () => {
  const { client } = listener(createFakeClock(), { number: 3 });
  const { commits, drafts } = rig();
  commits.commit(client);
  const [draft] = drafts;
  assert.deepEqual(
    [draft?.to, draft?.channel, draft?.portnum, draft?.payload, draft?.person, draft?.wantAck, draft?.expiresAtMs],
    [7, 0, PortNum.ADMIN_APP, varintField(65, 1), laneOf(client), true, Infinity],
  );
});

Deno.test("Commits tells once that the radio has it, and says it again when the radio is back if it had not", async () => {
  const { client } = listener(createFakeClock());
  const state = rig();
  const { commits, drafts, ends } = state;
  commits.linkReady();
  assert.equal(drafts.length, 0);
  commits.commit(client);
  ends[0]?.({ kind: "unknown", reason: "the link was lost" });
  await ioTurn();
  assert.deepEqual([drafts.length, state.given], [1, 0]);
  commits.linkReady();
  assert.equal(drafts.length, 2);
  commits.linkReady();
  assert.equal(drafts.length, 2);
  ends[1]?.({ kind: "delivered" });
  await ioTurn();
  assert.equal(state.given, 1);
  commits.linkReady();
  assert.equal(drafts.length, 2);
  commits.commit(client);
  ends[2]?.({ kind: "relayed" });
  await ioTurn();
  assert.equal(state.given, 2);
  for (const kind of ["failed", "expired"] as const) {
    commits.commit(client);
    ends.at(-1)?.({ kind, reason: "no" });
    await ioTurn();
    commits.linkReady();
  }
  assert.deepEqual([drafts.length, state.given], [7, 2]);
});

Deno.test("Commits waits for the radio to be back, and says nothing to one at which nothing is open", async () => {
  const { client } = listener(createFakeClock());
  const state = rig();
  const { commits, drafts, ends } = state;
  state.linked = false;
  commits.commit(client);
  assert.equal(drafts.length, 0);
  state.linked = true;
  commits.linkReady();
  assert.equal(drafts.length, 1);
  // Lost on its way, and the radio restarts: what was open is closed.
  ends[0]?.({ kind: "unknown", reason: "the link was lost" });
  await ioTurn();
  commits.clear();
  commits.linkReady();
  assert.equal(drafts.length, 1);
  state.linked = false;
  commits.commit(client);
  commits.clear();
  state.linked = true;
  commits.linkReady();
  assert.equal(drafts.length, 1);
});

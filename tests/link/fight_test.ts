import assert from "node:assert/strict";
import { type ConnectionEnd, FightDetector } from "../../src/link/fight.ts";

const stolen: ConnectionEnd = { cause: "fin", readyForMs: 800 };

function waits(ends: readonly ConnectionEnd[]): (number | undefined)[] {
  const fight = new FightDetector();
  return ends.map((end) => {
    fight.ended(end);
    return fight.takeWaitMs();
  });
}

Deno.test("FightDetector calls five short orderly closes in a row a fight and doubles its wait up to 5 min", () => {
  const expected = [undefined, undefined, undefined, undefined, 15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000];
  assert.deepEqual(waits(Array(11).fill(stolen)), expected);
});

for (
  const [name, other] of Object.entries<ConnectionEnd>({
    "a reset": { cause: "readFailed", readyForMs: 800 },
    "a connection of 6 s": { cause: "fin", readyForMs: 6000 },
    "a close before ready": { cause: "fin", readyForMs: undefined },
    "a silence": { cause: "dropped", readyForMs: 800 },
  })
) {
  Deno.test(`FightDetector counts again after ${name}`, () => {
    assert.deepEqual(waits([stolen, stolen, stolen, stolen, other, stolen, stolen, stolen, stolen]), Array(9).fill(undefined));
  });
}

Deno.test("FightDetector forgets the fight after a connection of 60 s", () => {
  const fight = new FightDetector();
  for (let i = 0; i < 6; i++) fight.ended(stolen);
  assert.ok(fight.reason);
  fight.takeWaitMs();
  fight.ended({ cause: "fin", readyForMs: 60_000 });
  assert.equal(fight.reason, undefined);
  fight.ended(stolen);
  assert.equal(fight.takeWaitMs(), undefined);
});

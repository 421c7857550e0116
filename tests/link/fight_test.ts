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

Deno.test("FightDetector counts closes within 5 s of ready, exactly, and five of them", () => {
  const after = (readyForMs: number, count: number) => waits(Array(count).fill({ cause: "fin", readyForMs })).at(-1);
  assert.deepEqual([after(5000, 5), after(5001, 5), after(0, 5), after(5000, 4)], [15_000, undefined, 15_000, undefined]);
});

Deno.test("FightDetector's fight goes on after a connection of less than 60 s, with the next theft at once", () => {
  const next = (other: ConnectionEnd) => {
    const fight = new FightDetector();
    for (let i = 0; i < 5; i += 1) fight.ended(stolen);
    fight.takeWaitMs();
    fight.ended(other);
    const between = fight.takeWaitMs();
    fight.ended(stolen);
    return [between, fight.takeWaitMs()];
  };
  assert.deepEqual(next({ cause: "fin", readyForMs: 59_999 }), [undefined, 30_000]);
  assert.deepEqual(next({ cause: "readFailed", readyForMs: 800 }), [undefined, 30_000]);
  assert.deepEqual(next({ cause: "fin", readyForMs: 60_000 }), [undefined, undefined]);
  assert.deepEqual(next({ cause: "dropped", readyForMs: 60_000 }), [undefined, undefined]);
});

Deno.test("FightDetector.takeWaitMs() gives a wait once, and none before a fight; reason has words while there is one", () => {
  const fight = new FightDetector();
  assert.deepEqual([fight.takeWaitMs(), fight.reason], [undefined, undefined]);
  for (let i = 0; i < 4; i += 1) fight.ended(stolen);
  assert.equal(fight.reason, undefined);
  fight.ended(stolen);
  assert.match(fight.reason ?? "", /another client/);
  assert.deepEqual([fight.takeWaitMs(), fight.takeWaitMs()], [15_000, undefined]);
  assert.match(fight.reason ?? "", /another client/);
});

import assert from "node:assert/strict";
import { createKeyConflicts } from "../../src/mesh/key_conflicts.ts";

function memory(
  start?: unknown,
): { read<T>(parse: (value: unknown) => T): Promise<T | undefined>; write(value: unknown): void; kept: unknown } {
  return {
    kept: start,
    read(parse) {
      return Promise.resolve(this.kept === undefined ? undefined : parse(this.kept));
    },
    write(value) {
      this.kept = structuredClone(value);
    },
  };
}

Deno.test("rule 8: a key conflict is kept over a restart, for the operator's next check, until it is cured", async () => {
  const disk = memory();
  const first = createKeyConflicts(disk);
  await first.load();
  first.seen(7, "Alice");
  first.seen(7, "Alice");
  first.seen(8, "Bob");
  const second = createKeyConflicts(disk);
  await second.load();
  assert.deepEqual(second.list(), [{ num: 7, name: "Alice" }, { num: 8, name: "Bob" }]);
  second.cured(7);
  second.cured(9);
  assert.deepEqual(disk.kept, [{ num: 8, name: "Bob" }]);
});

Deno.test("createKeyConflicts() keeps 100 at most and refuses what it did not write", async () => {
  const disk = memory();
  const conflicts = createKeyConflicts(disk);
  for (let num = 1; num <= 150; num++) conflicts.seen(num, "x");
  assert.equal(conflicts.list().length, 100);
  for (const broken of [{}, "text", [null], [{ num: "7", name: "x" }]]) {
    await assert.rejects(createKeyConflicts(memory(broken)).load(), TypeError);
  }
});

Deno.test("KeyConflicts writes what has changed, and nothing when nothing has", () => {
  let writes = 0;
  const disk = memory();
  const conflicts = createKeyConflicts({ read: disk.read, write: () => void (writes += 1) });
  const steps: [() => void, number][] = [
    [() => conflicts.cured(7), 0],
    [() => conflicts.seen(7, "Alice"), 1],
    [() => conflicts.seen(7, "Alice"), 1],
    [() => conflicts.seen(7, "Alicia"), 2],
    [() => conflicts.cured(7), 3],
    [() => conflicts.cured(7), 3],
  ];
  for (const [step, wanted] of steps) {
    step();
    assert.equal(writes, wanted);
  }
});

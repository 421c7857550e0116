import assert from "node:assert/strict";
import { Runner } from "../../../scripts/fuzz/runner.ts";

const BAD = 7;

function inputs(count: number, bad: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new Uint8Array([index === bad ? BAD : 0, index]));
}

Deno.test("Runner.next() finds what an input throws, or rejects with, at once", async () => {
  const doors = [
    (): void => {
      throw new Error("thrown");
    },
    () => Promise.reject(new Error("rejected")),
    () => {
      throw undefined;
    },
  ];
  for (const run of doors) {
    const failed = await new Runner({ run }, []).next(new Uint8Array([1]));
    assert.ok(failed?.failure instanceof Error);
    assert.deepEqual([...failed.input], [1]);
  }
});

Deno.test("Runner.next() finds the input whose failure came loose later, though the door had returned", async () => {
  const loose: unknown[] = [];
  const door = {
    run: ([first]: Uint8Array): void => {
      if (first === BAD) setTimeout(() => loose.push(new Error("loose")), 0);
    },
  };
  const runner = new Runner(door, loose);
  const found = [];
  for (const input of inputs(250, 130)) found.push(await runner.next(input));
  const failed = found.filter((one) => one !== undefined);
  assert.deepEqual(failed.map(({ input, failure }) => [[...input], String(failure)]), [[[BAD, 130], "Error: loose"]]);
  assert.deepEqual(await runner.whole(new Uint8Array([0])), undefined);
});

Deno.test("Runner.late() tells what came loose behind the last input", async () => {
  const loose: unknown[] = [];
  const runner = new Runner({ run: ([first]) => void (first === BAD && setTimeout(() => loose.push("late"), 0)) }, loose);
  for (const input of inputs(3, 1)) assert.equal(await runner.next(input), undefined);
  assert.deepEqual(await runner.late(), { input: new Uint8Array([BAD, 1]), failure: "late" });
  assert.equal(await runner.late(), undefined);
});

Deno.test("Runner.next() tells a loose failure also when no input causes it again", async () => {
  const loose: unknown[] = [];
  let calls = 0;
  const runner = new Runner({ run: () => void ((calls += 1) === 50 && setTimeout(() => loose.push("once"), 0)) }, loose);
  const found = [];
  for (const input of inputs(100, -1)) found.push(await runner.next(input));
  assert.deepEqual(found.filter((one) => one !== undefined).map(({ failure }) => failure), ["once"]);
});

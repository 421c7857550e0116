import assert from "node:assert/strict";
import fc from "fast-check";
import { LeastHeard, type Listed } from "../../src/mesh/least_heard.ts";

interface Item {
  readonly name: number;
  lastHeardWallMs: number | undefined;
}

/** What is done to the list: 0…9 of `who` name one that is there. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), atMs: fc.option(fc.nat(5), { nil: undefined }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("hear" as const), who: fc.nat(9), laterMs: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("keep" as const), who: fc.option(fc.nat(9), { nil: undefined }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("take" as const) }) },
);

Deno.test("LeastHeard.take() gives who was heard least recently, of those heard at the same moment who was touched first, never the kept one", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const list = new LeastHeard<Item>();
      // In the order of their last touches.
      const model: { readonly item: Item; readonly listed: Listed<Item> }[] = [];
      let kept: Listed<Item> | undefined;
      for (const [name, each] of steps.entries()) {
        if (each.kind === "add") {
          const item = { name, lastHeardWallMs: each.atMs };
          model.push({ item, listed: list.add(item) });
          continue;
        }
        if (each.kind === "take") {
          const free = model.filter(({ listed }) => listed !== kept);
          const least = Math.min(...free.map(({ item }) => item.lastHeardWallMs ?? 0));
          const expected = free.find(({ item }) => (item.lastHeardWallMs ?? 0) === least);
          assert.equal(list.take()?.name, expected?.item.name);
          if (expected !== undefined) model.splice(model.indexOf(expected), 1);
          continue;
        }
        const at = each.who === undefined || model.length === 0 ? -1 : each.who % model.length;
        const entry = model[at];
        if (each.kind === "keep") list.keep(kept = entry?.listed);
        else if (entry !== undefined) {
          entry.item.lastHeardWallMs = (entry.item.lastHeardWallMs ?? 0) + each.laterMs;
          list.touch(entry.listed);
          model.push(...model.splice(at, 1));
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("LeastHeard.take() gives nothing when there is none but the kept one, and after clear()", () => {
  const list = new LeastHeard<Item>();
  assert.equal(list.take(), undefined);
  const item = { name: 1, lastHeardWallMs: 5 };
  const listed = list.add(item);
  list.keep(listed);
  assert.equal(list.take(), undefined);
  assert.equal(list.take(), undefined);
  list.keep(undefined);
  assert.equal(list.take(), item);
  list.keep(list.add(item));
  list.clear();
  assert.equal(list.take(), undefined);
  list.add(item);
  assert.equal(list.take(), item);
});

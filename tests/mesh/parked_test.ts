import assert from "node:assert/strict";
import { createParked } from "../../src/mesh/parked.ts";
import { createFakeClock } from "../support/fake_clock.ts";

Deno.test("createParked() gives each person's rest once, for 10 minutes", async () => {
  const clock = createFakeClock();
  const parked = createParked({ clock });
  parked.keep(1, "rest of one");
  parked.keep(2, "rest of two");
  parked.keep(1, "newer rest");
  assert.equal(parked.next(1), "newer rest");
  assert.equal(parked.next(1), undefined);
  parked.keep(3, "rest of three");
  await clock.tick(600_000);
  assert.equal(parked.next(3), "rest of three");
  await clock.tick(1);
  assert.equal(parked.next(2), undefined);
});

Deno.test("createParked() forgets the oldest beyond 200 people", () => {
  const parked = createParked({ clock: createFakeClock() });
  for (let person = 0; person <= 200; person++) parked.keep(person, "x");
  assert.equal(parked.next(0), undefined);
  assert.equal(parked.next(1), "x");
});

Deno.test("createParked() forgets those first whose last rest is oldest", () => {
  const parked = createParked({ clock: createFakeClock() });
  for (let person = 0; person < 200; person++) parked.keep(person, "x");
  parked.keep(0, "newer");
  parked.keep(200, "x");
  assert.deepEqual([parked.next(0), parked.next(1), parked.next(2)], ["newer", undefined, "x"]);
});

import assert from "node:assert/strict";
import { elapsedMs, type Moment, systemBoot } from "../../src/store/boot.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const ID = "0123456789abcdef0123456789abcdef";

Deno.test("systemBoot() counts from the machine's start, however long the process has run, and is the same for all processes", async () => {
  const clock = createFakeClock();
  await clock.tick(1_000_000);
  const before = Deno.osUptime() * 1000;
  const boot = systemBoot(clock, ID);
  const after = Deno.osUptime() * 1000;
  const upMs = boot.upMs();
  assert.ok(upMs >= before && upMs <= after, `${upMs} between ${before} and ${after}`);
  await clock.tick(12_345);
  assert.equal(boot.upMs(), upMs + 12_345);
  assert.deepEqual([boot.id, systemBoot(createFakeClock(), ID).id], [ID, ID]);
});

Deno.test("systemBoot() takes nothing else for a number", () => {
  for (const id of ["", "%b", "x".repeat(32), `${ID}0`]) assert.notEqual(systemBoot(createFakeClock(), id).id, id);
});

Deno.test("elapsedMs() takes the machine's own time within one start, and the wall clock over one, as far as the node's agrees", () => {
  const then: Moment = { wallMs: 1_000_000, boot: "one", upMs: 5000, rxTimeS: 1000 };
  const table: readonly (readonly [now: Partial<Moment>, ms: number | undefined])[] = [
    [{ upMs: 5001, wallMs: 0 }, 1],
    [{ upMs: 4999 }, 0],
    [{ boot: "two", upMs: 0, wallMs: 1_000_000, rxTimeS: 1000 }, 0],
    [{ boot: "two", upMs: 0, wallMs: 999_999 }, undefined],
    [{ boot: "two", upMs: 0, wallMs: 1_060_000, rxTimeS: 1060 }, 60_000],
    [{ boot: "two", upMs: 0, wallMs: 1_660_000, rxTimeS: 1060 }, 660_000],
    [{ boot: "two", upMs: 0, wallMs: 1_660_001, rxTimeS: 1060 }, undefined],
    [{ boot: "two", upMs: 0, wallMs: 1_660_001, rxTimeS: 0 }, 660_001],
    [{ boot: "two", upMs: 0, wallMs: 1_000_000, rxTimeS: 1601 }, undefined],
  ];
  for (const [now, ms] of table) assert.equal(elapsedMs(then, { ...then, ...now }), ms, JSON.stringify(now));
  assert.equal(elapsedMs({ ...then, rxTimeS: 0 }, { ...then, boot: "two", wallMs: 9_000_000, rxTimeS: 2000 }), 8_000_000);
});

Deno.test({
  name: "systemBoot() is a start of its own for each process where the system does not tell",
  permissions: { env: ["BOOT_ID"], sys: false },
  async fn() {
    const clock = createFakeClock();
    await clock.tick(1_000_000);
    const boot = systemBoot(clock, ID);
    assert.equal(boot.upMs(), 0);
    await clock.tick(12_345);
    assert.equal(boot.upMs(), 12_345);
    assert.notEqual(systemBoot(clock).id, boot.id);
    assert.notEqual(boot.id, ID);
  },
});

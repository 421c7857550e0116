import assert from "node:assert/strict";
import { systemClock } from "../../../src/clock.ts";
import { ServiceError } from "../../../src/errors.ts";
import { createEsphome } from "../../../src/services/esphome/esphome.ts";
import { type BadKind, startBadServer } from "../../support/bad_server.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { calm, stationConfig } from "../../support/station.ts";

// The device's answer to every request, also to those for a single sensor.
const KINDS: readonly BadKind[] = [
  "ok",
  "status401",
  "status404",
  "status500",
  "huge",
  "hugeTold",
  "bomb",
  "closeAtOnce",
  "closeHalf",
  "lessThanTold",
  "redirectLoop",
  "redirectElsewhere",
  "redirectFile",
  "redirectNowhere",
  "garbage",
  "garbageBody",
  "prose",
  "empty",
];

for (const kind of KINDS) {
  Deno.test(`Esphome.read() ends with a ServiceError, without a storm of requests, on a server that answers ${kind}`, async () => {
    await using server = await startBadServer();
    await using station = createEsphome({ clock: systemClock, config: stationConfig({ url: server.url(kind) }) });
    await assert.rejects(station.read(calm()), (error) => {
      assert(error instanceof ServiceError, String(error));
      assert.match(error.message, /ESPHome at 127\.0\.0\.1:\d+/);
      return true;
    });
    assert(server.requests.every(({ kind: asked }) => asked !== "trap"));
    // 8 entities in two forms, when each is answered with what cannot be read or is not there.
    assert(server.requests.length <= 16, String(server.requests.length));
    const asked = server.requests.length;
    await assert.rejects(station.read(calm()), ServiceError);
    assert.equal(server.requests.length, asked);
    const check = await station.check(calm());
    assert.deepEqual([check.ok, typeof check.wrong], [false, "string"]);
  });
}

for (const kind of ["hang", "hangBody", "endlessHead"] as const) {
  Deno.test(`Esphome.read() gives up after 3 s in all on a server that answers ${kind}`, async () => {
    const clock = createFakeClock();
    await using server = await startBadServer();
    await using station = createEsphome({ clock, config: stationConfig({ url: server.url(kind) }) });
    const slow = assert.rejects(station.read(calm()), ServiceError);
    await server.seen(1);
    await clock.tick(3000);
    await slow;
    assert.equal(server.requests.length, 1);
  });
}

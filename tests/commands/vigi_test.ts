import assert from "node:assert/strict";
import * as fc from "fast-check";
import { vigi } from "../../src/commands/vigi.ts";
import type { ServiceError } from "../../src/errors.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { type Answer, NoBulletinError } from "../../src/services/vigilance/bulletins.ts";
import { type Department, departmentOf } from "../../src/services/vigilance/departments.ts";
import { GREEN, standing } from "../../src/services/vigilance/standing.ts";
import { UnreadableError } from "../../src/services/vigilance/unreadable.ts";
import type { Vigilance } from "../../src/services/vigilance/vigilance.ts";
import { type ContextOptions, makeContext } from "../support/context.ts";

const NORD = departmentOf("59") ?? assert.fail("no Nord");

/** A service that answers as it is told, orange wind by default. */
function vigilanceThat(ask: (department: Department, signal: AbortSignal) => Promise<Answer> = orangeWind): Vigilance {
  return {
    name: "vigilance",
    department: NORD,
    health: { state: "idle", goodAtWallMs: undefined },
    ask,
    check: () => Promise.reject(new Error("this test checks nothing")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function orangeWind(department: Department): Promise<Answer> {
  const today = standing("orange", ["wind", "thunderstorms"]);
  const reading = { department, way: "page", today, tomorrow: standing("yellow", ["thunderstorms"]), issued: "16:02" } as const;
  return Promise.resolve({ reading, ageMs: 0, failures: [] });
}

function fails(...errors: ServiceError[]): Vigilance {
  const ways = ["page", "meteoalarm"] as const;
  return vigilanceThat(() => Promise.reject(new NoBulletinError(errors.map((error, i) => ({ way: ways[i] ?? "page", error })))));
}

async function answer(vigilance: Vigilance | undefined, options: ContextOptions = {}): Promise<string> {
  const text = await vigi.run(makeContext({ services: { vigilance }, ...options }));
  assert(typeof text === "string");
  return text;
}

Deno.test("vigi tells of the configured department", async () => {
  assert.equal(
    await answer(vigilanceThat()),
    "🟠 Vigilance 59 Nord: orange\nWind, thunderstorms\nTomorrow: yellow, thunderstorms\nissued 16:02",
  );
  assert.equal(
    await answer(vigilanceThat(), { language: "fr" }),
    "🟠 Vigilance 59 Nord: orange\nVent violent, orages\nDemain: jaune, orages\ndiffusé à 16:02",
  );
});

Deno.test("vigi tells of another department, by number or name", async () => {
  for (const args of ["38", "isere", "Isère"]) assert.match(await answer(vigilanceThat(), { args }), /^🟠 Vigilance 38 Isère: orange\n/);
  assert.match(await answer(vigilanceThat(), { args: "2a" }), /^🟠 Vigilance 2A Corse-du-Sud: /);
  assert.match(await answer(vigilanceThat(), { args: "974" }), /^🟠 Vigilance 974 La Réunion: /);
});

Deno.test("vigi asks nobody about a department that does not exist", async () => {
  const nobody = vigilanceThat(() => assert.fail("it was asked"));
  assert.equal(await answer(nobody, { args: "20" }), '⚠️ No department "20". Example: /vigi 59');
  assert.equal(
    await answer(nobody, { args: "Lyon", language: "fr", config: { MESHBOT_COMMANDS_PREFIX: "!" } }),
    "⚠️ Pas de département « Lyon ». Exemple: !vigi 59",
  );
  assert.equal(await answer(nobody, { args: "\u202e\u0000\n" }), '⚠️ No department "?". Example: /vigi 59');
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 240 }), async (args) => {
    const text = await answer(vigilanceThat(), { args: args.trim() });
    assert(textLengthBytes(text) <= 200, text);
    assert.doesNotMatch(text, /(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Cs}/u);
  }));
});

Deno.test("vigi is off without the service, for every department", async () => {
  assert.equal(await answer(undefined), "⚠️ vigilance is off.");
  assert.equal(await answer(undefined, { args: "38", language: "fr" }), "⚠️ vigilance désactivée.");
});

Deno.test("vigi says that it does not know, and why", async () => {
  const vigilance = fails(new UnreadableError("x", "date", "2026-06-01"), new UnreadableError("x", "json"));
  assert.equal(await answer(vigilance), "⚠️ Vigilance 59 Nord: unknown\nPage: dated 2026-06-01\nMeteoAlarm: no JSON");
  assert.equal(
    await answer(vigilance, { language: "fr", args: "38" }),
    "⚠️ Vigilance 38 Isère: inconnue\nPage: datée du 2026-06-01\nMeteoAlarm: pas de JSON",
  );
});

Deno.test("vigi says how old its answer is when there is none newer", async () => {
  const failures = [{ way: "page", error: new UnreadableError("x", "headings") }] as const;
  const vigilance = vigilanceThat(async (department) => ({ ...await orangeWind(department), ageMs: 7_200_000, failures }));
  assert.match(await answer(vigilance), /\n⚠️ read 2h ago: page: no dated headings of two days$/);
});

Deno.test("vigi stays within the bytes of the configuration where the shortest form allows it", async () => {
  for (const bytes of [60, 80, 100, 150]) {
    const text = await answer(vigilanceThat(), { config: { MESHBOT_MESH_MESSAGE_BYTES: String(bytes) } });
    assert(textLengthBytes(text) <= bytes, text);
    const green = vigilanceThat((department) =>
      Promise.resolve({
        reading: { department, way: "page", today: GREEN, tomorrow: undefined, issued: undefined },
        ageMs: 0,
        failures: [],
      })
    );
    assert.equal(await answer(green), "🟢 Vigilance 59 Nord: green\nTomorrow: unknown");
  }
});

Deno.test("vigi passes the deadline on, and leaves other faults to the router", async () => {
  const abort = AbortSignal.abort(new Error("too late"));
  const patient = vigilanceThat((_, signal) => Promise.reject(signal.reason));
  await assert.rejects(answer(patient, { signal: abort }), /too late/);
  await assert.rejects(answer(vigilanceThat(() => Promise.reject(new TypeError("a fault")))), TypeError);
});

import assert from "node:assert/strict";
import type { Condition } from "../../../src/condition.ts";
import { type Language, sentences } from "../../../src/i18n/mod.ts";
import { textLengthBytes } from "../../../src/mesh/text.ts";
import type { Reading, Way } from "../../../src/services/vigilance/bulletin.ts";
import { departmentOf } from "../../../src/services/vigilance/departments.ts";
import { type Colour, GREEN, type Standing, standing } from "../../../src/services/vigilance/standing.ts";
import { createWatch } from "../../../src/services/vigilance/watch.ts";
import { createFakeClock } from "../../support/fake_clock.ts";

function watched(alertFrom: Colour = "orange", language: Language = "en") {
  const clock = createFakeClock();
  const conditions: Condition[] = [];
  const watch = createWatch({ clock, alertFrom, say: sentences(language), report: (condition) => conditions.push(condition) });
  const department = departmentOf("59");
  assert(department);
  return {
    clock,
    conditions,
    see(today: Standing, way: Way = "page"): Condition | undefined {
      const reading: Reading = { department, way, today, tomorrow: GREEN, issued: "16:02" };
      const before = conditions.length;
      watch(reading);
      return conditions.length > before ? conditions.at(-1) : undefined;
    },
  };
}

Deno.test("createWatch() reports every colour reached and every phenomenon that reaches alert_from", () => {
  const mixed: Standing = { colour: "red", phenomena: new Map([["wind", "orange"], ["floods", "red"], ["snow", "yellow"]]) };
  assert.deepEqual(watched("orange").see(mixed)?.facts, ["orange", "red", "floods", "wind"]);
  assert.deepEqual(watched("yellow").see(mixed)?.facts, ["yellow", "orange", "red", "floods", "snow", "wind"]);
  assert.deepEqual(watched("red").see(mixed)?.facts, ["red", "floods"]);
  assert.deepEqual(watched("orange").see(standing("orange", []))?.facts, ["orange"]);
  assert.deepEqual(watched("orange").see(standing("yellow", ["wind"]))?.facts, []);
  assert.deepEqual(watched("yellow").see(GREEN)?.facts, []);
});

Deno.test("createWatch() names the department in the key, and only red is urgent", () => {
  const { see } = watched();
  assert.deepEqual([see(standing("orange", ["wind"]))?.urgent, see(standing("red", ["wind"]))?.urgent, see(GREEN)?.urgent], [
    false,
    true,
    false,
  ]);
  assert.equal(see(GREEN)?.key, "vigilance 59");
});

Deno.test("createWatch() writes what holds, and what it went back to", () => {
  const { see } = watched();
  assert.equal(
    see(standing("orange", ["wind"]))?.text,
    "🟠 Vigilance 59 Nord: orange\nWind\nTomorrow: green\nissued 16:02",
  );
  assert.equal(see(standing("yellow", ["wind"]))?.text, "🟡 Vigilance 59: back to yellow");
  const texts = [GREEN, standing("yellow", []), standing("orange", [])].map((today) => watched("red", "fr").see(today)?.text);
  assert.deepEqual(texts, ["🟢 Vigilance 59: retour au vert", "🟡 Vigilance 59: retour au jaune", "🟠 Vigilance 59: retour à l'orange"]);
  for (const text of texts) assert(textLengthBytes(text ?? "") <= 200);
});

Deno.test("createWatch() does not let MeteoAlarm take back for 3 hours what Météo-France said", async () => {
  const { see, clock, conditions } = watched();
  see(standing("orange", ["wind", "snow"]));
  assert.equal(see(GREEN, "meteoalarm"), undefined);
  assert.equal(see(standing("orange", ["wind"]), "meteoalarm"), undefined);
  assert.deepEqual(see({ colour: "red", phenomena: new Map([["wind", "red"], ["snow", "orange"]]) }, "meteoalarm")?.facts, [
    "orange",
    "red",
    "snow",
    "wind",
  ]);
  await clock.tick(3 * 3_600_000);
  assert.deepEqual(see(GREEN, "meteoalarm")?.facts, []);
  see(standing("orange", ["wind"]), "api");
  assert.deepEqual(see(GREEN)?.facts, []);
  assert.deepEqual(see(standing("orange", ["cold"]), "meteoalarm")?.facts, ["orange", "cold"]);
  assert.equal(conditions.length, 6);
});

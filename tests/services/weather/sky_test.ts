import assert from "node:assert/strict";
import { skyOfWmo, skyOfWwo, worstSky } from "../../../src/services/weather/sky.ts";

// deno-fmt-ignore -- the documented codes, in their order
const WWO = [
  113, 116, 119, 122, 143, 176, 179, 182, 185, 200, 227, 230, 248, 260, 263, 266, 281, 284, 293, 296, 299, 302, 305, 308, 311, 314, 317, 320,
  323, 326, 329, 332, 335, 338, 350, 353, 356, 359, 362, 365, 368, 371, 374, 377, 386, 389, 392, 395,
];
// deno-fmt-ignore -- the documented codes, in their order
const WMO = [0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 71, 73, 75, 77, 80, 81, 82, 85, 86, 95, 96, 99];

Deno.test("skyOfWwo() knows the 48 codes of wttr.in", () => {
  assert.equal(WWO.length, 48);
  assert.deepEqual(WWO.filter((code) => skyOfWwo(code) === "unknown"), []);
  assert.deepEqual([113, 116, 122, 248, 296, 308, 338, 389].map(skyOfWwo), [
    "clear",
    "partlyCloudy",
    "overcast",
    "fog",
    "rain",
    "heavyRain",
    "heavySnow",
    "storm",
  ]);
});

Deno.test("skyOfWmo() knows the codes of Open-Meteo", () => {
  assert.deepEqual(WMO.filter((code) => skyOfWmo(code) === "unknown"), []);
  assert.deepEqual([0, 1, 3, 45, 53, 67, 75, 95].map(skyOfWmo), [
    "clear",
    "fair",
    "overcast",
    "fog",
    "drizzle",
    "freezingRain",
    "heavySnow",
    "storm",
  ]);
});

Deno.test("skyOfWwo() and skyOfWmo() do not guess", () => {
  for (const code of [undefined, -1, 4, 114, 999, NaN]) assert.deepEqual([skyOfWwo(code), skyOfWmo(code)], ["unknown", "unknown"]);
});

Deno.test("worstSky() is the most severe of a day", () => {
  assert.equal(worstSky(["clear", "storm", "rain"]), "storm");
  assert.equal(worstSky(["unknown", "clear"]), "clear");
  assert.equal(worstSky([]), "unknown");
});

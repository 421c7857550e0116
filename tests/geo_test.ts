import assert from "node:assert/strict";
import { bearingDeg, compassPoint, distanceM, formatPlace, isApproximate } from "../src/geo.ts";

const PARIS = { latitude: 48.8566, longitude: 2.3522 };
const LONDON = { latitude: 51.5074, longitude: -0.1278 };
const SYDNEY = { latitude: -33.8688, longitude: 151.2093 };

function near(actual: number, expected: number, tolerance: number): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} within ${tolerance}`);
}

Deno.test("distanceM() measures along the great circle", () => {
  near(distanceM(PARIS, LONDON), 343_500, 500);
  near(distanceM(LONDON, SYDNEY), 16_994_000, 5000);
  assert.equal(distanceM(PARIS, PARIS), 0);
});

Deno.test("distanceM() holds at the poles, the antipodes and the 180th meridian", () => {
  const halfWay = Math.PI * 6_371_000;
  near(distanceM({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 }), halfWay, 1);
  near(distanceM({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }), halfWay, 1);
  near(distanceM({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 }), 111_195, 1);
});

Deno.test("bearingDeg() points where to go", () => {
  near(bearingDeg(PARIS, LONDON), 330, 1);
  near(bearingDeg(LONDON, PARIS), 148, 1);
  assert.equal(bearingDeg({ latitude: 0, longitude: 0 }, { latitude: 1, longitude: 0 }), 0);
  near(bearingDeg({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 }), 90, 0.001);
  near(bearingDeg({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: -1 }), 270, 0.001);
});

Deno.test("compassPoint() names the nearest of eight directions", () => {
  const rows = [[0, "N"], [22.4, "N"], [22.6, "NE"], [90, "E"], [135, "SE"], [180, "S"], [225, "SW"], [270, "W"], [315, "NW"], [
    337.6,
    "N",
  ]];
  for (const [degrees, point] of rows) assert.equal(compassPoint(degrees as number), point, String(degrees));
  assert.equal(compassPoint(-90), "W");
  assert.equal(compassPoint(360), "N");
});

Deno.test("formatPlace() rounds to 0.01 degrees and marks what is blurred", () => {
  assert.equal(formatPlace({ latitude: 48.83019, longitude: 2.3649 }), "48.83,2.36");
  assert.equal(formatPlace({ latitude: -33.8, longitude: 151.2093, precisionBits: 16 }), "-33.80,151.21");
  assert.equal(formatPlace({ latitude: -0.004, longitude: -0.001, precisionBits: 15 }), "~0.00,0.00");
});

Deno.test("isApproximate() counts the kept bits", () => {
  assert.equal(isApproximate(PARIS), false);
  assert.equal(isApproximate({ ...PARIS, precisionBits: 32 }), false);
  assert.equal(isApproximate({ ...PARIS, precisionBits: 16 }), false);
  assert.equal(isApproximate({ ...PARIS, precisionBits: 15 }), true);
});

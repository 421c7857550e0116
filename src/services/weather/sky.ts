/** What the sky does, in one vocabulary for all sources. */

/** From the mildest to the most severe; `unknown` is a code that nobody documented. */
export const SKIES = [
  "unknown",
  "clear",
  "fair",
  "partlyCloudy",
  "overcast",
  "fog",
  "drizzle",
  "rain",
  "heavyRain",
  "sleet",
  "freezingRain",
  "snow",
  "heavySnow",
  "storm",
] as const;

/** A word for the sky. */
export type Sky = (typeof SKIES)[number];

// The codes of World Weather Online, which wttr.in passes on.
const WWO_CODES: ReadonlyMap<number, Sky> = byCode({
  clear: [113],
  partlyCloudy: [116],
  overcast: [119, 122],
  fog: [143, 248, 260],
  drizzle: [176, 263, 266, 293, 353],
  rain: [296, 299, 302],
  heavyRain: [305, 308, 356, 359],
  sleet: [182, 317, 320, 350, 362, 365, 374, 377],
  freezingRain: [185, 281, 284, 311, 314],
  snow: [179, 227, 323, 326, 329, 332, 368],
  heavySnow: [230, 335, 338, 371],
  storm: [200, 386, 389, 392, 395],
});

// WMO table 4677 in the selection of Open-Meteo.
const WMO_CODES: ReadonlyMap<number, Sky> = byCode({
  clear: [0],
  fair: [1],
  partlyCloudy: [2],
  overcast: [3],
  fog: [45, 48],
  drizzle: [51, 53, 55, 80],
  rain: [61, 63, 81],
  heavyRain: [65, 82],
  freezingRain: [56, 57, 66, 67],
  snow: [71, 73, 77, 85],
  heavySnow: [75, 86],
  storm: [95, 96, 99],
});

/** The sky of a `weatherCode` of wttr.in. */
export function skyOfWwo(code: number | undefined): Sky {
  return WWO_CODES.get(code ?? -1) ?? "unknown";
}

/** The sky of a `weather_code` of Open-Meteo. */
export function skyOfWmo(code: number | undefined): Sky {
  return WMO_CODES.get(code ?? -1) ?? "unknown";
}

/** The one that a day is remembered for. */
export function worstSky(skies: readonly Sky[]): Sky {
  return SKIES[Math.max(0, ...skies.map((sky) => SKIES.indexOf(sky)))] ?? "unknown";
}

function byCode(codes: Partial<Record<Sky, readonly number[]>>): Map<number, Sky> {
  return new Map(Object.entries(codes).flatMap(([sky, list]) => list.map((code): [number, Sky] => [code, sky as Sky])));
}

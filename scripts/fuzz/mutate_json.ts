/** Mutations of a JSON text that leave it JSON. */
import type { Random } from "../../src/simulator/random.ts";
import { TELLING_TEXTS } from "./mutate_text.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const TELLING_NUMBERS = [0, -0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53, 91, -181, 1e21];
// As text: a parser takes them, and `JSON.stringify` would not write them.
const RAW = [
  "1e999",
  "-1e999",
  '{"__proto__":{"value":1}}',
  '"\\ud800"',
  '"\\u0000"',
  "[[[[[[[[[[]]]]]]]]]]",
  "-0",
  "1E+2",
  "12345678901234567890",
];
const RAW_MARK = "\u{f8ff}raw";

/** One to four values changed, added, removed or moved; undefined when the text is no JSON. */
export function mutateJson(text: string, random: Random): string | undefined {
  let root: Json;
  try {
    root = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  for (let turn = random.integer(1, 4); turn > 0; turn -= 1) root = mutateOne(root, random);
  return JSON.stringify(root)?.replace(/"\u{f8ff}raw(\d+)"/gu, (_, index: string) => RAW[Number(index) % RAW.length] ?? "null");
}

function mutateOne(root: Json, random: Random): Json {
  const places = placesIn(root);
  const place = places.length === 0 || random.chance(0.02) ? undefined : random.pick(places);
  if (place === undefined) return telling(random, root);
  const { holder, key } = place;
  const value = read(holder, key);
  switch (random.integer(0, 6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      write(holder, key, random.pick([[value], { value }, { [String(key)]: value }]));
      break;
    case 2: {
      const other = random.pick(places);
      write(holder, key, structuredClone(read(other.holder, other.key)));
      break;
    }
    case 3:
      if (Array.isArray(holder)) holder.push(...Array.from({ length: random.pick([1, 5, 300]) }, () => structuredClone(value)));
      else {write(
          holder,
          random.pick(["__proto__", "constructor", "length", "0", `${key} `, String(key).toUpperCase()]),
          structuredClone(value),
        );}
      break;
    case 4:
      if (typeof value === "number") write(holder, key, String(value));
      else if (typeof value === "string" && value !== "" && !Number.isNaN(Number(value))) write(holder, key, Number(value));
      else write(holder, key, telling(random, value));
      break;
    default:
      write(holder, key, telling(random, value));
  }
  return root;
}

function telling(random: Random, value: Json): Json {
  const choices: (() => Json)[] = [
    () => null,
    () => random.chance(0.5),
    () => random.pick(TELLING_NUMBERS),
    () => random.pick(TELLING_TEXTS),
    () => [],
    () => ({}),
    () => `${RAW_MARK}${random.integer(0, RAW.length - 1)}`,
  ];
  if (typeof value === "number") return random.pick([value + 1, -value, value * 1e6, value / 7, random.pick(choices)()]);
  if (typeof value === "string" && random.chance(0.5)) {
    const at = random.integer(0, value.length);
    return random.pick([
      value.slice(0, at),
      value.slice(at),
      value + value,
      value.slice(0, at) + random.pick(TELLING_TEXTS) + value.slice(at),
    ]);
  }
  return random.pick(choices)();
}

type Holder = Json[] | { [name: string]: Json };

function placesIn(root: Json): { readonly holder: Holder; readonly key: string | number }[] {
  const places: { readonly holder: Holder; readonly key: string | number }[] = [];
  const open: Json[] = [root];
  for (let value = open.pop(); value !== undefined && places.length < 5000; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const holder: Holder = value;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key: Array.isArray(holder) ? Number(key) : key });
      open.push(read(holder, key));
    }
  }
  return places;
}

function read(holder: Holder, key: string | number): Json {
  return (holder as Record<string | number, Json>)[key] ?? null;
}

function write(holder: Holder, key: string | number, value: Json): void {
  // A plain assignment to __proto__ would be none.
  Object.defineProperty(holder, key, { value, configurable: true, enumerable: true, writable: true });
}

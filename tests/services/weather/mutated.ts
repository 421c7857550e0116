/** Texts that nearly are what a parser expects. */
import fc from "fast-check";

const VALUES: readonly unknown[] = [null, "", "NaN", "1e999", -1, 1e300, 0, true, [], {}, "x".repeat(5000), "\u202e\u0000", "__proto__", [
  [],
], "-0"];

/** Any text, a text cut or damaged somewhere, and a JSON text in which values are replaced or left out. */
export function mutated(json: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: json.length - 1 });
  const paths = [...pathsOf(JSON.parse(json))];
  const edit = fc.record({
    path: fc.constantFrom(...paths),
    value: fc.option(fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue())),
    gone: fc.boolean(),
  });
  return fc.oneof(
    fc.string(),
    fc.json(),
    place.map((end) => json.slice(0, end)),
    fc.tuple(place, fc.string({ maxLength: 5 })).map(([at, text]) => json.slice(0, at) + text + json.slice(at + 1)),
    { weight: 4, arbitrary: fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => edits.reduce(applyEdit, json)) },
  );
}

type Path = readonly (string | number)[];

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

function applyEdit(json: string, { path, value, gone }: { readonly path: Path; readonly value: unknown; readonly gone: boolean }): string {
  const root = { top: JSON.parse(json) as unknown };
  let here = root as Record<string | number, unknown>;
  let key: string | number = "top";
  for (const part of path) {
    const next = here[key];
    if (typeof next !== "object" || next === null) return json;
    here = next as Record<string | number, unknown>;
    key = part;
  }
  if (gone && path.length > 0) delete here[key];
  else here[key] = value;
  return JSON.stringify(root.top);
}

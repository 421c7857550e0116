import assert from "node:assert/strict";
import fc from "fast-check";
import { placeText, pointPlace, readPlace, wttrName } from "../../../src/services/weather/place.ts";
import { forecastUrl, geocodingUrl } from "../../../src/services/weather/open_meteo.ts";
import { wttrUrl } from "../../../src/services/weather/wttr.ts";

const HOSTILE: readonly (readonly [text: string, name: string | undefined])[] = [
  ["../", undefined],
  ["..", undefined],
  [".", undefined],
  ["../../etc/passwd", "etc passwd"],
  ["..%2f..%2fetc", "2f.. 2fetc"],
  ["%2e%2e", "2e 2e"],
  ["@evil.test", "evil.test"],
  ["~", undefined],
  ["~Eiffel Tower", "Eiffel Tower"],
  ["~@:~evil", "evil"],
  [":help", "help"],
  ["-o /tmp/x", "o tmp x"],
  ["--config=/etc/x", "config etc x"],
  ["http://evil.test/x?y#z", "http evil.test x y z"],
  ["file:///etc/passwd", "file etc passwd"],
  ["\\\\evil.test\\x", "evil.test x"],
  ["Paris?format=j2&lang=xx#frag", "Paris format j2 lang xx frag"],
  ["Paris\r\nHost: evil.test", "Paris Host evil.test"],
  ["a\u0000b\u202ec\u200bd", "a b c d"],
  ["{a,b}[1-3]", "a,b 1-3"],
  ["\ud800", undefined],
  ["", undefined],
  ["   ", undefined],
  ["\u0301\u0301", undefined],
  ["x".repeat(61), undefined],
  ["é".repeat(200), undefined],
  ["__proto__", "proto"],
];

for (const [text, name] of HOSTILE) {
  Deno.test(`readPlace() makes ${JSON.stringify(text.slice(0, 30))} ${name === undefined ? "no place" : JSON.stringify(name)}`, () => {
    assert.deepEqual(readPlace(text), name === undefined ? undefined : { kind: "name", name });
  });
}

Deno.test("readPlace() keeps the names of places", () => {
  for (
    const name of [
      "Paris",
      "Paris, France",
      "Saint-Étienne",
      "L'Haÿ-les-Roses",
      "St. Malo",
      "東京",
      "Москва",
      "القاهرة",
      "75001",
      "Évry (91)",
    ]
  ) {
    assert.deepEqual(readPlace(` ${name} `), { kind: "name", name });
  }
  assert.deepEqual(readPlace("E\u0301vry"), { kind: "name", name: "Évry" });
});

Deno.test("readPlace() rounds coordinates to two decimals", () => {
  assert.deepEqual(readPlace("48.82517, 2.36219"), { kind: "point", latitude: 48.83, longitude: 2.36 });
  assert.deepEqual(readPlace("-33.865 151.209"), { kind: "point", latitude: -33.86, longitude: 151.21 });
  assert.equal(readPlace("91.5,2"), undefined);
  assert.equal(readPlace("48,181"), undefined);
});

Deno.test("pointPlace() never tells more than a kilometre", () => {
  assert.deepEqual(pointPlace({ latitude: 48.8252, longitude: -0.001 }), { kind: "point", latitude: 48.83, longitude: 0 });
  const place = pointPlace({ latitude: 48.82523456, longitude: -2.36223456 });
  assert(place !== undefined);
  assert.equal(placeText(place), "48.83,-2.36");
  assert.equal(wttrUrl("https://wttr.test", place).href, "https://wttr.test/48.83%2C-2.36?format=j1");
  assert.equal(pointPlace({ latitude: NaN, longitude: 2 }), undefined);
});

Deno.test("wttrName() asks for towns of three letters, and for airports in capitals", () => {
  const name = (text: string) => wttrName(readPlace(text) ?? assert.fail(text));
  assert.deepEqual(["Pau", "gap", "CDG", "Lyon"].map(name), ["~Pau", "~gap", "CDG", "Lyon"]);
});

Deno.test("wttrUrl() appends one segment to the base and keeps the rest of it", () => {
  const url = (base: string, text: string) => wttrUrl(base, readPlace(text) ?? assert.fail(text)).href;
  assert.equal(url("https://wttr.test", "Paris, France"), "https://wttr.test/Paris%2C%20France?format=j1");
  assert.equal(url("http://10.0.0.2:8080/mirror/", "Évry"), "http://10.0.0.2:8080/mirror/%C3%89vry?format=j1");
});

Deno.test("a place from the mesh reaches no other host, path, query or scheme, whatever it is", () => {
  const pieces = fc.constantFrom(
    "..",
    "/",
    "\\",
    "@",
    ":",
    "~",
    "?",
    "#",
    "%",
    "%2e",
    "%2f",
    "&",
    "=",
    "-o",
    "//",
    "evil.test",
    " ",
    "é",
    "\n",
    "a",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 250 }),
    fc.array(pieces, { maxLength: 20 }).map((list) => list.join("")),
    fc.constantFrom(...HOSTILE.map(([text]) => text)),
  );
  fc.assert(fc.property(texts, (text) => {
    const place = readPlace(text);
    if (place === undefined) return;
    const wttr = wttrUrl("https://wttr.test:444/base", place);
    assert.equal(wttr.origin, "https://wttr.test:444");
    assert.match(wttr.pathname, /^\/base\/[^/\\]+$/);
    assert.match(decodeURIComponent(wttr.pathname.slice("/base/".length)), /^(~?[\p{L}\p{N}]|-?\d)[^@:/?#\\%]*$/u);
    assert.equal(wttr.search, "?format=j1");
    assert.equal(wttr.hash, "");
    const search = geocodingUrl("https://geo.test/v1/search", { name: placeText(place), language: "fr" });
    assert.equal(search.origin + search.pathname, "https://geo.test/v1/search");
    assert.deepEqual([...search.searchParams], [["name", placeText(place)], ["count", "1"], ["language", "fr"]]);
  }));
});

Deno.test("forecastUrl() asks for two decimals and what is read", () => {
  const url = forecastUrl("https://api.test/v1/forecast", { latitude: 48.85341, longitude: -0.001 });
  assert.equal(url.origin + url.pathname, "https://api.test/v1/forecast");
  assert.equal(url.searchParams.get("latitude"), "48.85");
  assert.equal(url.searchParams.get("timezone"), "auto");
  assert.match(url.search, /&current=temperature_2m,relative_humidity_2m,precipitation,weather_code,wind_speed_10m&hourly=/);
  assert.match(url.search, /&forecast_days=3$/);
});

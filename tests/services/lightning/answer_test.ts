import assert from "node:assert/strict";
import type { CompassPoint } from "../../../src/geo.ts";
import { sentences } from "../../../src/i18n/mod.ts";
import { textLengthBytes } from "../../../src/mesh/text.ts";
import { answerText, endText, type Standing } from "../../../src/services/lightning/answer.ts";
import type { Picture } from "../../../src/services/lightning/picture.ts";

const NOW_MS = 1_000_000_000;

function picture(count: number, rest: Partial<Picture> = {}): Picture {
  return { count, nearest: undefined, trend: undefined, ...rest };
}

function nearest(distanceM: number, ageMs: number, direction: CompassPoint = "NE"): Picture["nearest"] {
  return { distanceM, direction, atMs: NOW_MS - ageMs };
}

function text(standing: Standing, language: "en" | "fr" = "en", windowMin = 15): string {
  return answerText(standing, { say: sentences(language), nowMs: NOW_MS, windowMin });
}

function listening(of: Picture, listenedMs?: number): Standing {
  return { kind: "listening", picture: of, listenedMs };
}

Deno.test("answerText() says the count first, then the nearest, its age and the trend", () => {
  const storm = listening(picture(3, { nearest: nearest(8349, 45_000), trend: "approaching" }));
  assert.equal(text(storm), "⚡ 3 strikes (15min)\nnearest: 8.3km NE, 45s ago\napproaching");
  assert.equal(text(storm, "fr"), "⚡ 3 éclairs (15min)\n+ proche: 8.3km NE, il y a 45s\nse rapproche");
  const away = listening(picture(12, { nearest: nearest(20_000, 125_000, "W"), trend: "leaving" }));
  assert.equal(text(away), "⚡ 12 strikes (15min)\nnearest: 20.0km W, 2m ago\nleaving");
  assert.equal(text(away, "fr"), "⚡ 12 éclairs (15min)\n+ proche: 20.0km O, il y a 2m\ns'éloigne");
});

Deno.test("answerText() knows the singular", () => {
  assert.equal(text(listening(picture(0))), "⚡ 0 strikes (15min)");
  assert.equal(text(listening(picture(1))), "⚡ 1 strike (15min)");
  assert.equal(text(listening(picture(0)), "fr"), "⚡ 0 éclair (15min)");
  assert.equal(text(listening(picture(1)), "fr"), "⚡ 1 éclair (15min)");
  assert.equal(text(listening(picture(2)), "fr", 30), "⚡ 2 éclairs (30min)");
});

Deno.test("answerText() names no direction for what is overhead", () => {
  assert.equal(text(listening(picture(1, { nearest: nearest(20, 0) }))), "⚡ 1 strike (15min)\nnearest: 0.0km, 0s ago");
});

Deno.test("answerText() says when it has not listened for the whole window", () => {
  assert.equal(text(listening(picture(0), 130_000)), "⚡ 0 strikes (15min)\nlistening for 2m");
  assert.equal(text(listening(picture(0), 130_000), "fr"), "⚡ 0 éclair (15min)\nà l'écoute depuis 2m");
});

Deno.test("answerText() says since when there is no data, and what was known", () => {
  const lost: Standing = { kind: "away", sinceMs: NOW_MS - 300_000, before: picture(3, { nearest: nearest(8349, 345_000) }) };
  assert.equal(text(lost), "⚡ no data since 5m ago\nbefore: 3 strikes (15min)\nnearest: 8.3km NE, 5m ago");
  assert.equal(text(lost, "fr"), "⚡ pas de données depuis 5m\navant: 3 éclairs (15min)\n+ proche: 8.3km NE, il y a 5m");
});

Deno.test("answerText() says why there is nothing to say", () => {
  assert.equal(text({ kind: "notConnected" }), "⚡ not connected yet");
  assert.equal(text({ kind: "noPlace" }), "⚡ I do not know where I am.");
  assert.equal(text({ kind: "late", latenessMs: 7_300_000 }), "⚡ no fresh data: it comes 2h late");
});

Deno.test("answerText() and endText() fit into one message at their longest", () => {
  const longest = picture(99_999_999, { nearest: nearest(314_900, 119 * 60_000, "NW"), trend: "approaching" });
  const all: Standing[] = [
    listening(longest, 119 * 60_000),
    { kind: "away", sinceMs: NOW_MS - 9999 * 86_400_000, before: longest },
    { kind: "late", latenessMs: 99_999 * 86_400_000 },
    { kind: "notConnected" },
    { kind: "noPlace" },
  ];
  for (const language of ["en", "fr"] as const) {
    for (const standing of all) assert(textLengthBytes(text(standing, language, 120)) <= 200, text(standing, language, 120));
    const end = endText(123.456, { say: sentences(language), nowMs: NOW_MS, windowMin: 120 });
    assert(textLengthBytes(end) <= 200, end);
  }
  assert.equal(
    endText(50, { say: sentences("en"), nowMs: NOW_MS, windowMin: 15 }),
    "⚡ Lightning is over: none within 50km for 15min",
  );
});

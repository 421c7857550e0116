import assert from "node:assert/strict";
import type { Condition } from "../../src/condition.ts";
import { Standing } from "../../src/health/remote_standing.ts";
import type { VisitOutcome } from "../../src/health/remote_visit.ts";
import { type Language, sentences } from "../../src/i18n/mod.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";

const EVERY_MS = 600_000;

const FAILED: VisitOutcome = { kind: "failed", error: new Error("no answer") };
const KICKED: VisitOutcome = { kind: "kicked", heard: true, error: new Error("ended") };
const EMPTY_KICK: VisitOutcome = { kind: "kicked", heard: false, error: new Error("ended") };
const OWN: VisitOutcome = { kind: "own", error: new Error("ours") };

function reached(rebootCount = 1, uptimeS = 1e6): VisitOutcome {
  return { kind: "reached", signs: { nodeNum: 7, rebootCount, uptimeS }, tookMs: 420, neighbourhood: undefined };
}

/** Visits ten minutes apart: how the node stands after each, and what was reported. */
function follow(outcomes: VisitOutcome[], { language = "en" as Language, name = "roof" } = {}) {
  const reports: Condition[] = [];
  const standing = new Standing({ name, say: sentences(language), report: (condition) => void reports.push(condition) });
  const reaches = outcomes.map((outcome, index) => {
    const nowMs = (index + 1) * EVERY_MS;
    standing.take(outcome, { nowMs, wallMs: 1e12 + nowMs });
    const { reach } = standing;
    return reach.kind === "unreachable" ? `unreachable since ${reach.sinceMs / EVERY_MS}` : reach.kind;
  });
  for (const { text } of reports) assert(textLengthBytes(text) <= 200, text);
  return { reaches, said: reports.map(({ key, facts, text }) => `${key} [${facts.join()}] ${text}`), standing };
}

Deno.test("Standing.take() reports a node as gone after the second failure in a row, and how long it was away", () => {
  const { reaches, said, standing } = follow([reached(), FAILED, reached(), FAILED, FAILED, FAILED, reached()]);
  assert.deepEqual(reaches, [
    "reached",
    "unreachable since 2",
    "reached",
    "unreachable since 4",
    "unreachable since 4",
    "unreachable since 4",
    "reached",
  ]);
  assert.deepEqual(said, [
    "remote roof [] ✅ roof: can be reached",
    "remote roof [] ✅ roof: can be reached",
    "remote roof [gone] ❌ roof: gone for 10m",
    "remote roof [gone] ❌ roof: gone for 20m",
    "remote roof [] ✅ roof: back after 30m",
  ]);
  assert.deepEqual(standing.reach, { kind: "reached", atMs: 7 * EVERY_MS, tookMs: 420 });
});

Deno.test("Standing.take() does not take a kick for a failure", () => {
  assert.deepEqual(follow([KICKED, EMPTY_KICK, KICKED]), { ...follow([KICKED]), reaches: ["busy", "busy", "busy"] });
  assert.deepEqual(follow([reached(), KICKED]).reaches, ["reached", "reached"]);
  const between = follow([FAILED, KICKED, FAILED]);
  assert.deepEqual(between.reaches, ["unreachable since 1", "busy", "unreachable since 3"]);
  assert.deepEqual(between.said, []);
});

Deno.test("Standing.take() takes a node that never says a word before it ends the visit for one that fails", () => {
  const { reaches, said } = follow([EMPTY_KICK, EMPTY_KICK, EMPTY_KICK, EMPTY_KICK]);
  assert.deepEqual(reaches, ["busy", "busy", "unreachable since 3", "unreachable since 3"]);
  assert.deepEqual(said, ["remote roof [gone] ❌ roof: gone for 10m"]);
  assert.deepEqual(follow([FAILED, EMPTY_KICK, FAILED]).reaches, Array(3).fill("unreachable since 1"));
});

Deno.test("Standing.take() remembers through kicks since when a node has been gone", () => {
  const { reaches, said } = follow([FAILED, FAILED, KICKED, reached()]);
  assert.deepEqual(reaches.slice(2), ["busy", "reached"]);
  assert.deepEqual(said, ["remote roof [gone] ❌ roof: gone for 10m", "remote roof [] ✅ roof: back after 30m"]);
});

Deno.test("Standing.take() reports nothing of our own node", () => {
  const { reaches, said } = follow([OWN, OWN, FAILED]);
  assert.deepEqual(reaches, ["own", "own", "unreachable since 3"]);
  assert.deepEqual(said, []);
});

Deno.test("Standing.take() reports each restart once, as news of its own", () => {
  const { said, standing } = follow([reached(), reached(2, 120), reached(2, 720), reached(3, 5)]);
  assert.deepEqual(said.filter((line) => line.includes("restart")), [
    "remote roof restart [restart 2] 🔁 roof: restarted 2m ago",
    "remote roof restart [restart 3] 🔁 roof: restarted 5s ago",
  ]);
  assert.equal(standing.restartedAtMs, 4 * EVERY_MS - 5000);
});

Deno.test("Standing.take() speaks French, and fits the longest name into a message", () => {
  const { said } = follow([FAILED, FAILED, reached(), reached(2, 60)], { language: "fr" });
  assert.deepEqual(said, [
    "remote roof [gone] ❌ roof: disparu depuis 10m",
    "remote roof [] ✅ roof: de retour après 20m",
    "remote roof [] ✅ roof: joignable",
    "remote roof restart [restart 2] 🔁 roof: redémarré il y a 1m",
  ]);
  follow([FAILED, FAILED, reached(), reached(2, 60)], { language: "fr", name: "𐐀".repeat(20) });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { reportJson, reportLines } from "../../src/cli/check_report.ts";
import type { CheckReport } from "../../src/health/checks.ts";
import { bad, ok, warn } from "../../src/health/finding.ts";

const LONG = "It answers no heartbeat: on a quiet mesh the bot must ask for the whole configuration to see that the node is alive.";

const NODE: CheckReport = {
  name: "node",
  ok: false,
  tookMs: 12,
  understood: "!16fad3dc (BOT, Bot node)",
  wrong: "one setting keeps the bot from its work",
  details: { address: "192.0.2.7:4403", "connected in": "3 ms" },
  findings: [
    ok("The hop limit is 3."),
    warn("The firmware is old.", LONG, "Update it."),
    bad(
      "The region is not set.",
      "Nothing is sent.",
      "Choose the region where the node stands, and have a look at the rules that hold there, please.",
    ),
    ok("The clock is set."),
  ],
};

Deno.test("reportLines() aligns the details and the findings, the worst first, with consequence and cure where there is one", () => {
  assert.deepEqual(reportLines([NODE]), [
    "node: !16fad3dc (BOT, Bot node)",
    "  address       192.0.2.7:4403",
    "  connected in  3 ms",
    "",
    "  bad   The region is not set.",
    "        Nothing is sent.",
    "        Cure: Choose the region where the node stands, and have a look at the rules that hold there,",
    "              please.",
    "  warn  The firmware is old.",
    "        It answers no heartbeat: on a quiet mesh the bot must ask for the whole configuration to see",
    "        that the node is alive.",
    "        Cure: Update it.",
    "  ok    The hop limit is 3.",
    "  ok    The clock is set.",
    "",
    "  1 bad, 1 warn, 2 ok",
  ]);
});

Deno.test("reportLines() gives what has nothing to judge a line of one table: how it ended, how long, what came of it", () => {
  const report = { tookMs: 1, understood: undefined };
  assert.deepEqual(
    reportLines([{ ...report, name: "weather", ok: true, wrong: undefined }, { ...report, name: "node", ok: false, wrong: "refused" }]),
    ["weather  ok      0.0 s    ok", "node     failed  0.0 s    wrong: refused"],
  );
  assert.deepEqual(reportLines([]), []);
});

Deno.test("reportLines() keeps every line within 100 columns and loses no character but spaces", () => {
  const text = fc.oneof(
    fc.lorem({ maxCount: 60 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 250 }).map((t) => t.replace(/\s/g, "x")),
  );
  fc.assert(fc.property(text, text, text, text, (understood, what, consequence, cure) => {
    const lines = reportLines([{ ...NODE, understood, details: { label: understood }, findings: [warn(what, consequence, cure)] }]);
    for (const line of lines) assert.ok([...line].length <= 100, line);
    const letters = (value: string) => value.replaceAll(" ", "");
    const all = letters(`node: ${understood} label ${understood} warn ${what} ${consequence} Cure: ${cure} 0 bad, 1 warn, 0 ok`);
    assert.equal(letters(lines.join("")), all);
  }));
});

Deno.test("reportJson() is one line that says of each check what it found, and of all whether they are in order", () => {
  const fine: CheckReport = { name: "weather", ok: true, tookMs: 5, understood: "12 degrees", wrong: undefined };
  const line = reportJson([NODE, fine]);
  assert.doesNotMatch(line, /\n/);
  assert.deepEqual(JSON.parse(line), {
    ok: false,
    checks: [NODE, { name: "weather", ok: true, tookMs: 5, understood: "12 degrees" }],
  });
  assert.equal(JSON.parse(reportJson([fine])).ok, true);
});

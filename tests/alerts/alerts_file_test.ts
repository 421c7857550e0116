import assert from "node:assert/strict";
import fc from "fast-check";
import { keptAlerts, parseKeptAlerts } from "../../src/alerts/alerts_file.ts";
import { Mailbox } from "../../src/alerts/mailbox.ts";

Deno.test("parseKeptAlerts() reads what keptAlerts() gave", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom("channel:2", "!a1b2c3d4", "__proto__", "constructor"));
  const said = fc.uniqueArray(fc.tuple(name, fc.uniqueArray(fc.string(), { minLength: 1 })), { selector: ([key]) => key });
  const boxes = fc.uniqueArray(fc.tuple(name, fc.option(fc.integer(), { nil: undefined }), said), { selector: ([key]) => key });
  fc.assert(fc.property(boxes, fc.uniqueArray(fc.tuple(name, fc.integer()), { selector: ([key]) => key }), (boxes, held) => {
    const given = new Map(boxes.map(([name, sentAtWallMs, said]) => {
      const box = new Mailbox();
      box.sentAtWallMs = sentAtWallMs;
      for (const [key, facts] of said) box.said.set(key, facts);
      return [name, box];
    }));
    const kept = parseKeptAlerts(JSON.parse(JSON.stringify(keptAlerts(given, new Map(held)))));
    assert.deepEqual([...kept.heldAtWallMs].toSorted(), held.toSorted());
    assert.equal(kept.boxes.size, given.size);
    for (const [name, box] of given) {
      const found = kept.boxes.get(name);
      assert.equal(found?.sentAtWallMs, box.sentAtWallMs);
      assert.deepEqual(new Map(found?.said), box.said);
    }
  }));
});

Deno.test("parseKeptAlerts() throws at what keptAlerts() never gave", () => {
  const good = { heldAtWallMs: { vigilance: 5 }, boxes: { "channel:2": { sentAtWallMs: 5, said: { vigilance: ["orange"] } } } };
  assert.deepEqual(parseKeptAlerts(good).boxes.get("channel:2")?.said.get("vigilance"), ["orange"]);
  const wrong: unknown[] = [
    null,
    5,
    [],
    {},
    { ...good, heldAtWallMs: [] },
    { ...good, heldAtWallMs: { vigilance: "5" } },
    { ...good, boxes: null },
    { ...good, boxes: { a: [] } },
    { ...good, boxes: { a: {} } },
    { ...good, boxes: { a: { sentAtWallMs: "5", said: {} } } },
    { ...good, boxes: { a: { said: { vigilance: "orange" } } } },
    { ...good, boxes: { a: { said: { vigilance: [5] } } } },
    { ...good, boxes: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [index, { said: {} }])) },
  ];
  for (const value of wrong) assert.throws(() => parseKeptAlerts(value), Error, JSON.stringify(value)?.slice(0, 100));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.throws(() => parseKeptAlerts(value), Error);
  }));
});

import assert from "node:assert/strict";
import { svgChart, terminalChart } from "../../../scripts/soak/chart.ts";
import { countTimers } from "../../../scripts/soak/counted_clock.ts";
import { GATHERINGS, LargeMesh } from "../../../scripts/soak/large_mesh.ts";
import { type Sample, slopePerDay } from "../../../scripts/soak/sample.ts";
import { payloadsIn } from "../../../scripts/fuzz/mutator.ts";
import { decode } from "../../../src/link/codec.ts";
import { Random } from "../../../src/simulator/random.ts";
import { createFakeClock } from "../../support/fake_clock.ts";

const HOUR_MS = 3_600_000;

function samplesOf(heldAt: (day: number) => number, hours: number): Sample[] {
  return Array.from({ length: hours }, (_, hour) => {
    const heldBytes = heldAt((hour + 1) / 24);
    return { atMs: (hour + 1) * HOUR_MS, heldBytes, residentBytes: 1e8, databaseBytes: 0, descriptors: 42, timers: 2, nodes: 100 };
  });
}

Deno.test("slopePerDay() is the growth after the first day", () => {
  const samples = samplesOf((day) => day <= 1 ? 5e6 * day : 7e6 + 1000 * day, 72);
  assert.ok(Math.abs((slopePerDay(samples, "heldBytes") ?? 0) - 1000) < 1e-6);
  assert.equal(slopePerDay(samples, "residentBytes"), 0);
  assert.equal(slopePerDay(samples.slice(0, 30), "heldBytes"), undefined);
});

Deno.test("countTimers() counts what waits, however it ends", async () => {
  const clock = createFakeClock();
  const counted = countTimers(clock);
  const first = counted.after(10, () => {});
  counted.after(20, () => {});
  assert.equal(counted.waiting, 2);
  first.cancel();
  first.cancel();
  assert.equal(counted.waiting, 1);
  await clock.tick(30);
  first.cancel();
  assert.equal(counted.waiting, 0);
});

Deno.test("LargeMesh hears as many packets an hour as the gathering had, 42 % of them twice", () => {
  const mesh = new LargeMesh(new Random(1));
  for (const gathering of GATHERINGS) {
    const plan = mesh.hour(gathering);
    assert.equal(plan.length, gathering.packetsPerHour);
    const most = Math.max(...plan.map((atMs, index) => plan.slice(index).filter((other) => other - atMs < 1000).length));
    assert.ok(most >= gathering.burstPerSecond, `${most} in a second`);
  }
  const seen = new Set<string>();
  const nodes = new Set<number>();
  let doubled = 0;
  for (let count = 0; count < 20_000; count += 1) {
    const [payload] = payloadsIn(mesh.frame(GATHERINGS[1], 1000));
    const { payloadVariant } = decode("FromRadio", payload as Uint8Array);
    const packet = payloadVariant.case === "packet" ? payloadVariant.value : assert.fail("no packet");
    const key = `${packet.from} ${packet.id}`;
    if (seen.has(key)) doubled += 1;
    seen.add(key);
    nodes.add(packet.from);
  }
  assert.ok(Math.abs(doubled / 20_000 - 0.42) < 0.03, `${doubled} of 20000 are doubled`);
  assert.ok(nodes.size > 1500 && nodes.size <= 1831, `${nodes.size} nodes`);
});

Deno.test("terminalChart() and svgChart() show every figure", () => {
  const samples = samplesOf((day) => 1e7 + day * 1e6, 48);
  const lines = terminalChart(samples, 20).split("\n");
  assert.equal(lines.length, 6);
  assert.match(lines[0] ?? "", /^memory held +[▁-█]{20} {2}9\.58…11\.4 MiB$/);
  const svg = svgChart(samples, "a < b");
  assert.equal(svg.match(/<polyline/g)?.length, 6);
  assert.ok(svg.includes("a &lt; b") && svg.includes(">2 d<"));
  assert.ok(!svg.includes("NaN"));
});

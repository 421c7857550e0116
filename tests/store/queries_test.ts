import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { openHistory } from "../../src/store/history_file.ts";
import { DAY_MS, HOUR_MS, writeBatch } from "../../src/store/history_writer.ts";
import { QUERIES } from "../../src/store/queries/mod.ts";
import { partsOf } from "../../src/store/queries/span.ts";
import type { RowTable } from "../../src/store/batch.ts";
import type { Sqlite } from "../../src/store/sqlite.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { batchOf, heardPacket, OWN } from "./support.ts";

// The beginning of an hour, and of a day.
const HOUR_START_MS = Math.floor(createFakeClock().wallMs() / DAY_MS) * DAY_MS;

/** A history of these packets in memory, and of these rows. */
function history(packets: readonly (readonly [MeshPacket, number])[], rows: Partial<Record<RowTable, (string | number)[][]>> = {}): Sqlite {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  const batch = batchOf(packets);
  writeBatch(db, { ...batch, rows: { ...batch.rows, ...rows } });
  return db;
}

function position(from: number, atMs: number): readonly [MeshPacket, number] {
  return [heardPacket({ from, data: { portnum: PortNum.POSITION_APP, payload: new Uint8Array(0) } }), atMs];
}

Deno.test("QUERIES.hours() gives each hour its own start, from the first of the span to its last, empty ones too", () => {
  using db = history([
    position(1, HOUR_START_MS + 5),
    position(2, HOUR_START_MS + 2 * HOUR_MS),
    position(2, HOUR_START_MS + 2 * HOUR_MS + 1),
  ]);
  const { hours, packets, nodes, bytes } = QUERIES.hours(db, { fromMs: HOUR_START_MS, toMs: HOUR_START_MS + 3 * HOUR_MS });
  assert.deepEqual(hours.map(({ startMs, packets }) => [(startMs - HOUR_START_MS) / HOUR_MS, packets]), [[0, 1], [1, 0], [2, 2], [3, 0]]);
  assert.deepEqual([packets, nodes, bytes], [3, 2, hours.reduce((sum, hour) => sum + hour.bytes, 0)]);
  assert.ok(bytes > 0);
  const other = QUERIES.hours(db, { fromMs: HOUR_START_MS, toMs: HOUR_START_MS + HOUR_MS, portnums: [PortNum.TEXT_MESSAGE_APP] });
  assert.deepEqual([other.packets, other.nodes, other.hours.length], [0, 0, 2]);
});

Deno.test("partsOf() cuts a span into packets, whole hours and whole days", () => {
  const day = HOUR_START_MS / DAY_MS;
  const hour = HOUR_START_MS / HOUR_MS;
  assert.deepEqual(partsOf({ fromMs: HOUR_START_MS, toMs: HOUR_START_MS }), {
    packetsFromUs: HOUR_START_MS * 1000,
    packetsBeforeUs: HOUR_START_MS * 1000,
    hourFrom: hour,
    hourBefore: hour,
    dayFrom: day,
    dayBefore: day + 1,
  });
  assert.deepEqual(partsOf({ fromMs: HOUR_START_MS + 0.5, toMs: HOUR_START_MS + 5 * HOUR_MS }), {
    packetsFromUs: (HOUR_START_MS + 1) * 1000,
    packetsBeforeUs: (HOUR_START_MS + HOUR_MS) * 1000,
    hourFrom: hour + 1,
    hourBefore: hour + 6,
    dayFrom: day + 1,
    dayBefore: day + 1,
  });
  const long = partsOf({ fromMs: HOUR_START_MS - 3 * DAY_MS + 1, toMs: HOUR_START_MS + 90_000 });
  assert.deepEqual([long.hourFrom - hour, long.hourBefore - hour, long.dayFrom - day, long.dayBefore - day], [-71, -48, -2, 1]);
});

Deno.test("QUERIES.links() ends with the last microsecond of its span, and puts equal links in the order of their nodes", () => {
  const at = (node: number, neighbour: number, us: number, snr = 4) => [HOUR_START_MS * 1000 + us, neighbour, node, snr, 1];
  using db = history([], {
    neighbours: [at(5, 9, -1000), at(5, 8, 998), at(5, 7, 999), at(5, 6, 1000), at(4, 7, 0), at(4, 3, 0, 5), at(5, 2, -1001)],
  });
  const links = QUERIES.links(db, { fromMs: HOUR_START_MS - 1, toMs: HOUR_START_MS, sources: ["report"] });
  assert.deepEqual(links.map(({ heard, hearer }) => [heard, hearer]), [[3, 4], [7, 4], [7, 5], [8, 5], [9, 5]]);
  const limited = QUERIES.links(db, { fromMs: HOUR_START_MS - 1, toMs: HOUR_START_MS, sources: ["report"], count: 2 });
  assert.deepEqual(limited.map(({ heard, hearer }) => [heard, hearer]), [[3, 4], [7, 4]]);
});

Deno.test("QUERIES.links() gives how often, how well and when a link was seen, from sums and packets alike", () => {
  const heard = (rxSnr: number, rxRssi: number, atMs: number) => [heardPacket({ from: 5, rxSnr, rxRssi }), atMs] as const;
  const atMs = HOUR_START_MS + 10 * 60_000;
  using db = history([heard(2, -100, atMs), heard(6, -95, atMs + 1), heard(1, -80, atMs + HOUR_MS)]);
  const toMs = atMs + HOUR_MS + 60_000;
  const [link, ...others] = QUERIES.links(db, { fromMs: atMs + 1, toMs });
  assert.deepEqual([link === undefined ? undefined : { ...link, lastMs: Math.floor(link.lastMs) }, others], [
    { heard: 5, hearer: OWN, source: "direct", times: 2, snrMax: 6, snrMean: 3.5, rssiMax: -80, lastMs: toMs },
    [],
  ]);
  const [report] = QUERIES.links(history([], { neighbours: [[atMs * 1000, 7, 6, 2.5, 1], [atMs * 1000 + 5000, 7, 6, 3.5, 1]] }), {
    fromMs: atMs,
    toMs,
  });
  assert.deepEqual(report, {
    heard: 7,
    hearer: 6,
    source: "report",
    times: 2,
    snrMax: 3.5,
    snrMean: 3,
    rssiMax: undefined,
    lastMs: atMs + 5,
  });
});

Deno.test("QUERIES.readings() gives each value, or the means of equal parts", () => {
  const reading = (ms: number, value: number, kind = "volts") => [kind, HOUR_START_MS + ms, value];
  using db = history([], {
    service_history: [
      reading(0, 1),
      reading(1, 3),
      reading(50, 5),
      reading(99, 7),
      reading(100, 9),
      reading(101, 11),
      reading(5, 99, "other"),
    ],
  });
  const span = { fromMs: HOUR_START_MS, toMs: HOUR_START_MS + 100, kind: "volts" };
  const values = (count?: number) =>
    QUERIES.readings(db, { ...span, ...(count === undefined ? {} : { count }) }).map(({ atMs, value }) => [atMs - HOUR_START_MS, value]);
  const all = [[0, 1], [1, 3], [50, 5], [99, 7], [100, 9]];
  assert.deepEqual([values(), values(0), values(0.5)], [all, all, all]);
  assert.deepEqual(values(1), [[50, 5]]);
  assert.deepEqual(values(2), [[0, 2], [83, 7]]);
  assert.deepEqual(values(2.9), [[0, 2], [83, 7]]);
  const moment = { ...span, toMs: span.fromMs, count: 3 };
  assert.deepEqual(QUERIES.readings(db, moment).map(({ value }) => value), [1]);
});

Deno.test("QUERIES.linkEvents() gives the newest last, of its span alone", () => {
  const event = (ms: number, kind: string) => [HOUR_START_MS + ms, kind, `at ${ms}`];
  using db = history([], {
    link_events: [event(-1, "early"), event(0, "ready"), event(50, "lost"), event(100, "ready"), event(101, "late")],
  });
  const kinds = (count: number) =>
    QUERIES.linkEvents(db, { fromMs: HOUR_START_MS, toMs: HOUR_START_MS + 100, count }).map((
      { atMs, kind, detail },
    ) => [atMs - HOUR_START_MS, kind, detail]);
  assert.deepEqual(kinds(9).map(([ms]) => ms).sort((a, b) => Number(a) - Number(b)), [0, 50, 100]);
  assert.equal(kinds(2).length, 2);
  assert.ok(kinds(2).every(([ms]) => ms !== 0));
});

Deno.test("QUERIES.texts() takes both ends of its span, to the microsecond", () => {
  const text = (us: number, words: string) => [HOUR_START_MS * 1000 + us, 5, BROADCAST_NUM, 1, 0, 0, 1, 1, 0, words];
  using db = history([], { texts: [text(-1, "before"), text(0, "first"), text(1999, "last"), text(2000, "behind")] });
  const { total, texts } = QUERIES.texts(db, { fromMs: HOUR_START_MS, toMs: HOUR_START_MS + 1, channels: [0], count: 9 });
  assert.deepEqual([total, texts.map((kept) => kept.text), texts[0]?.from, texts[0]?.atMs], [2, ["first", "last"], 5, HOUR_START_MS]);
});

Deno.test("QUERIES.hops() and QUERIES.channel() give the greatest first, as many as are asked for, and count all", () => {
  const packet = (from: number, hopStart: number, percent: number) =>
    [
      heardPacket({
        from,
        hopStart,
        hopLimit: hopStart,
        data: {
          portnum: PortNum.TELEMETRY_APP,
          payload: encode("Telemetry", { variant: { case: "deviceMetrics", value: { channelUtilization: percent } } }),
        },
      }),
      HOUR_START_MS + 1,
    ] as const;
  using db = history([packet(1, 3, 10), packet(2, 7, 30), packet(3, 3, 20), packet(4, 3, 30)]);
  const span = { fromMs: HOUR_START_MS, toMs: HOUR_START_MS + 1000 };
  const hops = QUERIES.hops(db, { ...span, count: 3 });
  assert.deepEqual([hops.nodes, hops.farthest, hops.taken.map((row) => ({ ...row }))], [
    4,
    [{ node: 2, hopStart: 7 }, { node: 1, hopStart: 3 }, { node: 3, hopStart: 3 }],
    [{ hops: 0, packets: 4 }],
  ]);
  const none = QUERIES.hops(db, { ...span, count: 0 });
  assert.deepEqual([none.nodes, none.farthest], [4, []]);
  const channel = QUERIES.channel(db, { ...span, count: 2 });
  assert.deepEqual(channel, { meanPercent: 22.5, nodes: 4, busiest: [{ node: 2, percent: 30 }, { node: 4, percent: 30 }] });
  assert.deepEqual(QUERIES.channel(db, { ...span, count: 0 }).busiest, []);
  const empty = { fromMs: HOUR_START_MS - DAY_MS, toMs: HOUR_START_MS - DAY_MS };
  assert.deepEqual(QUERIES.channel(db, { ...empty, count: 2 }), { meanPercent: undefined, nodes: 0, busiest: [] });
  assert.deepEqual(QUERIES.hops(db, { ...empty, count: 2 }), { nodes: 0, farthest: [], taken: [] });
  assert.deepEqual(QUERIES.overview(db, { ...empty }).texts, 0);
});

Deno.test("QUERIES.hours() counts the senders of a kind within the span alone", () => {
  using db = history([
    position(1, HOUR_START_MS + 5),
    position(2, HOUR_START_MS + HOUR_MS + 5),
    position(3, HOUR_START_MS + 2 * HOUR_MS + 5),
  ]);
  const nodes = (fromMs: number, toMs: number) => QUERIES.hours(db, { fromMs, toMs, portnums: [PortNum.POSITION_APP] }).nodes;
  assert.equal(nodes(HOUR_START_MS, HOUR_START_MS + HOUR_MS + 1000), 2);
  assert.equal(nodes(HOUR_START_MS + 6, HOUR_START_MS + HOUR_MS + 1000), 1);
  assert.equal(nodes(HOUR_START_MS + 5, HOUR_START_MS + 2 * HOUR_MS), 3);
});

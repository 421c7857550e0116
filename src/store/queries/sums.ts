/** The sums over a span, by node and by hour: what most questions are answered from. */
import { PortNum } from "../../link/enums.ts";
import { HOUR_MS } from "../history_writer.ts";
import type { HourSum, NodeSum, Span, Sum, TypeSum } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { partsOf } from "./span.ts";

/**
 * `WITH` of a table `totals`: what each node sent in a span, one row a node. It is added up within SQLite, which takes no more memory for
 * a month than for an hour. Its values are those of `spanValues`, ?1 to ?6.
 */
export const WITH_TOTALS = `WITH totals AS (
  SELECT node, sum(packets) AS packets, sum(bytes) AS bytes, max(hop_start_max) AS hop_start_max, sum(channel_bp_sum) AS channel_bp_sum,
    sum(channel_count) AS channel_count, max(node_info) AS node_info
  FROM (
    SELECT node, sum(packets) AS packets, sum(bytes) AS bytes, max(hop_start_max) AS hop_start_max,
      total(channel_bp_sum) AS channel_bp_sum, total(channel_count) AS channel_count, max(node_info) AS node_info
    FROM day_sums WHERE day >= ?1 AND day < ?2 GROUP BY node
    UNION ALL
    SELECT node, sum(packets), sum(bytes), max(hop_start_max), total(channel_bp_sum), total(channel_count),
      max(portnum = ${PortNum.NODEINFO_APP})
    FROM hour_sums WHERE hour >= ?3 AND hour < ?4 GROUP BY node
    UNION ALL
    SELECT from_node, count(*), sum(air_bytes), max(hop_start), 0, 0, max(portnum = ${PortNum.NODEINFO_APP})
    FROM packets WHERE at_us >= ?5 AND at_us < ?6 AND heard = 1 GROUP BY from_node
    UNION ALL
    SELECT node, 0, 0, 0, total(channel_bp), count(channel_bp), 0
    FROM telemetry WHERE at_us >= ?5 AND at_us < ?6 AND heard = 1 AND channel_bp IS NOT NULL GROUP BY node
  ) GROUP BY node
)`;

/** The values of `WITH_TOTALS`. */
export function spanValues(span: Span): [number, number, number, number, number, number] {
  const { packetsFromUs, packetsBeforeUs, hourFrom, hourBefore, dayFrom, dayBefore } = partsOf(span);
  return [dayFrom, dayBefore, hourFrom, hourBefore, packetsFromUs, packetsBeforeUs];
}

/** All nodes together, and those who sent most, most first; of equals the lower number. */
export function busiest(db: Sqlite, span: Span, count: number): Sum & { readonly nodes: number; readonly top: readonly NodeSum[] } {
  // The first row brings the sums of all, whatever is asked for.
  const rows = db.all<NodeSum & { readonly nodes: number; readonly allPackets: number; readonly allBytes: number }>(
    `${WITH_TOTALS} SELECT node, packets, bytes, count(*) OVER () AS nodes, sum(packets) OVER () AS allPackets,
       sum(bytes) OVER () AS allBytes FROM totals ORDER BY packets DESC, node LIMIT max(?7, 1)`,
    ...spanValues(span),
    count,
  );
  const { nodes = 0, allPackets = 0, allBytes = 0 } = rows[0] ?? {};
  const top = rows.slice(0, Math.max(0, count)).map(({ node, packets, bytes }) => ({ node, packets, bytes }));
  return { packets: allPackets, bytes: allBytes, nodes, top };
}

/** What came under each PortNum, most first. */
export function typeSums(db: Sqlite, span: Span): TypeSum[] {
  const { packetsFromUs, packetsBeforeUs, hourFrom } = partsOf(span);
  return db.all<TypeSum>(
    `SELECT portnum, sum(packets) AS packets, sum(bytes) AS bytes FROM (
       SELECT portnum, packets, bytes FROM hour_types WHERE hour >= ? AND hour <= ?
       UNION ALL SELECT portnum, 1, air_bytes FROM packets WHERE at_us >= ? AND at_us < ? AND heard = 1
     ) GROUP BY portnum ORDER BY packets DESC, portnum`,
    hourFrom,
    Math.floor(span.toMs / HOUR_MS),
    packetsFromUs,
    packetsBeforeUs,
  );
}

/** Packets by hour of the clock, hours without any included; of the PortNums given, or of all. */
export function hourSums(db: Sqlite, span: Span, portnums: readonly number[] | undefined): HourSum[] {
  const { packetsFromUs, packetsBeforeUs, hourFrom } = partsOf(span);
  const lastHour = Math.floor(span.toMs / HOUR_MS);
  const firstHour = Math.min(Math.floor(span.fromMs / HOUR_MS), lastHour);
  const wanted = portnums === undefined ? "" : "WHERE portnum IN (SELECT value FROM json_each(?))";
  const rows = db.all<Sum & { readonly hour: number }>(
    `SELECT hour, sum(packets) AS packets, sum(bytes) AS bytes FROM (
       SELECT hour, portnum, packets, bytes FROM hour_types WHERE hour >= ? AND hour <= ?
       UNION ALL SELECT at_us / ${HOUR_MS * 1000}, portnum, 1, air_bytes FROM packets WHERE at_us >= ? AND at_us < ? AND heard = 1
     ) ${wanted} GROUP BY hour`,
    hourFrom,
    lastHour,
    packetsFromUs,
    packetsBeforeUs,
    ...(portnums === undefined ? [] : [JSON.stringify(portnums)]),
  );
  const byHour = new Map(rows.map((row) => [row.hour, row]));
  return Array.from({ length: lastHour - firstHour + 1 }, (_, index) => {
    const { packets = 0, bytes = 0 } = byHour.get(firstHour + index) ?? {};
    return { startMs: (firstHour + index) * HOUR_MS, packets, bytes };
  });
}

/** All of it together. */
export function totalOf(sums: Iterable<Sum>): Sum {
  let packets = 0;
  let bytes = 0;
  for (const sum of sums) {
    packets += sum.packets;
    bytes += sum.bytes;
  }
  return { packets, bytes };
}

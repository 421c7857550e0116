/** /propag, /neighbors: who hears whom by radio, without anybody between. */
import { HOUR_MS } from "../history_writer.ts";
import type { Answers, Questions, RadioLink } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { partsOf } from "./span.ts";

// A mesh has some hundred links; reports that anybody can forge have no end.
const MAX_LINKS = 1000;

interface LinkRow {
  readonly heard: number;
  readonly hearer: number;
  readonly times: number;
  readonly snrMax: number | null;
  readonly snrMean: number | null;
  readonly rssiMax: number | null;
  readonly lastMs: number;
}

// ?1 and ?2 are the span in microseconds; ?3 and ?4 its whole hours; ?5 the end of the packets before them; ?6 the node.
const SOURCES: Readonly<Record<RadioLink["source"], string>> = {
  // Whole hours from their sums; of the first, cut-off hour the packets themselves, heard by whoever our own node is now.
  direct: `SELECT heard, hearer, sum(packets) AS times, max(snr_max) AS snrMax, sum(snr_sum) / sum(packets) AS snrMean,
      max(rssi_max) AS rssiMax, cast(min(max(last_ms), ?2 / 1000) AS INTEGER) AS lastMs
    FROM (
      SELECT heard_node AS heard, hearer_node AS hearer, packets, snr_max, snr_sum, rssi_max, (hour + 1) * ${HOUR_MS} - 1 AS last_ms
        FROM hour_links WHERE hour >= ?3 AND hour <= ?4
      UNION ALL
      SELECT from_node, own.value + 0, 1, snr, snr, rssi, at_us / 1000 FROM packets, facts own
        WHERE own.name = 'own_node' AND at_us >= ?1 AND at_us < ?5 AND packets.heard = 1 AND hops = 0 AND snr IS NOT NULL
          AND from_node <> own.value + 0
    ) WHERE ?6 IS NULL OR ?6 IN (heard, hearer) GROUP BY heard, hearer`,
  report: `SELECT neighbour AS heard, node AS hearer, count(*) AS times, max(snr) AS snrMax, avg(snr) AS snrMean, NULL AS rssiMax,
      max(at_us) / 1000 AS lastMs
    FROM neighbours WHERE at_us >= ?1 AND at_us <= ?2 AND heard = 1 AND (?6 IS NULL OR ?6 IN (node, neighbour)) GROUP BY node, neighbour`,
  traceroute: `SELECT heard_node AS heard, hearer_node AS hearer, count(*) AS times, max(snr) AS snrMax, avg(snr) AS snrMean,
      NULL AS rssiMax, max(at_us) / 1000 AS lastMs
    FROM traceroutes WHERE at_us >= ?1 AND at_us <= ?2 AND heard = 1 AND (?6 IS NULL OR ?6 IN (heard_node, hearer_node))
    GROUP BY heard_node, hearer_node`,
};

// Good enough to put lengths in order: degrees, those of longitude shortened by the first terms of the cosine.
const COSINE = "(1 - 1.523e-4 * a.latitude * a.latitude + 3.866e-9 * a.latitude * a.latitude * a.latitude * a.latitude)";
const NORTH = "(a.latitude - b.latitude)";
const EAST = `((a.longitude - b.longitude) * ${COSINE})`;
// ?8 and ?9 are the place of our own node where it is not kept.
const PLACES = `SELECT nodes.node, coalesce(latitude, iif(nodes.node = facts.value + 0, ?8, NULL)) AS latitude,
    coalesce(longitude, iif(nodes.node = facts.value + 0, ?9, NULL)) AS longitude
  FROM nodes LEFT JOIN facts ON facts.name = 'own_node'
  UNION ALL SELECT value + 0, ?8, ?9 FROM facts WHERE name = 'own_node' AND value + 0 NOT IN (SELECT node FROM nodes)`;

/** Answers it. */
export function links(db: Sqlite, question: Questions["links"]): Answers["links"] {
  const { sources = ["direct", "report"], order = "snr", count = MAX_LINKS, node, ownPlace } = question;
  const { packetsFromUs, packetsBeforeUs, hourFrom } = partsOf(question);
  const toUs = Math.floor(question.toMs) * 1000 + 999;
  const values = [packetsFromUs, toUs, hourFrom, Math.floor(question.toMs / HOUR_MS), packetsBeforeUs, node ?? null, count];
  const found = sources.flatMap((source) => {
    const rows = order === "snr"
      ? db.all<LinkRow>(`SELECT * FROM (${SOURCES[source]}) ORDER BY snrMax DESC, heard, hearer LIMIT ?7`, ...values)
      : db.all<LinkRow & { readonly length: number }>(
        `WITH places AS MATERIALIZED (${PLACES})
         SELECT link.*, ${NORTH} * ${NORTH} + ${EAST} * ${EAST} AS length FROM (${SOURCES[source]}) link
         JOIN places a ON a.node = heard JOIN places b ON b.node = hearer
         WHERE a.latitude IS NOT NULL AND b.latitude IS NOT NULL ORDER BY length DESC, heard, hearer LIMIT ?7`,
        ...values,
        ownPlace?.latitude ?? null,
        ownPlace?.longitude ?? null,
      );
    return rows.map((row) => ({ rank: "length" in row ? row.length as number : row.snrMax ?? -Infinity, link: linkOf(source, row) }));
  });
  return found.sort((a, b) => b.rank - a.rank || a.link.heard - b.link.heard || a.link.hearer - b.link.hearer).map(({ link }) => link);
}

function linkOf(source: RadioLink["source"], row: LinkRow): RadioLink {
  const { heard, hearer, times, lastMs } = row;
  return {
    heard,
    hearer,
    source,
    times,
    snrMax: row.snrMax ?? undefined,
    snrMean: row.snrMean ?? undefined,
    rssiMax: row.rssiMax ?? undefined,
    lastMs,
  };
}

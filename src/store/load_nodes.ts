/** The nodes as they were kept, brought up to date by the packets that came after that. */
import type { NodeRow } from "./node_rows.ts";
import type { LoadedNodes } from "./protocol.ts";
import type { Sqlite } from "./sqlite.ts";

interface LaterPackets {
  readonly node: number;
  readonly lastMs: number;
  readonly radioMs: number | null;
  readonly hops: number | null;
  readonly viaMqtt: number;
}

interface LaterSignal {
  readonly node: number;
  readonly snr: number;
  readonly rssi: number;
  readonly atMs: number;
}

/** Reads them; throws what SQLite throws. */
export function loadNodes(db: Sqlite): LoadedNodes {
  const rows = new Map(db.all<NodeRow>("SELECT * FROM nodes").map((row) => [row.node, row]));
  const own = db.get<{ readonly value: string }>("SELECT value FROM facts WHERE name = 'own_node'");
  // Records are kept every few minutes; packets newer than that know better when their node was heard last.
  const sinceMs = db.get<{ readonly ms: number | null }>("SELECT max(kept_ms) - 3600000 AS ms FROM nodes")?.ms ?? Infinity;
  const packets = Number.isFinite(sinceMs)
    ? db.all<LaterPackets>(
      // A bare column beside max() comes from the row of the maximum.
      `SELECT from_node AS node, max(at_us) / 1000 AS lastMs, max(CASE heard WHEN 1 THEN at_us END) / 1000 AS radioMs, hops, via_mqtt AS viaMqtt
       FROM packets WHERE at_us > 1000 * ? AND (heard = 1 OR via_mqtt = 1) GROUP BY from_node`,
      sinceMs,
    )
    : [];
  for (const { node, lastMs, radioMs, hops, viaMqtt } of packets) {
    const row = rows.get(node);
    if (row === undefined || lastMs <= (row.last_heard_ms ?? 0)) continue;
    rows.set(node, {
      ...row,
      last_heard_ms: lastMs,
      radio_heard_ms: Math.max(radioMs ?? 0, row.radio_heard_ms ?? 0) || null,
      hops: hops ?? row.hops,
      via_mqtt: viaMqtt,
    });
  }
  if (Number.isFinite(sinceMs)) {
    const signals = db.all<LaterSignal>(
      `SELECT from_node AS node, snr, rssi, max(at_us) / 1000 AS atMs FROM packets
       WHERE at_us > 1000 * ? AND heard = 1 AND hops = 0 AND snr IS NOT NULL GROUP BY from_node`,
      sinceMs,
    );
    for (const { node, snr, rssi, atMs } of signals) {
      const row = rows.get(node);
      if (row === undefined || atMs <= (row.direct_ms ?? 0)) continue;
      rows.set(node, { ...row, direct_snr: snr, direct_rssi: rssi, direct_ms: atMs });
    }
  }
  const ownNum = own === undefined ? undefined : Number(own.value);
  return { ownNum: Number.isInteger(ownNum) ? ownNum : undefined, rows: [...rows.values()] };
}

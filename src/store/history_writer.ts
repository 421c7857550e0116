/** Writes batches into the history: the rows as they are, and the sums that the questions are answered from. */
import { PortNum } from "../link/enums.ts";
import { type Batch, type PacketNumbers, packetsOf, type Rows, type RowTable } from "./batch.ts";
import type { Sqlite } from "./sqlite.ts";

/** Milliseconds of the spans that sums are kept for. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const SECOND_US = 1_000_000;

const ROW_WIDTH: Readonly<Record<RowTable, number>> = {
  positions: 6,
  telemetry: 11,
  texts: 10,
  traceroutes: 8,
  neighbours: 5,
  link_events: 3,
  service_history: 3,
  nodes: 28,
};

const INSERT_PACKET = `INSERT INTO packets VALUES (${questionMarks(19)}) ON CONFLICT DO NOTHING`;

const ADD_HOUR = `INSERT INTO hour_sums VALUES (?1, ?2, ?3, 1, ?4, ?5, NULL, NULL)
  ON CONFLICT DO UPDATE SET packets = packets + 1, bytes = bytes + ?4, hop_start_max = max(hop_start_max, ?5)`;

const ADD_DAY = `INSERT INTO day_sums VALUES (?1, ?2, 1, ?3, ?4, NULL, NULL, ?5)
  ON CONFLICT DO UPDATE SET packets = packets + 1, bytes = bytes + ?3, hop_start_max = max(hop_start_max, ?4),
    node_info = max(node_info, ?5)`;

const ADD_TYPE = `INSERT INTO hour_types VALUES (?1, ?2, 1, ?3)
  ON CONFLICT DO UPDATE SET packets = packets + 1, bytes = bytes + ?3`;

const ADD_HOPS = "INSERT INTO hour_hops VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET packets = packets + 1";

const ADD_LINK = `INSERT INTO hour_links VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5)
  ON CONFLICT DO UPDATE SET packets = packets + 1, snr_max = max(snr_max, ?4), snr_sum = snr_sum + ?4, rssi_max = max(rssi_max, ?5)`;

const ADD_CHANNEL_HOUR =
  `UPDATE hour_sums SET channel_bp_sum = coalesce(channel_bp_sum, 0) + ?4, channel_count = coalesce(channel_count, 0) + 1
  WHERE hour = ?1 AND node = ?2 AND portnum = ?3`;

const ADD_CHANNEL_DAY =
  `UPDATE day_sums SET channel_bp_sum = coalesce(channel_bp_sum, 0) + ?3, channel_count = coalesce(channel_count, 0) + 1
  WHERE day = ?1 AND node = ?2`;

/** Writes a batch in one transaction; throws what SQLite throws, and then nothing of it is written. */
export function writeBatch(db: Sqlite, batch: Batch): void {
  db.transaction(() => {
    for (const { numbers, raw } of packetsOf(batch)) {
      insertPacket(db, numbers, raw);
      if (numbers.heard === 1) addToSums(db, numbers, batch.ownNum);
    }
    insertRows(db, batch.rows);
    if (batch.ownNum !== undefined) {
      db.run("INSERT INTO facts VALUES ('own_node', ?1) ON CONFLICT DO UPDATE SET value = ?1 WHERE value <> ?1", String(batch.ownNum));
    }
  });
}

function insertPacket(db: Sqlite, p: PacketNumbers, raw: Uint8Array): void {
  const insert = db.prepare(INSERT_PACKET);
  const rest = [
    p.from,
    p.to,
    p.id,
    p.portnum,
    p.channel,
    p.hopStart,
    p.hopLimit,
    p.hops < 0 ? null : p.hops,
    p.heard === 0 ? null : p.rssi,
    Number.isNaN(p.snr) ? null : p.snr,
    p.heard,
    p.viaMqtt,
    p.transport,
    p.relayNode,
    p.pki,
    p.okToMqtt,
    p.airBytes,
    raw,
  ];
  // A clock that was set back comes by the same microseconds again: any other of the second will do.
  let atUs = p.atUs;
  while (Number(insert.run(atUs, ...rest).changes) === 0) atUs = p.atUs + Math.floor(Math.random() * SECOND_US);
}

function addToSums(db: Sqlite, p: PacketNumbers, ownNum: number | undefined): void {
  const hour = Math.floor(p.atUs / 1000 / HOUR_MS);
  const day = Math.floor(p.atUs / 1000 / DAY_MS);
  db.prepare(ADD_HOUR).run(hour, p.from, p.portnum, p.airBytes, p.hopStart);
  db.prepare(ADD_DAY).run(day, p.from, p.airBytes, p.hopStart, p.portnum === PortNum.NODEINFO_APP ? 1 : 0);
  db.prepare(ADD_TYPE).run(hour, p.portnum, p.airBytes);
  if (p.hops >= 0) db.prepare(ADD_HOPS).run(hour, p.hops);
  if (p.hops !== 0 || ownNum === undefined || p.from === ownNum || Number.isNaN(p.snr)) return;
  db.prepare(ADD_LINK).run(hour, p.from, ownNum, p.snr, p.rssi);
}

function insertRows(db: Sqlite, rows: Rows): void {
  for (const [table, list] of Object.entries(rows) as [RowTable, NonNullable<Rows[RowTable]>][]) {
    // What is kept of a node replaces what was; two readings of one kind in the same millisecond are one.
    const insert = db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${questionMarks(ROW_WIDTH[table])})`);
    for (const cells of list) insert.run(...cells);
    if (table === "telemetry") { for (const cells of list) addChannelUse(db, cells); }
  }
}

/** Sums of how busy a node says that the channel is, beside those of the packet that said so. */
function addChannelUse(db: Sqlite, [atUs, node, heard, , , channelBp]: readonly unknown[]): void {
  if (heard !== 1 || typeof atUs !== "number" || typeof node !== "number" || typeof channelBp !== "number") return;
  db.run(ADD_CHANNEL_HOUR, Math.floor(atUs / 1000 / HOUR_MS), node, PortNum.TELEMETRY_APP, channelBp);
  db.run(ADD_CHANNEL_DAY, Math.floor(atUs / 1000 / DAY_MS), node, channelBp);
}

function questionMarks(count: number): string {
  return Array.from({ length: count }, () => "?").join(", ");
}

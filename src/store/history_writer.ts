/** Writes batches into the history: the rows as they are, and the sums that the questions are answered from. */
import { type Batch, type PacketNumbers, packetsOf, type Rows, type RowTable } from "./batch.ts";
import { BatchSums } from "./batch_sums.ts";
import type { Sqlite } from "./sqlite.ts";

export { DAY_MS, HOUR_MS } from "./batch_sums.ts";

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

/** Writes a batch in one transaction; throws what SQLite throws, and then nothing of it is written. */
export function writeBatch(db: Sqlite, batch: Batch): void {
  db.transaction(() => {
    const sums = new BatchSums(batch.ownNum);
    for (const { numbers, raw } of packetsOf(batch)) {
      insertPacket(db, numbers, raw);
      if (numbers.heard === 1) sums.add(numbers);
    }
    for (const cells of batch.rows.telemetry ?? []) addChannelUse(sums, cells);
    sums.writeTo(db);
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

function insertRows(db: Sqlite, rows: Rows): void {
  for (const [table, list] of Object.entries(rows) as [RowTable, NonNullable<Rows[RowTable]>][]) {
    // What is kept of a node replaces what was; two readings of one kind in the same millisecond are one.
    const insert = db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${questionMarks(ROW_WIDTH[table])})`);
    for (const cells of list) insert.run(...cells);
  }
}

function addChannelUse(sums: BatchSums, [atUs, node, heard, , , channelBp]: readonly unknown[]): void {
  if (heard !== 1 || typeof atUs !== "number" || typeof node !== "number" || typeof channelBp !== "number") return;
  sums.addChannelUse(atUs, node, channelBp);
}

function questionMarks(count: number): string {
  return Array.from({ length: count }, () => "?").join(", ");
}

/** Rows of the history as CSV or JSON lines, for other programs; what somebody wrote leaves only if its sender allowed that. */
import { BROADCAST_NUM } from "../node_id.ts";
import type { Sqlite } from "./sqlite.ts";

/** How rows are written. */
export type ExportFormat = "csv" | "jsonl";

// A text leaves when it was said to everybody and its sender set ok_to_mqtt (mesh.proto, Data.bitfield). Of a packet without both only
// its numbers leave: its bytes may be a text, and what our node could not decrypt says nothing about itself.
const MAY_LEAVE = `ok_to_mqtt = 1 AND to_node = ${BROADCAST_NUM}`;

const SOURCES = {
  packets:
    `SELECT at_us, from_node, to_node, packet_id, portnum, channel, hop_start, hop_limit, hops, rssi, snr, heard, via_mqtt, transport,
    relay_node, pki, ok_to_mqtt, air_bytes, CASE WHEN ${MAY_LEAVE} AND portnum >= 0 AND pki = 0 THEN raw END AS raw FROM packets`,
  nodes: "SELECT * FROM nodes",
  positions: "SELECT * FROM positions",
  telemetry: "SELECT * FROM telemetry",
  texts: `SELECT * FROM texts WHERE direct = 0 AND ${MAY_LEAVE}`,
  traceroutes: "SELECT * FROM traceroutes",
  neighbours: "SELECT * FROM neighbours",
  link_events: "SELECT * FROM link_events",
  service_history: "SELECT * FROM service_history",
  hour_sums: "SELECT * FROM hour_sums",
  hour_types: "SELECT * FROM hour_types",
  hour_hops: "SELECT * FROM hour_hops",
  hour_links: "SELECT * FROM hour_links",
  day_sums: "SELECT * FROM day_sums",
} as const;

/** The tables that can be exported; the inbox and the outbox hold what was written to one alone, and are not among them. */
export const EXPORT_TABLES = Object.keys(SOURCES) as readonly ExportTable[];

/** A table that can be exported. */
export type ExportTable = keyof typeof SOURCES;

/** Whether a word names such a table. */
export function isExportTable(word: string): word is ExportTable {
  return Object.hasOwn(SOURCES, word);
}

/** The lines, one at a time: a large table is never in memory as a whole. */
export function* exportLines(db: Sqlite, table: ExportTable, format: ExportFormat): Generator<string, void> {
  const statement = db.prepare(SOURCES[table]);
  if (format === "csv") yield statement.columns().map(({ name }) => name ?? "").join(",");
  for (const row of statement.iterate() as Iterable<Record<string, unknown>>) {
    const values = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : value]));
    yield format === "csv" ? Object.values(values).map(csvCell).join(",") : JSON.stringify(values);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** RFC 4180; a text that a spreadsheet would take for a formula gets the apostrophe that keeps it one. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

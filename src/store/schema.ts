/** The tables of both files, as numbered migrations: `PRAGMA user_version` tells which have been made. Never change one; add the next. */

/** SQL that takes a file from version N to N + 1; the first makes an empty file into version 1. */
export type Migrations = readonly string[];

/**
 * The history, `meshbot.db`. Times are milliseconds (`_ms`) or microseconds (`_us`) since 1970; hours and days count from 1970 in UTC;
 * nodes are node numbers. What a packet told has the packet's own `at_us`, which is its time and its key at once: an index of its own
 * would cost as much as the packet's numbers. `heard` is 1 for what came by radio just then, and only that is in the sums. `_bp` is
 * hundredths of a percent.
 */
export const HISTORY_MIGRATIONS: Migrations = [
  `
  CREATE TABLE packets (
    at_us INTEGER PRIMARY KEY, from_node INTEGER NOT NULL, to_node INTEGER NOT NULL, packet_id INTEGER NOT NULL,
    portnum INTEGER NOT NULL, channel INTEGER NOT NULL, hop_start INTEGER NOT NULL, hop_limit INTEGER NOT NULL, hops INTEGER,
    rssi INTEGER, snr REAL, heard INTEGER NOT NULL, via_mqtt INTEGER NOT NULL, transport INTEGER NOT NULL, relay_node INTEGER NOT NULL,
    pki INTEGER NOT NULL, ok_to_mqtt INTEGER NOT NULL, air_bytes INTEGER NOT NULL, raw BLOB NOT NULL
  ) STRICT;
  CREATE TABLE nodes (
    node INTEGER PRIMARY KEY, kept_ms INTEGER NOT NULL, long_name TEXT NOT NULL, short_name TEXT NOT NULL, role INTEGER NOT NULL,
    hw_model INTEGER NOT NULL, public_key BLOB NOT NULL, key_conflict INTEGER NOT NULL, is_licensed INTEGER NOT NULL,
    is_unmessagable INTEGER NOT NULL, is_favorite INTEGER NOT NULL, latitude REAL, longitude REAL, altitude_m REAL,
    precision_bits INTEGER, place_ms INTEGER, battery_percent INTEGER, voltage REAL, channel_percent REAL, air_percent REAL,
    uptime_s INTEGER, last_heard_ms INTEGER, hops INTEGER, via_mqtt INTEGER NOT NULL, radio_heard_ms INTEGER, direct_snr REAL,
    direct_rssi INTEGER, direct_ms INTEGER
  ) STRICT;
  CREATE TABLE positions (
    at_us INTEGER PRIMARY KEY, node INTEGER NOT NULL, latitude_e7 INTEGER NOT NULL, longitude_e7 INTEGER NOT NULL, altitude_m INTEGER,
    precision_bits INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE telemetry (
    at_us INTEGER PRIMARY KEY, node INTEGER NOT NULL, heard INTEGER NOT NULL, battery_percent INTEGER, voltage_mv INTEGER,
    channel_bp INTEGER, air_bp INTEGER, uptime_s INTEGER, temperature_c REAL, humidity_percent REAL, pressure_hpa REAL
  ) STRICT;
  CREATE TABLE texts (
    at_us INTEGER PRIMARY KEY, from_node INTEGER NOT NULL, to_node INTEGER NOT NULL, packet_id INTEGER NOT NULL,
    channel INTEGER NOT NULL, direct INTEGER NOT NULL, ok_to_mqtt INTEGER NOT NULL, heard INTEGER NOT NULL, reply_id INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE traceroutes (
    at_us INTEGER NOT NULL, step INTEGER NOT NULL, from_node INTEGER NOT NULL, to_node INTEGER NOT NULL, heard INTEGER NOT NULL,
    heard_node INTEGER NOT NULL, hearer_node INTEGER NOT NULL, snr REAL NOT NULL,
    PRIMARY KEY (at_us, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE neighbours (
    at_us INTEGER NOT NULL, neighbour INTEGER NOT NULL, node INTEGER NOT NULL, snr REAL NOT NULL, heard INTEGER NOT NULL,
    PRIMARY KEY (at_us, neighbour)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE link_events (at_ms INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
  CREATE INDEX link_events_by_time ON link_events (at_ms);
  CREATE TABLE service_history (
    kind TEXT NOT NULL, at_ms INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (kind, at_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hour_sums (
    hour INTEGER NOT NULL, node INTEGER NOT NULL, portnum INTEGER NOT NULL, packets INTEGER NOT NULL, bytes INTEGER NOT NULL,
    hop_start_max INTEGER NOT NULL, channel_bp_sum INTEGER, channel_count INTEGER,
    PRIMARY KEY (hour, node, portnum)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE day_sums (
    day INTEGER NOT NULL, node INTEGER NOT NULL, packets INTEGER NOT NULL, bytes INTEGER NOT NULL,
    hop_start_max INTEGER NOT NULL, channel_bp_sum INTEGER, channel_count INTEGER, node_info INTEGER NOT NULL,
    PRIMARY KEY (day, node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hour_types (
    hour INTEGER NOT NULL, portnum INTEGER NOT NULL, packets INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (hour, portnum)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hour_hops (
    hour INTEGER NOT NULL, hops INTEGER NOT NULL, packets INTEGER NOT NULL, PRIMARY KEY (hour, hops)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hour_links (
    hour INTEGER NOT NULL, heard_node INTEGER NOT NULL, hearer_node INTEGER NOT NULL, packets INTEGER NOT NULL,
    snr_max REAL NOT NULL, snr_sum REAL NOT NULL, rssi_max INTEGER NOT NULL,
    PRIMARY KEY (hour, heard_node, hearer_node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

/** The journal, `journal.db`. `_up_ms` counts from the start of the machine that `boot` names. */
export const JOURNAL_MIGRATIONS: Migrations = [
  `
  CREATE TABLE inbox (
    number INTEGER PRIMARY KEY, from_node INTEGER NOT NULL, packet_id INTEGER NOT NULL, to_node INTEGER NOT NULL,
    channel INTEGER NOT NULL, wall_ms INTEGER NOT NULL, boot TEXT NOT NULL, up_ms INTEGER NOT NULL, rx_time_s INTEGER NOT NULL,
    raw BLOB NOT NULL, state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY, packet_id INTEGER NOT NULL, request_from INTEGER, request_id INTEGER, to_node INTEGER NOT NULL,
    channel INTEGER NOT NULL, portnum INTEGER NOT NULL, payload BLOB NOT NULL, priority TEXT NOT NULL, person INTEGER NOT NULL,
    answer_id INTEGER NOT NULL, want_ack INTEGER NOT NULL, want_response INTEGER NOT NULL, hop_limit INTEGER, reply_id INTEGER NOT NULL,
    public_key BLOB, request_channel INTEGER, expires_in_ms INTEGER NOT NULL, label TEXT NOT NULL, wall_ms INTEGER NOT NULL,
    boot TEXT NOT NULL, up_ms INTEGER NOT NULL, rx_time_s INTEGER NOT NULL, sent_wall_ms INTEGER, sent_boot TEXT, sent_up_ms INTEGER,
    tries INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT;
  `,
];

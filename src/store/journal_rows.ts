/** What the journal keeps of a request and of an outgoing packet: in memory, and as rows of its file. */
import type { Outcome, OutgoingPriority } from "../mesh/outgoing.ts";
import type { Moment } from "./boot.ts";
import type { Change } from "./journal_file.ts";
import type { KeptDraft, RequestKey } from "../mesh/outbox_journal.ts";
import type { EntryNumber, Request, RequestEnd } from "./store.ts";

/** A message that came; its bytes are needed as long as it is open. */
export interface InboxItem extends Request {
  readonly number: number;
  readonly came: Moment;
  state: "open" | "answered" | RequestEnd;
}

/** A packet on its way out. */
export interface OutboxItem extends KeptDraft {
  readonly number: EntryNumber;
  readonly request: RequestKey | undefined;
  packetId: number;
  readonly stored: Moment;
  sent: Moment | undefined;
  tries: number;
  state: "queued" | "sent" | "repeated" | Outcome["kind"];
}

/** A row of the table `inbox`. */
export interface InboxRow {
  readonly number: number;
  readonly from_node: number;
  readonly packet_id: number;
  readonly to_node: number;
  readonly channel: number;
  readonly wall_ms: number;
  readonly boot: string;
  readonly up_ms: number;
  readonly rx_time_s: number;
  readonly raw: Uint8Array;
  readonly state: InboxItem["state"];
}

/** A row of the table `outbox`. */
export interface OutboxRow {
  readonly number: number;
  readonly packet_id: number;
  readonly request_from: number | null;
  readonly request_id: number | null;
  readonly to_node: number;
  readonly channel: number;
  readonly portnum: number;
  readonly payload: Uint8Array;
  readonly priority: OutgoingPriority;
  readonly person: number;
  readonly answer_id: number;
  readonly want_ack: number;
  readonly want_response: number;
  readonly hop_limit: number | null;
  readonly reply_id: number;
  readonly public_key: Uint8Array | null;
  readonly request_channel: number | null;
  readonly expires_in_ms: number;
  readonly label: string;
  readonly wall_ms: number;
  readonly boot: string;
  readonly up_ms: number;
  readonly rx_time_s: number;
  readonly sent_wall_ms: number | null;
  readonly sent_boot: string | null;
  readonly sent_up_ms: number | null;
  readonly tries: number;
  readonly state: OutboxItem["state"];
}

const INSERT_INBOX = "INSERT OR REPLACE INTO inbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const INSERT_OUTBOX = `INSERT OR REPLACE INTO outbox VALUES (${Array.from({ length: 28 }, () => "?").join(", ")})`;

/** Writes the whole row. */
export function inboxChange(item: InboxItem): Change {
  const { number, from, id, to, channel, came, raw, state } = item;
  return [INSERT_INBOX, number, from, id, to, channel, came.wallMs, came.boot, came.upMs, came.rxTimeS, raw, state];
}

/** The item of a row. */
export function inboxItem(row: InboxRow): InboxItem {
  return {
    number: row.number,
    from: row.from_node,
    id: row.packet_id,
    to: row.to_node,
    channel: row.channel,
    raw: row.raw,
    rxTimeS: row.rx_time_s,
    came: { wallMs: row.wall_ms, boot: row.boot, upMs: row.up_ms, rxTimeS: row.rx_time_s },
    state: row.state,
  };
}

/** Writes the whole row. */
export function outboxChange(item: OutboxItem): Change {
  const { stored, sent } = item;
  return [
    INSERT_OUTBOX,
    item.number,
    item.packetId,
    item.request?.from ?? null,
    item.request?.id ?? null,
    item.to,
    item.channel,
    item.portnum,
    item.payload,
    item.priority,
    item.person,
    item.answerId,
    Number(item.wantAck),
    Number(item.wantResponse),
    item.hopLimit ?? null,
    item.replyId,
    item.publicKey ?? null,
    item.requestChannel ?? null,
    Math.round(item.expiresInMs),
    item.label,
    stored.wallMs,
    stored.boot,
    stored.upMs,
    stored.rxTimeS,
    sent?.wallMs ?? null,
    sent?.boot ?? null,
    sent?.upMs ?? null,
    item.tries,
    item.state,
  ];
}

/** The item of a row. */
export function outboxItem(row: OutboxRow): OutboxItem {
  const { sent_wall_ms: wallMs, sent_boot: boot, sent_up_ms: upMs } = row;
  return {
    number: row.number,
    request: row.request_from === null || row.request_id === null ? undefined : { from: row.request_from, id: row.request_id },
    packetId: row.packet_id,
    to: row.to_node,
    channel: row.channel,
    portnum: row.portnum,
    payload: row.payload,
    priority: row.priority,
    person: row.person,
    answerId: row.answer_id,
    wantAck: row.want_ack !== 0,
    wantResponse: row.want_response !== 0,
    hopLimit: row.hop_limit ?? undefined,
    replyId: row.reply_id,
    publicKey: row.public_key ?? undefined,
    requestChannel: row.request_channel ?? undefined,
    expiresInMs: row.expires_in_ms,
    label: row.label,
    stored: { wallMs: row.wall_ms, boot: row.boot, upMs: row.up_ms, rxTimeS: row.rx_time_s },
    sent: wallMs === null || boot === null || upMs === null ? undefined : { wallMs, boot, upMs, rxTimeS: row.rx_time_s },
    tries: row.tries,
    state: row.state,
  };
}

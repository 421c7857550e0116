/** What goes to the history's thread at once: packets as numbers and bytes, which are handed over without a copy, and a few plain rows. */

/** The numbers of one packet, in this order. */
export const PACKET_COLUMNS = [
  /** Microseconds since 1970, and the packet's key: no two have the same. */
  "atUs",
  "from",
  "to",
  "id",
  "portnum",
  "channel",
  "hopStart",
  "hopLimit",
  /** −1 when the packet does not say. */
  "hops",
  /** 0 when it did not come by radio just then. */
  "rssi",
  /** NaN when it did not come by radio just then. */
  "snr",
  "heard",
  "viaMqtt",
  "transport",
  "relayNode",
  "pki",
  "okToMqtt",
  "airBytes",
  "rawBytes",
] as const;

/** One packet's numbers by name. */
export type PacketNumbers = Readonly<Record<typeof PACKET_COLUMNS[number], number>>;

/** What SQLite takes. */
export type Cell = number | string | Uint8Array | null;

/** The tables that are filled with rows as they are; the cells are in the order of the table's columns. */
export type RowTable = "positions" | "telemetry" | "texts" | "traceroutes" | "neighbours" | "link_events" | "service_history" | "nodes";

/** Rows by table. */
export type Rows = Partial<Record<RowTable, Cell[][]>>;

/** Everything of one transaction. */
export interface Batch {
  readonly packets: number;
  /** `PACKET_COLUMNS` numbers for each packet. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** The encoded MeshPackets, one behind the other. */
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly rows: Rows;
  /** Our own node; undefined when not known yet. */
  readonly ownNum: number | undefined;
}

const WIDTH = PACKET_COLUMNS.length;
const FIRST_RAW_BYTES = 16 * 1024;

/** Collects a batch. */
export class BatchBuilder {
  readonly #maxPackets: number;
  #packets = 0;
  #numbers: Float64Array<ArrayBuffer>;
  #raw = new Uint8Array(FIRST_RAW_BYTES);
  #rawBytes = 0;
  #rows: Rows = {};
  #rowCount = 0;
  #keys = 0;

  constructor(maxPackets: number) {
    this.#maxPackets = maxPackets;
    this.#numbers = new Float64Array(WIDTH * 32);
  }

  get packets(): number {
    return this.#packets;
  }

  get rows(): number {
    return this.#rowCount;
  }

  get isEmpty(): boolean {
    return this.#packets === 0 && this.#rowCount === 0;
  }

  get isFull(): boolean {
    return this.#packets >= this.#maxPackets || this.#rowCount >= this.#maxPackets * 4;
  }

  /** A key for what came at `ms`: its time, and a count behind it that makes it the only one. */
  keyUs(ms: number): number {
    this.#keys = (this.#keys + 1) % 1000;
    return Math.floor(ms) * 1000 + this.#keys;
  }

  addPacket(packet: Omit<PacketNumbers, "rawBytes">, raw: Uint8Array): void {
    const at = this.#packets * WIDTH;
    if (at + WIDTH > this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    if (this.#rawBytes + raw.length > this.#raw.length) {
      const larger = new Uint8Array(Math.max(this.#raw.length * 2, this.#rawBytes + raw.length));
      larger.set(this.#raw.subarray(0, this.#rawBytes));
      this.#raw = larger;
    }
    const numbers = this.#numbers;
    let column = at;
    numbers[column++] = packet.atUs;
    numbers[column++] = packet.from;
    numbers[column++] = packet.to;
    numbers[column++] = packet.id;
    numbers[column++] = packet.portnum;
    numbers[column++] = packet.channel;
    numbers[column++] = packet.hopStart;
    numbers[column++] = packet.hopLimit;
    numbers[column++] = packet.hops;
    numbers[column++] = packet.rssi;
    numbers[column++] = packet.snr;
    numbers[column++] = packet.heard;
    numbers[column++] = packet.viaMqtt;
    numbers[column++] = packet.transport;
    numbers[column++] = packet.relayNode;
    numbers[column++] = packet.pki;
    numbers[column++] = packet.okToMqtt;
    numbers[column++] = packet.airBytes;
    numbers[column] = raw.length;
    this.#raw.set(raw, this.#rawBytes);
    this.#rawBytes += raw.length;
    this.#packets += 1;
  }

  addRow(table: RowTable, cells: Cell[]): void {
    (this.#rows[table] ??= []).push(cells);
    this.#rowCount += 1;
  }

  /** The batch; the builder is empty afterwards. */
  take(ownNum: number | undefined): Batch {
    const batch: Batch = { packets: this.#packets, numbers: this.#numbers, raw: this.#raw, rows: this.#rows, ownNum };
    this.#packets = 0;
    this.#rowCount = 0;
    this.#rawBytes = 0;
    this.#numbers = new Float64Array(WIDTH * 32);
    this.#raw = new Uint8Array(FIRST_RAW_BYTES);
    this.#rows = {};
    return batch;
  }
}

/** Walks through the packets of a batch; `raw` is a view of the batch's bytes. */
export function* packetsOf(batch: Batch): Generator<{ readonly numbers: PacketNumbers; readonly raw: Uint8Array }> {
  let rawAt = 0;
  for (let packet = 0; packet < batch.packets; packet += 1) {
    const at = packet * WIDTH;
    const cell = (column: number) => batch.numbers[at + column] as number;
    const numbers: PacketNumbers = {
      atUs: cell(0),
      from: cell(1),
      to: cell(2),
      id: cell(3),
      portnum: cell(4),
      channel: cell(5),
      hopStart: cell(6),
      hopLimit: cell(7),
      hops: cell(8),
      rssi: cell(9),
      snr: cell(10),
      heard: cell(11),
      viaMqtt: cell(12),
      transport: cell(13),
      relayNode: cell(14),
      pki: cell(15),
      okToMqtt: cell(16),
      airBytes: cell(17),
      rawBytes: cell(18),
    };
    yield { numbers, raw: batch.raw.subarray(rawAt, rawAt + numbers.rawBytes) };
    rawAt += numbers.rawBytes;
  }
}

/** The nodes of the mesh as our node and its packets tell of them. */
import type { Clock } from "../clock.ts";
import type { NodeInfo, Position, Telemetry, User } from "../link/messages.ts";
import { logger } from "../log.ts";
import { BROADCAST_NUM, formatNodeId, lastFourOf } from "../node_id.ts";
import { LeastHeard, type Listed } from "./least_heard.ts";
import { cleanUser, differs, emptyRecord, hopsOf, isKey, metricsOf, placeAtWallMs, placeOf, statsOf } from "./node_fields.ts";
import { findNodes } from "./node_find.ts";
import type { Reception } from "./packet.ts";

/** A place on earth. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** Metres above sea level. */
  readonly altitudeM?: number;
  /** Bits of the coordinates that the sender kept, 0…32; 32 or undefined is exact. */
  readonly precisionBits?: number;
}

/** The last packet that came straight from a node to ours, without a repeater. */
export interface DirectSignal {
  readonly snr: number;
  /** dBm; undefined when it is known from our node's own list only. */
  readonly rssi: number | undefined;
  readonly atWallMs: number;
}

/** What is known of one node. Names are cleaned of control and bidi characters. */
export interface NodeRecord {
  readonly num: number;
  longName: string;
  shortName: string;
  role: number;
  hwModel: number;
  /** 32 bytes; empty when not known. */
  publicKey: Uint8Array;
  /** The node announced another key than `publicKey`, which was not believed. Our own node's list settles it. */
  keyConflict: boolean;
  isLicensed: boolean;
  isUnmessagable: boolean;
  /** A favourite of our own node's owner. */
  isFavorite: boolean;
  place: Place | undefined;
  placeAtWallMs: number | undefined;
  /** Percent; 101 means mains power. */
  batteryPercent: number | undefined;
  voltage: number | undefined;
  channelUtilizationPercent: number | undefined;
  airUtilTxPercent: number | undefined;
  uptimeS: number | undefined;
  /** Milliseconds since 1970 of the last packet, never in the future; undefined when never. */
  lastHeardWallMs: number | undefined;
  hopsAway: number | undefined;
  viaMqtt: boolean;
  /** Milliseconds since 1970 of the last packet that came by radio, over however many hops. */
  radioHeardWallMs: number | undefined;
  direct: DirectSignal | undefined;
  /** When the node's telemetry last came in a packet, monotonic milliseconds. */
  metricsAtMs: number | undefined;
}

/** Counts and lookups over the known nodes; also what the packet pipeline writes to. */
export interface NodeDb {
  readonly size: number;
  /** Our own node, which is never forgotten; undefined before the handshake. */
  ownNum: number | undefined;
  get(num: number): NodeRecord | undefined;
  all(): Iterable<NodeRecord>;
  /**
   * Nodes whose id, short name or long name is the query; if none, those whose names contain it. Case-insensitive, last
   * heard first; none for an empty query and for one longer than any name.
   */
  find(query: string): NodeRecord[];
  /** The name to show: long, else short, else `!id`. */
  nameOf(num: number): string;
  /** The short name, else the last four digits of the id. */
  shortNameOf(num: number): string;
  /** From our own node's list, in the handshake: its word on keys is final. */
  applyNodeInfo(info: NodeInfo): void;
  /**
   * From a NODEINFO packet, which anybody can forge: a user without the key that is already known for the node changes
   * nothing, as in the firmware (NodeDB.cpp, updateUser); one with another key is a `keyConflict`.
   */
  applyUser(num: number, user: User): void;
  applyPosition(num: number, position: Position): void;
  /** Device metrics of any node, local statistics of our own. */
  applyTelemetry(num: number, telemetry: Telemetry): void;
  /** Any packet heard: last heard, hops, direct signal. */
  applyReception(reception: Reception): void;
  /** Forgets all nodes, for another radio; `ownNum` stays. */
  clear(): void;
  /** Takes up the records of an earlier run, those heard longest ago first; a node that is known already stays as it is. */
  restore(records: Iterable<NodeRecord>): void;
}

/** Node database options. */
export interface NodeDbOptions {
  readonly clock: Clock;
  /** Beyond, the node heard least recently is forgotten. Default 10,000, at least 2. */
  readonly maxNodes?: number;
}

/** An empty node database in memory. Throws RangeError when `maxNodes` is below 2. */
export function createNodeDb(options: NodeDbOptions): NodeDb {
  return new MemoryNodeDb(options);
}

const log = logger("mesh");

class MemoryNodeDb implements NodeDb {
  readonly #clock: Clock;
  readonly #maxNodes: number;
  readonly #slots = new Map<number, Listed<NodeRecord>>();
  readonly #leastHeard = new LeastHeard<NodeRecord>();
  #ownNum: number | undefined;

  constructor(options: NodeDbOptions) {
    const { maxNodes = 10_000 } = options;
    if (!(maxNodes >= 2)) throw new RangeError(`Cannot keep nodes: maxNodes must be at least 2: ${maxNodes}`);
    this.#clock = options.clock;
    this.#maxNodes = maxNodes;
  }

  get size(): number {
    return this.#slots.size;
  }

  get ownNum(): number | undefined {
    return this.#ownNum;
  }

  set ownNum(num: number | undefined) {
    if (num === this.#ownNum) return;
    this.#ownNum = num;
    const own = num === undefined ? undefined : this.#slots.get(num);
    if (own !== undefined) own.item.direct = undefined;
    this.#leastHeard.keep(own);
  }

  get(num: number): NodeRecord | undefined {
    return this.#slots.get(num)?.item;
  }

  *all(): Iterable<NodeRecord> {
    for (const slot of this.#slots.values()) yield slot.item;
  }

  find(query: string): NodeRecord[] {
    return findNodes(this.all(), query);
  }

  nameOf(num: number): string {
    const record = this.get(num);
    return record?.longName || record?.shortName || formatNodeId(num);
  }

  shortNameOf(num: number): string {
    return this.get(num)?.shortName || lastFourOf(num);
  }

  applyNodeInfo(info: NodeInfo): void {
    const record = this.#slotOf(info.num)?.item;
    if (record === undefined) return;
    const nowWallMs = this.#clock.wallMs();
    const heardWallMs = info.lastHeard === 0 ? undefined : Math.min(info.lastHeard * 1000, nowWallMs);
    if (heardWallMs !== undefined) record.lastHeardWallMs = Math.max(record.lastHeardWallMs ?? 0, heardWallMs);
    record.hopsAway = hopsOf(info.hopsAway) ?? record.hopsAway;
    record.viaMqtt = info.viaMqtt;
    record.isFavorite = info.isFavorite;
    if (info.user !== undefined) {
      // The same key again is our node's old knowledge, and says nothing about the other one that was announced.
      if (isKey(info.user.publicKey) && differs(record.publicKey, info.user.publicKey)) {
        record.publicKey = info.user.publicKey.slice();
        record.keyConflict = false;
      }
      Object.assign(record, cleanUser(info.user, record));
    }
    if (info.position !== undefined) this.#place(record, info.position, heardWallMs);
    if (info.deviceMetrics !== undefined) Object.assign(record, metricsOf(info.deviceMetrics));
    // 0 is what the firmware keeps of a packet without SNR (NodeDB.cpp, updateFrom).
    const isSignal = hopsOf(info.hopsAway) === 0 && !info.viaMqtt && Number.isFinite(info.snr) && info.snr !== 0;
    if (isSignal && info.num !== this.#ownNum && heardWallMs !== undefined && heardWallMs > (record.direct?.atWallMs ?? 0)) {
      record.direct = { snr: info.snr, rssi: undefined, atWallMs: heardWallMs };
    }
  }

  applyUser(num: number, user: User): void {
    const record = this.#slotOf(num)?.item;
    if (record === undefined) return;
    if (record.publicKey.length > 0 && differs(record.publicKey, user.publicKey)) {
      if (user.publicKey.length === 0 || record.keyConflict) return;
      record.keyConflict = true;
      log.warn`node ${formatNodeId(num)} (${this.nameOf(num)}) announces another public key; the first one is kept`;
      return;
    }
    if (isKey(user.publicKey)) record.publicKey = user.publicKey.slice();
    Object.assign(record, cleanUser(user, record));
  }

  applyPosition(num: number, position: Position): void {
    const record = this.#slotOf(num)?.item;
    if (record !== undefined) this.#place(record, position, this.#clock.wallMs());
  }

  applyTelemetry(num: number, telemetry: Telemetry): void {
    const { variant } = telemetry;
    const isStats = variant.case === "localStats" && num === this.#ownNum;
    if (variant.case !== "deviceMetrics" && !isStats) return;
    const record = this.#slotOf(num)?.item;
    if (record === undefined) return;
    Object.assign(record, variant.case === "deviceMetrics" ? metricsOf(variant.value) : statsOf(variant.value));
    record.metricsAtMs = this.#clock.nowMs();
  }

  applyReception(reception: Reception): void {
    const slot = this.#slotOf(reception.from);
    if (slot === undefined) return;
    this.#leastHeard.touch(slot);
    const record = slot.item;
    const nowWallMs = this.#clock.wallMs();
    const heardWallMs = reception.rxTimeS === 0 ? nowWallMs : Math.min(reception.rxTimeS * 1000, nowWallMs);
    if (heardWallMs > (record.lastHeardWallMs ?? 0)) record.lastHeardWallMs = heardWallMs;
    const hopsUsed = hopsOf(reception.hopsUsed);
    if (hopsUsed !== undefined) record.hopsAway = hopsUsed;
    record.viaMqtt = reception.viaMqtt;
    // Packets that 2.8 firmware replays from its memory have no RSSI: they are news, but nobody was heard just now.
    const { snr, rssi } = reception;
    if (!reception.viaMqtt && rssi !== undefined) record.radioHeardWallMs = Math.max(heardWallMs, record.radioHeardWallMs ?? 0);
    if (hopsUsed !== 0 || reception.viaMqtt || snr === undefined || rssi === undefined) return;
    if (reception.from === this.#ownNum || !Number.isFinite(snr) || !Number.isFinite(rssi)) return;
    record.direct = { snr, rssi, atWallMs: Math.max(heardWallMs, record.direct?.atWallMs ?? 0) };
  }

  clear(): void {
    this.#slots.clear();
    this.#leastHeard.clear();
  }

  restore(records: Iterable<NodeRecord>): void {
    const oldestFirst = [...records].sort((a, b) => (a.lastHeardWallMs ?? 0) - (b.lastHeardWallMs ?? 0));
    for (const record of oldestFirst) {
      if (this.#slots.has(record.num)) continue;
      const slot = this.#slotOf(record.num);
      // The monotonic time of an earlier run means nothing in this one.
      if (slot !== undefined) Object.assign(slot.item, record, { metricsAtMs: undefined });
    }
  }

  #place(record: NodeRecord, position: Position, otherwiseWallMs: number | undefined): void {
    const place = placeOf(position, record.place);
    if (place === undefined) return;
    record.place = place;
    record.placeAtWallMs = placeAtWallMs(position, this.#clock.wallMs()) ?? otherwiseWallMs;
  }

  /** The node's slot, made when it is new; undefined for what no node can have as its number. */
  #slotOf(num: number): Listed<NodeRecord> | undefined {
    const known = this.#slots.get(num);
    if (known !== undefined) return known;
    if (!(num > 0 && num < BROADCAST_NUM)) return undefined;
    if (this.#slots.size >= this.#maxNodes) {
      const forgotten = this.#leastHeard.take();
      if (forgotten !== undefined) this.#slots.delete(forgotten.num);
    }
    const slot = this.#leastHeard.add(emptyRecord(num));
    if (num === this.#ownNum) this.#leastHeard.keep(slot);
    this.#slots.set(num, slot);
    return slot;
  }
}

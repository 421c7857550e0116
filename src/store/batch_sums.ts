/** The sums of one batch, added up before they are written: a packet is one in each of five, and SQLite is asked once for all of them. */
import { PortNum } from "../link/enums.ts";
import type { PacketNumbers } from "./batch.ts";
import type { Sqlite } from "./sqlite.ts";

/** Milliseconds of the spans that sums are kept for. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** How busy nodes say that the channel is: hundredths of a percent, null when nobody has said so. */
interface ChannelUse {
  channelBpSum: number | null;
  channelCount: number | null;
}

interface HourSum extends ChannelUse {
  readonly hour: number;
  readonly node: number;
  readonly portnum: number;
  packets: number;
  bytes: number;
  hopStartMax: number;
}

interface DaySum extends ChannelUse {
  readonly day: number;
  readonly node: number;
  packets: number;
  bytes: number;
  hopStartMax: number;
  nodeInfo: number;
}

interface TypeSum {
  readonly hour: number;
  readonly portnum: number;
  packets: number;
  bytes: number;
}

interface HopsSum {
  readonly hour: number;
  readonly hops: number;
  packets: number;
}

interface LinkSum {
  readonly hour: number;
  readonly node: number;
  packets: number;
  snrMax: number;
  snrSum: number;
  rssiMax: number;
}

const ADD_CHANNEL_USE = "channel_bp_sum = coalesce(channel_bp_sum + excluded.channel_bp_sum, channel_bp_sum, excluded.channel_bp_sum), " +
  "channel_count = coalesce(channel_count + excluded.channel_count, channel_count, excluded.channel_count)";

const ADD_COUNTS = "packets = packets + excluded.packets, bytes = bytes + excluded.bytes";

const ADD_HOUR = `INSERT INTO hour_sums VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET ${ADD_COUNTS}, hop_start_max = max(hop_start_max, excluded.hop_start_max), ${ADD_CHANNEL_USE}`;

const ADD_DAY = `INSERT INTO day_sums VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET ${ADD_COUNTS}, hop_start_max = max(hop_start_max, excluded.hop_start_max), ${ADD_CHANNEL_USE},
    node_info = max(node_info, excluded.node_info)`;

const ADD_TYPE = `INSERT INTO hour_types VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${ADD_COUNTS}`;

const ADD_HOPS = "INSERT INTO hour_hops VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET packets = packets + excluded.packets";

const ADD_LINK = `INSERT INTO hour_links VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET packets = packets + excluded.packets,
  snr_max = max(snr_max, excluded.snr_max), snr_sum = snr_sum + excluded.snr_sum, rssi_max = max(rssi_max, excluded.rssi_max)`;

/** Adds up what was heard. */
export class BatchSums {
  readonly #ownNum: number | undefined;
  readonly #hours = new Map<string, HourSum>();
  readonly #days = new Map<string, DaySum>();
  readonly #types = new Map<string, TypeSum>();
  readonly #hops = new Map<string, HopsSum>();
  readonly #links = new Map<string, LinkSum>();

  constructor(ownNum: number | undefined) {
    this.#ownNum = ownNum;
  }

  /** A packet that was heard. */
  add({ atUs, from, portnum, airBytes, hopStart, hops, snr, rssi }: PacketNumbers): void {
    const hour = hourOf(atUs);
    const ofHour = found(this.#hours, `${hour} ${from} ${portnum}`, () => newHour(hour, from, portnum));
    ofHour.packets += 1;
    ofHour.bytes += airBytes;
    ofHour.hopStartMax = Math.max(ofHour.hopStartMax, hopStart);
    const day = dayOf(atUs);
    const ofDay = found(this.#days, `${day} ${from}`, () => newDay(day, from));
    ofDay.packets += 1;
    ofDay.bytes += airBytes;
    ofDay.hopStartMax = Math.max(ofDay.hopStartMax, hopStart);
    if (portnum === PortNum.NODEINFO_APP) ofDay.nodeInfo = 1;
    const ofType = found(this.#types, `${hour} ${portnum}`, () => ({ hour, portnum, packets: 0, bytes: 0 }));
    ofType.packets += 1;
    ofType.bytes += airBytes;
    if (hops >= 0) found(this.#hops, `${hour} ${hops}`, () => ({ hour, hops, packets: 0 })).packets += 1;
    if (hops !== 0 || from === this.#ownNum || Number.isNaN(snr)) return;
    const link = found(this.#links, `${hour} ${from}`, () => newLink(hour, from));
    link.packets += 1;
    link.snrMax = Math.max(link.snrMax, snr);
    link.snrSum += snr;
    link.rssiMax = Math.max(link.rssiMax, rssi);
  }

  /** What the telemetry in a packet that was heard says of its channel, in hundredths of a percent. */
  addChannelUse(atUs: number, node: number, channelBp: number): void {
    for (const sum of [this.#hours.get(`${hourOf(atUs)} ${node} ${PortNum.TELEMETRY_APP}`), this.#days.get(`${dayOf(atUs)} ${node}`)]) {
      if (sum === undefined) continue;
      sum.channelBpSum = (sum.channelBpSum ?? 0) + channelBp;
      sum.channelCount = (sum.channelCount ?? 0) + 1;
    }
  }

  /** Adds them to those of the file. */
  writeTo(db: Sqlite): void {
    const addHour = db.prepare(ADD_HOUR);
    for (const { hour, node, portnum, packets, bytes, hopStartMax, channelBpSum, channelCount } of this.#hours.values()) {
      addHour.run(hour, node, portnum, packets, bytes, hopStartMax, channelBpSum, channelCount);
    }
    const addDay = db.prepare(ADD_DAY);
    for (const { day, node, packets, bytes, hopStartMax, channelBpSum, channelCount, nodeInfo } of this.#days.values()) {
      addDay.run(day, node, packets, bytes, hopStartMax, channelBpSum, channelCount, nodeInfo);
    }
    for (const { hour, portnum, packets, bytes } of this.#types.values()) db.run(ADD_TYPE, hour, portnum, packets, bytes);
    for (const { hour, hops, packets } of this.#hops.values()) db.run(ADD_HOPS, hour, hops, packets);
    if (this.#ownNum === undefined) return;
    const addLink = db.prepare(ADD_LINK);
    for (const { hour, node, packets, snrMax, snrSum, rssiMax } of this.#links.values()) {
      addLink.run(hour, node, this.#ownNum, packets, snrMax, snrSum, rssiMax);
    }
  }
}

function hourOf(atUs: number): number {
  return Math.floor(atUs / 1000 / HOUR_MS);
}

function dayOf(atUs: number): number {
  return Math.floor(atUs / 1000 / DAY_MS);
}

function newHour(hour: number, node: number, portnum: number): HourSum {
  return { hour, node, portnum, packets: 0, bytes: 0, hopStartMax: 0, channelBpSum: null, channelCount: null };
}

function newDay(day: number, node: number): DaySum {
  return { day, node, packets: 0, bytes: 0, hopStartMax: 0, nodeInfo: 0, channelBpSum: null, channelCount: null };
}

function newLink(hour: number, node: number): LinkSum {
  return { hour, node, packets: 0, snrMax: -Infinity, snrSum: 0, rssiMax: -Infinity };
}

function found<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

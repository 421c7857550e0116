/** The nodes of the mesh as our node and its packets tell of them. */
import type { NodeInfo, Position, User } from "../link/messages.ts";
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
  publicKey: Uint8Array;
  isLicensed: boolean;
  isUnmessagable: boolean;
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
  direct: DirectSignal | undefined;
  /** When our node's own telemetry was last read, monotonic milliseconds. */
  metricsAtMs: number | undefined;
}

/** Counts and lookups over the known nodes; also what the packet pipeline writes to. */
export interface NodeDb {
  readonly size: number;
  get(num: number): NodeRecord | undefined;
  all(): Iterable<NodeRecord>;
  /** Nodes whose id, short name or long name is the query; if none, those whose names contain it. Case-insensitive. */
  find(query: string): NodeRecord[];
  /** The name to show: long, else short, else `!id`. */
  nameOf(num: number): string;
  /** The short name, else the last four digits of the id. */
  shortNameOf(num: number): string;
  /** From the handshake's node list. */
  applyNodeInfo(info: NodeInfo): void;
  applyUser(num: number, user: User): void;
  applyPosition(num: number, position: Position): void;
  /** Any packet heard: last heard, hops, direct signal. */
  applyReception(reception: Reception): void;
}

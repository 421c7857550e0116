/** What a node knows of the others: its NodeDB, as the handshake tells it. */
import { decode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { Init, MeshPacket, User } from "../link/messages.ts";
import { formatNodeId } from "../node_id.ts";
import { sameBytes } from "./same_bytes.ts";

/** One node in the database. Absent parts were never heard. */
export interface KnownNode {
  readonly num: number;
  readonly user?: Init<"User">;
  readonly position?: Init<"Position">;
  readonly metrics?: Init<"DeviceMetrics">;
  /** dB, of the last packet. */
  readonly snr?: number;
  readonly hopsAway?: number;
  /** Seconds since 1970; 0 when the node's clock was not set. */
  readonly lastHeardS?: number;
  readonly channel?: number;
  readonly viaMqtt?: boolean;
  readonly isFavorite?: boolean;
}

/** A node as a test or a caller describes it, in plain values. */
export interface SimNodeSpec extends Omit<KnownNode, "user"> {
  readonly longName?: string;
  readonly shortName?: string;
  readonly hwModel?: number;
  readonly role?: number;
  /** 32 bytes, or empty for a node without one; by default one is made from the number. */
  readonly publicKey?: Uint8Array;
}

/** The database entry of a described node. */
export function knownNode(spec: SimNodeSpec): KnownNode {
  const { longName, shortName, hwModel, role, publicKey, ...known } = spec;
  const id = formatNodeId(spec.num);
  const user: Init<"User"> = {
    id,
    longName: longName ?? `Meshtastic ${id.slice(-4)}`,
    shortName: shortName ?? id.slice(-4),
    macaddr: macOf(spec.num),
    hwModel: hwModel ?? 43,
    role: role ?? 0,
    publicKey: publicKey ?? keyOf(spec.num),
  };
  return { ...known, user };
}

/** A made-up public key of 32 bytes, always the same for the same node number. */
export function keyOf(nodeNum: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => (Math.imul(nodeNum ^ 0x5bd1e995, index + 1) >>> 11) & 0xff);
}

/** The MAC address that goes with a node number: its last four bytes are the number. */
export function macOf(nodeNum: number): Uint8Array {
  return new Uint8Array([0x24, 0x6f, nodeNum >>> 24, (nodeNum >>> 16) & 0xff, (nodeNum >>> 8) & 0xff, nodeNum & 0xff]);
}

/** The database. */
export class NodeTable {
  readonly #nodes = new Map<number, KnownNode>();

  /** Number of entries, our own included. */
  get size(): number {
    return this.#nodes.size;
  }

  get(nodeNum: number): KnownNode | undefined {
    return this.#nodes.get(nodeNum);
  }

  /** All entries in the order in which they were first heard. */
  all(): KnownNode[] {
    return [...this.#nodes.values()];
  }

  /** Adds what is new to what is known. */
  learn(node: KnownNode): void {
    this.#nodes.set(node.num, { ...this.#nodes.get(node.num), ...node });
  }

  /** The key for direct messages to a node; undefined when it is not known. */
  publicKeyOf(nodeNum: number): Uint8Array | undefined {
    const key = this.#nodes.get(nodeNum)?.user?.publicKey;
    return key !== undefined && key.length === 32 ? key : undefined;
  }

  /** Learns what a received packet tells about its sender (NodeDB.cpp, updateFrom and the modules). */
  learnFrom(packet: MeshPacket, hopsAway: number | undefined): void {
    // Of a sealed packet nothing is believed, not even its sender; its channel is a hash.
    if (packet.payloadVariant.case !== "decoded") return;
    this.learn({
      num: packet.from,
      channel: packet.channel,
      viaMqtt: packet.viaMqtt,
      ...(packet.rxTime === 0 ? {} : { lastHeardS: packet.rxTime }),
      ...(packet.rxSnr === 0 ? {} : { snr: packet.rxSnr }),
      ...(hopsAway === undefined ? {} : { hopsAway }),
    });
    const { portnum, payload } = packet.payloadVariant.value;
    try {
      if (portnum === PortNum.NODEINFO_APP) {
        this.#learnUser(packet.from, decode("User", payload));
      } else if (portnum === PortNum.POSITION_APP && payload.length > 0) {
        this.learn({ num: packet.from, position: decode("Position", payload) });
      } else if (portnum === PortNum.TELEMETRY_APP) {
        const { variant } = decode("Telemetry", payload);
        if (variant.case === "deviceMetrics") this.learn({ num: packet.from, metrics: variant.value });
      }
    } catch {
      // A payload that cannot be read teaches nothing; the client still gets the packet, as from a real node.
    }
  }

  /** A name that comes with another key than the known one is not believed. */
  #learnUser(num: number, user: User): void {
    const known = this.publicKeyOf(num);
    if (known !== undefined && !sameBytes(known, user.publicKey)) return;
    this.learn({ num, user: { ...user, id: formatNodeId(num) } });
  }
}

/** One node of the simulated mesh: who it is, where it is, how it moves, what it would say about itself. */
import { HardwareModel, Role } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { formatNodeId } from "../node_id.ts";
import { blurred, CENTRE, type MapPlace, metresBetween, offset } from "./geography.ts";
import { keyOf, type SimNodeSpec } from "./node_table.ts";
import { hopsAt } from "./radio_path.ts";

/** What a virtual node is made from. */
export interface VirtualNodeOptions {
  readonly num: number;
  readonly longName: string;
  readonly shortName: string;
  readonly place: MapPlace;
  readonly altitudeM?: number;
  readonly hwModel?: number;
  readonly role?: number;
  /** Metres per second; absent for a node that stands. */
  readonly speed?: { readonly northMs: number; readonly eastMs: number };
  /** How many bits of its coordinates it tells; 0: it tells none. */
  readonly precisionBits?: number;
  /** It is heard over the internet only. */
  readonly viaMqtt?: boolean;
  /** It has told its public key; older nodes have none. */
  readonly hasKey?: boolean;
  /** Per cent; 101 stands for external power. */
  readonly batteryLevel?: number;
}

// A moving node turns back here, well inside the outermost ring.
const FARTHEST_M = 25_000;

/** The node. */
export class VirtualNode {
  readonly num: number;
  readonly longName: string;
  readonly shortName: string;
  readonly role: number;
  readonly viaMqtt: boolean;
  readonly publicKey: Uint8Array;
  /** Switched off: it hears nothing and answers nothing. */
  off = false;
  readonly #options: VirtualNodeOptions;
  #place: MapPlace;
  #direction = 1;
  #movedAtMs: number | undefined;

  constructor(options: VirtualNodeOptions) {
    this.#options = options;
    this.#place = options.place;
    this.num = options.num;
    this.longName = options.longName;
    this.shortName = options.shortName;
    this.role = options.role ?? Role.CLIENT;
    this.viaMqtt = options.viaMqtt ?? false;
    this.publicKey = options.hasKey === false ? new Uint8Array(0) : keyOf(options.num);
  }

  get place(): MapPlace {
    return this.#place;
  }

  /** Hops to our node. */
  get hops(): number {
    return hopsAt(metresBetween(CENTRE, this.#place));
  }

  /** It repeats what it hears. */
  get repeats(): boolean {
    return !this.off && !this.viaMqtt && this.role !== Role.CLIENT_MUTE;
  }

  /** Moves to where it is now. */
  move(nowMs: number): void {
    const { speed } = this.#options;
    const seconds = (nowMs - (this.#movedAtMs ?? nowMs)) / 1000;
    this.#movedAtMs = nowMs;
    if (speed === undefined || seconds <= 0) return;
    const there = offset(this.#place, speed.northMs * seconds * this.#direction, speed.eastMs * seconds * this.#direction);
    if (metresBetween(CENTRE, there) > FARTHEST_M) this.#direction = -this.#direction;
    else this.#place = there;
  }

  /** The User record as our node hands it on: with the id, which the air may leave out (NodeInfoModule.cpp, alterReceivedProtobuf). */
  user(): Init<"User"> {
    return {
      id: formatNodeId(this.num),
      longName: this.longName,
      shortName: this.shortName,
      hwModel: this.#options.hwModel ?? HardwareModel.HELTEC_V3,
      role: this.role,
      publicKey: this.publicKey,
    };
  }

  /** The position as it tells it; undefined when it tells none. */
  position(timeS: number): Init<"Position"> | undefined {
    const { precisionBits = 32, altitudeM, speed } = this.#options;
    if (precisionBits === 0) return undefined;
    return {
      latitudeI: blurred(this.#place.latitude, precisionBits),
      longitudeI: blurred(this.#place.longitude, precisionBits),
      time: timeS,
      precisionBits,
      ...(altitudeM === undefined ? {} : { altitude: altitudeM }),
      ...(speed === undefined ? {} : { groundSpeed: Math.round(Math.hypot(speed.northMs, speed.eastMs)), satsInView: 9 }),
    };
  }

  /** Device metrics with how busy it finds the channel, in per cent. */
  metrics(channelPercent: number, uptimeSeconds: number): Init<"DeviceMetrics"> {
    const batteryLevel = this.#options.batteryLevel ?? 101;
    return {
      batteryLevel,
      voltage: Math.round((3.3 + 0.009 * Math.min(100, batteryLevel)) * 100) / 100,
      channelUtilization: channelPercent,
      airUtilTx: Math.round(channelPercent * 12) / 100,
      uptimeSeconds,
    };
  }

  /** How our node's database may hold it. */
  spec(
    memory: { readonly lastHeardS: number; readonly snr: number; readonly channelPercent: number; readonly uptimeS: number },
  ): SimNodeSpec {
    const position = this.position(memory.lastHeardS);
    return {
      num: this.num,
      longName: this.longName,
      shortName: this.shortName,
      hwModel: this.#options.hwModel ?? HardwareModel.HELTEC_V3,
      role: this.role,
      publicKey: this.publicKey,
      lastHeardS: memory.lastHeardS,
      viaMqtt: this.viaMqtt,
      hopsAway: this.hops,
      metrics: this.metrics(memory.channelPercent, memory.uptimeS),
      ...(this.viaMqtt ? {} : { snr: memory.snr }),
      ...(position === undefined ? {} : { position }),
    };
  }
}

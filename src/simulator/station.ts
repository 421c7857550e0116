/** Who the simulated node is: its number, names, keys, settings, clock and database. */
import type { Clock } from "../clock.ts";
import { HardwareModel, ModemPreset, RegionCode, Role } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { formatNodeId } from "../node_id.ts";
import { FIRMWARE, type Firmware, type FirmwareVersion } from "./firmware.ts";
import { blurred, CENTRE } from "./geography.ts";
import { keyOf, knownNode, macOf, NodeTable, type SimNodeSpec } from "./node_table.ts";

/** One of the eight channel slots. */
export interface SimChannel {
  /** Empty: the preset's name is shown. */
  readonly name: string;
  /** One byte stands for a well-known key. */
  readonly psk?: Uint8Array;
}

/** What the node is made from. */
export interface StationOptions {
  readonly clock: Clock;
  readonly nodeNum?: number;
  readonly longName?: string;
  readonly shortName?: string;
  readonly firmware?: FirmwareVersion;
  /** In the order of their slots, the primary one first; at most 8. Default: LongFast alone. */
  readonly channels?: readonly SimChannel[];
  /** `Config.LoRaConfig.RegionCode`; UNSET makes the node refuse to transmit. */
  readonly region?: number;
  readonly modemPreset?: number;
  readonly hopLimit?: number;
  /** Where it says that it stands; by default in the middle of its mesh. */
  readonly position?: Init<"Position"> | "unknown";
  /** A managed node drops what its own client administers, without a word. */
  readonly managed?: boolean;
  /** The law's share of the hour in percent; 100 switches the check off. Default 10, as in EU_868. */
  readonly dutyCyclePercent?: number;
  readonly nodes?: readonly SimNodeSpec[];
}

const DEFAULT_NODE_NUM = 0xa1b2_0a01;
const CHANNEL_SLOTS = 8;
const HOME: Init<"Position"> = {
  latitudeI: blurred(CENTRE.latitude, 32),
  longitudeI: blurred(CENTRE.longitude, 32),
  altitude: 48,
  precisionBits: 32,
};
const DEFAULT_PSK = new Uint8Array([1]);

/** The node itself, without its radio and its clients. */
export class Station {
  readonly nodeNum: number;
  readonly nodes = new NodeTable();
  readonly channels: readonly SimChannel[];
  readonly region: number;
  readonly modemPreset: number;
  readonly hopLimit: number;
  readonly managed: boolean;
  readonly dutyCyclePercent: number;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
  readonly #clock: Clock;
  #firmware: Firmware;
  #rebootCount = 0;
  #bootedAtMs: number;
  #clockSet: { readonly seconds: number; readonly atMs: number } | undefined;

  constructor(options: StationOptions) {
    this.#clock = options.clock;
    this.#bootedAtMs = options.clock.nowMs();
    this.nodeNum = options.nodeNum ?? DEFAULT_NODE_NUM;
    this.#firmware = FIRMWARE[options.firmware ?? "2.7.26"];
    this.channels = options.channels ?? [{ name: "" }];
    if (this.channels.length === 0 || this.channels.length > CHANNEL_SLOTS) {
      throw new RangeError(`Cannot simulate ${this.channels.length} channels: a node has 1 to ${CHANNEL_SLOTS}`);
    }
    this.region = options.region ?? RegionCode.EU_868;
    this.modemPreset = options.modemPreset ?? ModemPreset.LONG_FAST;
    this.hopLimit = options.hopLimit ?? 3;
    this.managed = options.managed ?? false;
    this.dutyCyclePercent = options.dutyCyclePercent ?? 10;
    this.publicKey = keyOf(this.nodeNum);
    this.privateKey = keyOf(~this.nodeNum);
    this.nodes.learn({
      ...knownNode({
        num: this.nodeNum,
        longName: options.longName ?? "Simulated Node",
        shortName: options.shortName ?? "SIM",
        publicKey: this.publicKey,
      }),
      isFavorite: true,
      ...(options.position === "unknown" ? {} : { position: options.position ?? HOME }),
    });
    for (const spec of options.nodes ?? []) this.nodes.learn(knownNode(spec));
  }

  get firmware(): Firmware {
    return this.#firmware;
  }

  /** How often the node has restarted. */
  get rebootCount(): number {
    return this.#rebootCount;
  }

  /** Restarts, with another firmware when its owner has put that on: the counter grows, the time of day is lost, the database stays. */
  reboot(firmware?: FirmwareVersion): void {
    if (firmware !== undefined) this.#firmware = FIRMWARE[firmware];
    this.#rebootCount += 1;
    this.#bootedAtMs = this.#clock.nowMs();
    this.#clockSet = undefined;
  }

  /** Seconds since the last restart. */
  uptimeS(): number {
    return Math.floor((this.#clock.nowMs() - this.#bootedAtMs) / 1000);
  }

  /** A client has told the time: seconds since 1970. */
  setTime(seconds: number): void {
    if (seconds > 0) this.#clockSet = { seconds, atMs: this.#clock.nowMs() };
  }

  /** The time of day in seconds since 1970; 0 until a client has told it, because the node has no clock chip. */
  timeS(): number {
    if (this.#clockSet === undefined) return 0;
    return this.#clockSet.seconds + Math.floor((this.#clock.nowMs() - this.#clockSet.atMs) / 1000);
  }

  /** The owner's User record. */
  user(): Init<"User"> {
    return { ...this.nodes.get(this.nodeNum)?.user, id: formatNodeId(this.nodeNum), macaddr: macOf(this.nodeNum) };
  }

  /** The key of a channel slot; undefined when the slot is not in use. */
  channelKey(index: number): Uint8Array | undefined {
    const channel = this.channels[index];
    return channel === undefined ? undefined : channel.psk ?? DEFAULT_PSK;
  }

  /** `DeviceMetadata`. */
  metadata(): Init<"DeviceMetadata"> {
    return {
      firmwareVersion: this.firmware.release,
      deviceStateVersion: 24,
      canShutdown: true,
      hasWifi: true,
      hasBluetooth: true,
      role: Role.CLIENT,
      positionFlags: 811,
      hwModel: HardwareModel.HELTEC_V3,
      hasPKC: true,
      excludedModules: 0,
    };
  }

  /** Device metrics as the node measures them; it runs on external power. */
  deviceMetrics(use: { readonly channelPercent: number; readonly txPercent: number }): Init<"DeviceMetrics"> {
    return {
      batteryLevel: 101,
      voltage: 4.18,
      channelUtilization: use.channelPercent,
      airUtilTx: use.txPercent,
      uptimeSeconds: this.uptimeS(),
    };
  }
}

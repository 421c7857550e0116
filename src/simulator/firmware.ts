/** What the simulated firmware versions do differently. Read in the sources of each release. */

/** The releases that the simulator can be. */
export type FirmwareVersion = "2.6.11" | "2.7.26" | "2.8.0";

/** One release. */
export interface Firmware {
  /** `metadata.firmware_version`. */
  readonly release: string;
  /** A heartbeat is answered with a QueueStatus (2.7.4). */
  readonly answersHeartbeat: boolean;
  /** A heartbeat with nonce 1 makes the node broadcast its NodeInfo (2.7.23). */
  readonly pingsOnHeartbeat: boolean;
  /** A client that sent no frame for so long is closed (2.7.21). */
  readonly idleCloseMs: number | undefined;
  /** Texts that follow each other faster on one connection are refused; 0: none (2.7.0). */
  readonly textGapMs: number;
  /** The same for positions, waypoints, alerts and telemetry; 0: the check was there, but could never be true. */
  readonly dataGapMs: number;
  /** A direct message to a node without a known key is refused instead of sent with the channel's key (2.7.19). */
  readonly refusesUnknownKey: boolean;
  /** A direct message in another channel than the first is encrypted with the recipient's key too. */
  readonly pkiOnEveryChannel: boolean;
  /** A traceroute from a client goes out with want_ack (2.7.12). */
  readonly reliableTraceroute: boolean;
  /** The acknowledgement of a direct text wants one itself (2.7.12). */
  readonly ackWantsAck: boolean;
  /** QueueStatus.res of a packet that a client sent to its own node: ERRNO_SHOULD_RELEASE was shown as it is. */
  readonly localResult: 0 | 35;
  /** moduleConfig messages in the handshake. */
  readonly moduleConfigs: number;
  /** region_presets in the handshake, NodeInfo of others without position and metrics, these replayed afterwards (2.8). */
  readonly thinNodeInfo: boolean;
}

const FIFTEEN_MINUTES_MS = 900_000;

const V2_7_26: Firmware = {
  release: "2.7.26.54e0d8d",
  answersHeartbeat: true,
  pingsOnHeartbeat: true,
  idleCloseMs: FIFTEEN_MINUTES_MS,
  textGapMs: 2000,
  dataGapMs: 10_000,
  refusesUnknownKey: true,
  pkiOnEveryChannel: true,
  reliableTraceroute: true,
  ackWantsAck: true,
  localResult: 0,
  moduleConfigs: 16,
  thinNodeInfo: false,
};

/** The releases by version. */
export const FIRMWARE: Readonly<Record<FirmwareVersion, Firmware>> = {
  "2.6.11": {
    ...V2_7_26,
    release: "2.6.11.60ec05e",
    answersHeartbeat: false,
    pingsOnHeartbeat: false,
    idleCloseMs: undefined,
    textGapMs: 0,
    dataGapMs: 0,
    refusesUnknownKey: false,
    pkiOnEveryChannel: false,
    reliableTraceroute: false,
    ackWantsAck: false,
    localResult: 35,
    moduleConfigs: 13,
  },
  "2.7.26": V2_7_26,
  "2.8.0": { ...V2_7_26, release: "2.8.0.7754068", moduleConfigs: 17, thinNodeInfo: true },
};

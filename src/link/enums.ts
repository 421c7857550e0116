/** The enum values of the Meshtastic protobufs that MeshBot names; a test compares them with the package's own. */

/** What a Data payload is (`PortNum` in portnums.proto). */
export const PortNum = {
  UNKNOWN_APP: 0,
  TEXT_MESSAGE_APP: 1,
  POSITION_APP: 3,
  NODEINFO_APP: 4,
  ROUTING_APP: 5,
  ADMIN_APP: 6,
  WAYPOINT_APP: 8,
  ALERT_APP: 11,
  TELEMETRY_APP: 67,
  TRACEROUTE_APP: 70,
  NEIGHBORINFO_APP: 71,
} as const;

/** Why a packet was not delivered (`Routing.Error` in mesh.proto). */
export const RoutingError = {
  NONE: 0,
  NO_ROUTE: 1,
  GOT_NAK: 2,
  TIMEOUT: 3,
  NO_INTERFACE: 4,
  MAX_RETRANSMIT: 5,
  NO_CHANNEL: 6,
  TOO_LARGE: 7,
  NO_RESPONSE: 8,
  DUTY_CYCLE_LIMIT: 9,
  BAD_REQUEST: 32,
  NOT_AUTHORIZED: 33,
  PKI_FAILED: 34,
  PKI_UNKNOWN_PUBKEY: 35,
  ADMIN_BAD_SESSION_KEY: 36,
  ADMIN_PUBLIC_KEY_UNAUTHORIZED: 37,
  RATE_LIMIT_EXCEEDED: 38,
  PKI_SEND_FAIL_PUBLIC_KEY: 39,
} as const;

/** How urgent a packet is in the node's own queue (`MeshPacket.Priority`). */
export const Priority = { UNSET: 0, BACKGROUND: 10, DEFAULT: 64, RELIABLE: 70, RESPONSE: 80, HIGH: 100, ALERT: 110, ACK: 120 } as const;

/** What a packet came by (`MeshPacket.TransportMechanism`). */
export const TransportMechanism = {
  TRANSPORT_INTERNAL: 0,
  TRANSPORT_LORA: 1,
  TRANSPORT_MQTT: 5,
  TRANSPORT_MULTICAST_UDP: 6,
  TRANSPORT_API: 7,
} as const;

/** Whether a channel slot is in use (`Channel.Role`). */
export const ChannelRole = { DISABLED: 0, PRIMARY: 1, SECONDARY: 2 } as const;

/** A node's role on the mesh (`Config.DeviceConfig.Role`). */
export const Role = {
  CLIENT: 0,
  CLIENT_MUTE: 1,
  ROUTER: 2,
  ROUTER_CLIENT: 3,
  REPEATER: 4,
  TRACKER: 5,
  SENSOR: 6,
  TAK: 7,
  CLIENT_HIDDEN: 8,
  LOST_AND_FOUND: 9,
  TAK_TRACKER: 10,
  ROUTER_LATE: 11,
  CLIENT_BASE: 12,
} as const;

/** Which packets a node repeats (`Config.DeviceConfig.RebroadcastMode`). */
export const RebroadcastMode = { ALL: 0, LOCAL_ONLY: 2, NONE: 4 } as const;

/** The LoRa presets (`Config.LoRaConfig.ModemPreset`). */
export const ModemPreset = {
  LONG_FAST: 0,
  LONG_SLOW: 1,
  VERY_LONG_SLOW: 2,
  MEDIUM_SLOW: 3,
  MEDIUM_FAST: 4,
  SHORT_SLOW: 5,
  SHORT_FAST: 6,
  LONG_MODERATE: 7,
  SHORT_TURBO: 8,
  LONG_TURBO: 9,
} as const;

/** The radio regions that MeshBot names (`Config.LoRaConfig.RegionCode`). */
export const RegionCode = { UNSET: 0, US: 1, EU_433: 2, EU_868: 3 } as const;

/** The hardware models that MeshBot names (`HardwareModel`). */
export const HardwareModel = { UNSET: 0, HELTEC_V3: 43, RAK4631: 9, PORTDUINO: 37, T_ECHO: 7, STATION_G2: 31 } as const;

/** Every enum above by the name that the field table uses. */
export const ENUMS = {
  PortNum,
  RoutingError,
  Priority,
  TransportMechanism,
  ChannelRole,
  Role,
  RebroadcastMode,
  ModemPreset,
  RegionCode,
  HardwareModel,
} as const;

/** The name of an enum value, or the number as text when MeshBot does not name it. */
export function enumName(values: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}

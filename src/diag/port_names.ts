/** The names of the ports, also of those that the bot has no use for (portnums.proto). */
import { enumName, PortNum } from "../link/enums.ts";

const OTHERS = {
  REMOTE_HARDWARE_APP: 2,
  TEXT_MESSAGE_COMPRESSED_APP: 7,
  AUDIO_APP: 9,
  DETECTION_SENSOR_APP: 10,
  KEY_VERIFICATION_APP: 12,
  REPLY_APP: 32,
  IP_TUNNEL_APP: 33,
  PAXCOUNTER_APP: 34,
  SERIAL_APP: 64,
  STORE_FORWARD_APP: 65,
  RANGE_TEST_APP: 66,
  ZPS_APP: 68,
  SIMULATOR_APP: 69,
  ATAK_PLUGIN: 72,
  MAP_REPORT_APP: 73,
  POWERSTRESS_APP: 74,
  RETICULUM_TUNNEL_APP: 76,
  PRIVATE_APP: 256,
  ATAK_FORWARDER: 257,
} as const;

const NAMES: Readonly<Record<string, number>> = { ...PortNum, ...OTHERS };

/** The name of a port, `PORT 300` for one that has none, `ENCRYPTED` for a packet that the node has no key for. */
export function portName(portnum: number | undefined): string {
  if (portnum === undefined) return "ENCRYPTED";
  const name = enumName(NAMES, portnum);
  return /^\d/.test(name) ? `PORT ${name}` : name;
}

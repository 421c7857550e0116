/** A packet as the log shows it. */
import { enumName, PortNum } from "../link/enums.ts";
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import type { Incoming } from "./packet.ts";

/** One packet in one line, for `debug = true`. */
export function packetLine(packet: Incoming): string {
  const what = packet.kind === "other" ? enumName(PortNum, packet.portnum) : packet.kind;
  const to = packet.to === BROADCAST_NUM ? `channel ${packet.channel}` : formatNodeId(packet.to);
  const hops = packet.hopsUsed === undefined ? "hops unknown" : `${packet.hopsUsed} hops`;
  const signal = packet.snr === undefined ? "" : `, SNR ${packet.snr} dB, RSSI ${packet.rssi} dBm`;
  return `packet ${what} from ${formatNodeId(packet.from)} to ${to}, id ${packet.id}, ${hops}${signal}${packet.viaMqtt ? ", by MQTT" : ""}`;
}

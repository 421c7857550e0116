/** What packets carry, in words. */
import type { Sentences } from "../../i18n/mod.ts";
import { PortNum } from "../../link/enums.ts";

// As in the history's questions.
const ENCRYPTED = -1;
// Not used by the program otherwise (portnums.proto).
const STORE_FORWARD_APP = 65;
const RANGE_TEST_APP = 66;

type TypeName = Exclude<keyof Sentences["stats"]["types"], "other">;

const TYPES: ReadonlyMap<number, readonly [icon: string, name: TypeName]> = new Map<number, readonly [string, TypeName]>([
  [PortNum.TEXT_MESSAGE_APP, ["💬", "text"]],
  [PortNum.POSITION_APP, ["📍", "position"]],
  [PortNum.NODEINFO_APP, ["👤", "nodeInfo"]],
  [PortNum.TELEMETRY_APP, ["📊", "telemetry"]],
  [PortNum.ROUTING_APP, ["🔀", "routing"]],
  [PortNum.ADMIN_APP, ["🔧", "admin"]],
  [PortNum.TRACEROUTE_APP, ["🔍", "traceroute"]],
  [PortNum.NEIGHBORINFO_APP, ["👥", "neighbours"]],
  [PortNum.WAYPOINT_APP, ["📌", "waypoint"]],
  [PortNum.ALERT_APP, ["🚨", "alert"]],
  [STORE_FORWARD_APP, ["🗄️", "storeForward"]],
  [RANGE_TEST_APP, ["📏", "rangeTest"]],
  [ENCRYPTED, ["🔒", "encrypted"]],
]);

/** `📊 Telemetry`; `📦 Port 77` for what has no name here. */
export function packetType(portnum: number, say: Sentences): string {
  return `${TYPES.get(portnum)?.[0] ?? "📦"} ${packetTypeName(portnum, say)}`;
}

/** The same without its icon. */
export function packetTypeName(portnum: number, { stats }: Sentences): string {
  const type = TYPES.get(portnum);
  return type === undefined ? stats.types.other(portnum) : stats.types[type[1]];
}

/** Whether a client's role lets it send a packet. */
import { PortNum } from "../link/enums.ts";
import type { Data, MeshPacket } from "../link/messages.ts";
import type { AdminOrder } from "./admin_order.ts";
import type { Client } from "./client.ts";
import { DATA, PACKET } from "./patch_packet.ts";
import { fieldsOf, partOf } from "./wire.ts";

/** One packet of a client, read. */
export interface ReadPacket {
  readonly client: Client;
  readonly packet: MeshPacket;
  /** As the client encoded it. */
  readonly bytes: Uint8Array;
  /** Undefined for a packet that the client has sealed itself. */
  readonly data: Data | undefined;
  /** What it orders a node to do. */
  readonly order: AdminOrder | undefined;
}

/** Whether the client may send it; `ownNum`: our node. */
export function maySend({ client, packet, bytes, data, order }: ReadPacket, ownNum: number): boolean {
  if (client.role === "full") return true;
  if (client.role === "read-only") return false;
  // What decoders may read in two ways, and what nobody but the radio can read, might be an order.
  if (data === undefined || isAmbiguous(bytes)) return false;
  if (data.portnum !== PortNum.ADMIN_APP) return true;
  if (packet.to !== ownNum || order === undefined) return false;
  return order.kind === "get" ? !order.readsKeys : order.kind === "setTime" || order.kind === "addContact";
}

/** Whether decoders could take the bytes for two packets: a field that may come once comes twice. */
function isAmbiguous(packet: Uint8Array): boolean {
  const data = partOf(packet, PACKET.decoded);
  const twice = (bytes: Uint8Array, numbers: readonly number[]) =>
    numbers.some((number) => (fieldsOf(bytes) ?? []).filter((field) => field.number === number).length > 1);
  const variants = (fieldsOf(packet) ?? []).filter(({ number }) => number === PACKET.decoded || number === PACKET.encrypted);
  return variants.length !== 1 || data === undefined || twice(packet, [PACKET.to]) || twice(data, [DATA.portnum, DATA.payload]);
}

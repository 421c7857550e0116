/**
 * The few numbers of a message that are changed on its way between a client and the radio. All other bytes stay: unknown
 * fields, the order of the known ones, signatures and sealed payloads are nobody's business here.
 */
import { changePart, type Field, fieldsOf, fixed32Field, join, lastField, replaceFields, valueOf, varintField } from "./wire.ts";

/** Field numbers of mesh.proto that more than one file here needs. */
export const FROM_RADIO = {
  packet: 2,
  myInfo: 3,
  nodeInfo: 4,
  config: 5,
  logRecord: 6,
  configCompleteId: 7,
  rebooted: 8,
  moduleConfig: 9,
  channel: 10,
  queueStatus: 11,
  xmodem: 12,
  metadata: 13,
  mqttProxy: 14,
  fileInfo: 15,
  clientNotification: 16,
  deviceUi: 17,
} as const;
export const PACKET = { from: 1, to: 2, decoded: 4, encrypted: 5, id: 6, rxTime: 7 } as const;
export const DATA = { portnum: 1, payload: 2, requestId: 6, replyId: 7 } as const;
const QUEUE_STATUS_PACKET_ID = 4;
const NOTIFICATION_REPLY_ID = 1;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

// mesh.proto: the wire type of each field.
const PACKET_TYPES = typesOf({
  [VARINT]: [3, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21],
  [LENGTH_DELIMITED]: [4, 5, 16],
  [FIXED32]: [1, 2, 6, 7, 8],
});
const DATA_TYPES = typesOf({ [VARINT]: [1, 3, 9], [LENGTH_DELIMITED]: [2], [FIXED32]: [4, 5, 6, 7, 8] });

/**
 * Whether an encoded MeshPacket is one to the firmware too: fields end where their messages do, and the known ones have the wire type that
 * mesh.proto gives them. Our decoder reads on where the firmware refuses the whole.
 */
export function isSound(packet: Uint8Array): boolean {
  const fields = fieldsOf(packet);
  if (fields === undefined || !fields.every((field) => hasItsType(field, PACKET_TYPES))) return false;
  return fields.every((field) =>
    field.number !== PACKET.decoded || fieldsOf(valueOf(packet, field))?.every((inner) => hasItsType(inner, DATA_TYPES)) === true
  );
}

function hasItsType({ number, wireType }: Field, types: ReadonlyMap<number, number>): boolean {
  return wireType === (types.get(number) ?? wireType);
}

/** An encoded MeshPacket with another sender or another id. */
export function patchPacket(packet: Uint8Array, changes: { readonly from?: number; readonly id?: number }): Uint8Array {
  const fields = fieldsOf(packet);
  if (fields === undefined) return packet;
  let patched: Uint8Array = packet.slice();
  for (const [number, value] of [[PACKET.from, changes.from], [PACKET.id, changes.id]] as const) {
    if (value === undefined) continue;
    const field = lastField(fields, number);
    if (field?.wireType === FIXED32) new DataView(patched.buffer).setUint32(field.valueAt, value, true);
    // Behind the others: what was found before stays where it is.
    else patched = join([patched, fixed32Field(number, value)]);
  }
  return patched;
}

function typesOf(numbers: Readonly<Record<number, readonly number[]>>): ReadonlyMap<number, number> {
  return new Map(Object.entries(numbers).flatMap(([type, fields]) => fields.map((number) => [number, Number(type)] as const)));
}

/** An encoded FromRadio whose packet names other requests: `idOf` gives the id to name for the one that is named. */
export function patchAnswer(fromRadio: Uint8Array, idOf: (id: number) => number): Uint8Array {
  return changePart(fromRadio, FROM_RADIO.packet, (packet) => changePart(packet, PACKET.decoded, (data) => patchNamedIds(data, idOf)));
}

/** An encoded Data that names other requests. */
function patchNamedIds(data: Uint8Array, idOf: (id: number) => number): Uint8Array {
  const fields = fieldsOf(data)?.filter(({ number, wireType }) =>
    (number === DATA.requestId || number === DATA.replyId) && wireType === FIXED32
  );
  if (fields === undefined || fields.length === 0) return data;
  const patched = data.slice();
  const view = new DataView(patched.buffer);
  let changed = false;
  for (const { valueAt } of fields) {
    const id = view.getUint32(valueAt, true);
    const other = id === 0 ? 0 : idOf(id);
    if (other === id) continue;
    view.setUint32(valueAt, other, true);
    changed = true;
  }
  return changed ? patched : data;
}

/** An encoded FromRadio with a QueueStatus that names another packet. */
export function patchQueueStatus(fromRadio: Uint8Array, id: number): Uint8Array {
  const change = new Map([[QUEUE_STATUS_PACKET_ID, varintField(QUEUE_STATUS_PACKET_ID, id)]]);
  return changePart(fromRadio, FROM_RADIO.queueStatus, (status) => replaceFields(status, change));
}

/** An encoded FromRadio with a ClientNotification that names another packet. */
export function patchNotification(fromRadio: Uint8Array, id: number): Uint8Array {
  const change = new Map([[NOTIFICATION_REPLY_ID, varintField(NOTIFICATION_REPLY_ID, id)]]);
  return changePart(fromRadio, FROM_RADIO.clientNotification, (notification) => replaceFields(notification, change));
}

/** What only a client with all rights may read, taken out of what the radio says: keys and passwords come empty. */
import { PortNum } from "../link/enums.ts";
import { DATA, FROM_RADIO, PACKET } from "./patch_packet.ts";
import { changePart, fieldsOf, lastField, numberOf, replaceFields } from "./wire.ts";

/** Field number → what to leave out below it; true: the field itself. */
type Secrets = { readonly [field: number]: Secrets | true };

// config.proto, channel.proto, module_config.proto.
const CONFIG: Secrets = {
  /** NetworkConfig.wifi_psk */
  4: { 4: true },
  /** SecurityConfig.private_key, admin_key */
  8: { 2: true, 3: true },
};
/** MQTTConfig.password */
const MODULE_CONFIG: Secrets = { 1: { 4: true } };
/** ChannelSettings.psk */
const CHANNEL: Secrets = { 2: { 2: true } };
const HANDSHAKE: Secrets = { [FROM_RADIO.config]: CONFIG, [FROM_RADIO.moduleConfig]: MODULE_CONFIG, [FROM_RADIO.channel]: CHANNEL };
/** AdminMessage: get_channel_response, get_config_response, get_module_config_response and the orders that hold the same. */
const ADMIN: Secrets = { 2: CHANNEL, 6: CONFIG, 8: MODULE_CONFIG, 33: CHANNEL, 34: CONFIG, 35: MODULE_CONFIG };

/** An encoded FromRadio without secrets; the same array when it holds none. */
export function withoutSecrets(fromRadio: Uint8Array): Uint8Array {
  const settings = without(fromRadio, HANDSHAKE);
  return changePart(settings, FROM_RADIO.packet, (packet) => changePart(packet, PACKET.decoded, withoutAdminSecrets));
}

function withoutAdminSecrets(data: Uint8Array): Uint8Array {
  const portnum = lastField(fieldsOf(data) ?? [], DATA.portnum);
  if (portnum === undefined || numberOf(data, portnum) !== PortNum.ADMIN_APP) return data;
  return changePart(data, DATA.payload, (admin) => without(admin, ADMIN));
}

function without(bytes: Uint8Array, secrets: Secrets): Uint8Array {
  let rest = bytes;
  const removed = new Map<number, null>();
  for (const [key, inner] of Object.entries(secrets)) {
    const number = Number(key);
    if (inner === true) removed.set(number, null);
    else rest = changePart(rest, number, (part) => without(part, inner));
  }
  if (removed.size === 0 || !(fieldsOf(rest) ?? []).some(({ number }) => removed.has(number))) return rest;
  return replaceFields(rest, removed);
}

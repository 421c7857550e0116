/**
 * The answer to want_config_id: its messages one after the other, in the firmware's order (PhoneAPI.cpp, the states of
 * getFromRadio). Each is made when it is asked for, so that it tells the state of that moment.
 */
import { encode } from "../link/codec.ts";
import { ChannelRole, RebroadcastMode, Role } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { formatNodeId } from "../node_id.ts";
import type { KnownNode } from "./node_table.ts";
import { bytesField, varintField } from "./raw_field.ts";
import type { Station } from "./station.ts";

/** want_config_id that asks for the configuration without the nodes (PhoneAPI.h). */
export const ONLY_CONFIG = 69420;
/** want_config_id that asks for the nodes alone. */
export const ONLY_NODES = 69421;

const CHANNEL_SLOTS = 8;
const MIN_APP_VERSION = 30200;
// FromRadio.region_presets is newer than the protobuf package (mesh.pb.h, meshtastic_FromRadio_region_presets_tag).
const REGION_PRESETS_FIELD = 19;
const MODULE_CONFIG_FIELD = 9;

const FILES: readonly Init<"FileInfo">[] = [
  { fileName: "/prefs/device.proto", sizeBytes: 101 },
  { fileName: "/prefs/nodes.proto", sizeBytes: 442 },
  { fileName: "/prefs/channels.proto", sizeBytes: 57 },
  { fileName: "/prefs/config.proto", sizeBytes: 179 },
  { fileName: "/prefs/module.proto", sizeBytes: 99 },
  { fileName: "/prefs/transmit_history.dat", sizeBytes: 13 },
];

/** FromRadio payloads up to and with config_complete_id. */
export function* handshake(station: Station, nonce: number): Generator<Uint8Array, void> {
  if (nonce !== ONLY_NODES) {
    yield fromRadio({ case: "myInfo", value: myInfo(station) });
    yield fromRadio({ case: "deviceuiConfig", value: { screenBrightness: 153 } });
  }
  yield fromRadio({ case: "nodeInfo", value: ownNodeInfo(station) });
  if (nonce !== ONLY_NODES) {
    yield fromRadio({ case: "metadata", value: station.metadata() });
    if (station.firmware.thinNodeInfo) yield regionPresets();
    for (let index = 0; index < CHANNEL_SLOTS; index += 1) yield fromRadio({ case: "channel", value: channel(station, index) });
    for (const config of configs(station)) yield fromRadio({ case: "config", value: { payloadVariant: config } });
    yield* moduleConfigs(station);
  }
  if (nonce !== ONLY_CONFIG) {
    // The list is read on while it is sent: a node that is heard meanwhile may be in it.
    for (const node of station.nodes.all()) {
      if (node.num === station.nodeNum) continue;
      yield fromRadio({ case: "nodeInfo", value: nodeInfo(node, station.firmware.thinNodeInfo) });
    }
  }
  if (nonce !== ONLY_NODES) { for (const file of FILES) yield fromRadio({ case: "fileInfo", value: file }); }
  yield fromRadio({ case: "configCompleteId", value: nonce });
}

/** One FromRadio payload. */
export function fromRadio(payloadVariant: NonNullable<Init<"FromRadio">["payloadVariant"]>): Uint8Array {
  return encode("FromRadio", { payloadVariant });
}

function myInfo(station: Station): Init<"MyNodeInfo"> {
  return {
    myNodeNum: station.nodeNum,
    rebootCount: station.rebootCount,
    minAppVersion: MIN_APP_VERSION,
    deviceId: station.publicKey.slice(0, 16),
    pioEnv: "heltec-v3",
    nodedbCount: station.nodes.size,
  };
}

function ownNodeInfo(station: Station): Init<"NodeInfo"> {
  const own = station.nodes.get(station.nodeNum);
  const { hopsAway: _unset, ...info } = nodeInfo({ ...own, num: station.nodeNum, isFavorite: true }, false);
  return { ...info, user: station.user(), lastHeard: station.timeS() };
}

function nodeInfo(node: KnownNode, thin: boolean): Init<"NodeInfo"> {
  return {
    num: node.num,
    snr: node.snr ?? 0,
    lastHeard: node.lastHeardS ?? 0,
    channel: node.channel ?? 0,
    viaMqtt: node.viaMqtt ?? false,
    isFavorite: node.isFavorite ?? false,
    ...(node.user === undefined ? {} : { user: { ...node.user, id: formatNodeId(node.num) } }),
    ...(node.hopsAway === undefined ? {} : { hopsAway: node.hopsAway }),
    ...(thin || node.position === undefined ? {} : { position: node.position }),
    ...(thin || node.metrics === undefined ? {} : { deviceMetrics: node.metrics }),
  };
}

function channel(station: Station, index: number): Init<"Channel"> {
  const psk = station.channelKey(index);
  if (psk === undefined) return { index, settings: {}, role: ChannelRole.DISABLED };
  return {
    index,
    settings: { psk, name: station.channels[index]?.name ?? "", moduleSettings: { positionPrecision: 13 } },
    role: index === 0 ? ChannelRole.PRIMARY : ChannelRole.SECONDARY,
  };
}

function configs(station: Station): NonNullable<Init<"Config">["payloadVariant"]>[] {
  return [
    { case: "device", value: { role: Role.CLIENT, rebroadcastMode: RebroadcastMode.ALL, nodeInfoBroadcastSecs: 10_800 } },
    { case: "position", value: { positionBroadcastSecs: 900, fixedPosition: true } },
    { case: "power", value: { lsSecs: 300 } },
    { case: "network", value: { wifiEnabled: true, wifiSsid: "simulated", ntpServer: "meshtastic.pool.ntp.org" } },
    { case: "display", value: { screenOnSecs: 600 } },
    {
      case: "lora",
      value: {
        usePreset: true,
        modemPreset: station.modemPreset,
        bandwidth: 250,
        spreadFactor: 11,
        codingRate: 5,
        region: station.region,
        hopLimit: station.hopLimit,
        txEnabled: true,
      },
    },
    { case: "bluetooth", value: { enabled: true, fixedPin: 123456 } },
    {
      case: "security",
      value: { publicKey: station.publicKey, privateKey: station.privateKey, isManaged: station.managed, serialEnabled: true },
    },
    { case: "sessionkey", value: {} },
    { case: "deviceUi", value: {} },
  ];
}

/** The modules that the protobuf package knows, in the order of their numbers; 14 and more came out empty when recorded. */
function* moduleConfigs(station: Station): Generator<Uint8Array, void> {
  const known: NonNullable<Init<"ModuleConfig">["payloadVariant"]>[] = [
    { case: "mqtt", value: { address: "mqtt.meshtastic.org", root: "msh/EU_868" } },
    { case: "serial", value: {} },
    { case: "externalNotification", value: {} },
    { case: "storeForward", value: {} },
    { case: "rangeTest", value: {} },
    { case: "telemetry", value: { deviceUpdateInterval: 1800 } },
    { case: "cannedMessage", value: {} },
    { case: "audio", value: {} },
    { case: "remoteHardware", value: {} },
    { case: "neighborInfo", value: {} },
    { case: "ambientLighting", value: { current: 10 } },
    { case: "detectionSensor", value: {} },
    { case: "paxcounter", value: {} },
  ];
  for (const payloadVariant of known) yield fromRadio({ case: "moduleConfig", value: { payloadVariant } });
  for (let number = known.length + 1; number <= station.firmware.moduleConfigs; number += 1) {
    // 2.8 fills them in; what they hold is unknown to the protobuf package, so it must pass through a client unharmed.
    const content = station.firmware.thinNodeInfo ? bytesField(number, new Uint8Array(0)) : new Uint8Array(0);
    yield bytesField(MODULE_CONFIG_FIELD, content);
  }
}

/** LoRaRegionPresetMap: one group of presets, and the regions that may use them. */
function regionPresets(): Uint8Array {
  const group = new Uint8Array([...bytesField(1, new Uint8Array([0, 1, 3, 4, 5, 6, 7, 8, 9])), ...varintField(2, 0)]);
  const regions = [1, 2, 3].map((region) => bytesField(2, new Uint8Array([...varintField(1, region), ...varintField(2, 0)])));
  return bytesField(REGION_PRESETS_FIELD, new Uint8Array([...bytesField(1, group), ...regions.flatMap((entry) => [...entry])]));
}

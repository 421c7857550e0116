/**
 * Messages to bytes and back. The only importer of the protobuf packages: everything else sees the types of
 * `messages.ts`. Unknown fields and variants are kept by the library and written again unchanged.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage } from "@bufbuild/protobuf";
import { Admin, Channel, Config, Mesh, ModuleConfig, Telemetry } from "@meshtastic/protobufs";
import type { Init, Message, MessageName } from "./messages.ts";

const SCHEMAS: Record<MessageName, DescMessage> = {
  FromRadio: Mesh.FromRadioSchema,
  ToRadio: Mesh.ToRadioSchema,
  MeshPacket: Mesh.MeshPacketSchema,
  Data: Mesh.DataSchema,
  MyNodeInfo: Mesh.MyNodeInfoSchema,
  NodeInfo: Mesh.NodeInfoSchema,
  User: Mesh.UserSchema,
  Position: Mesh.PositionSchema,
  Telemetry: Telemetry.TelemetrySchema,
  DeviceMetrics: Telemetry.DeviceMetricsSchema,
  EnvironmentMetrics: Telemetry.EnvironmentMetricsSchema,
  PowerMetrics: Telemetry.PowerMetricsSchema,
  LocalStats: Telemetry.LocalStatsSchema,
  DeviceMetadata: Mesh.DeviceMetadataSchema,
  Channel: Channel.ChannelSchema,
  ChannelSettings: Channel.ChannelSettingsSchema,
  ModuleSettings: Channel.ModuleSettingsSchema,
  Config: Config.ConfigSchema,
  DeviceConfig: Config.Config_DeviceConfigSchema,
  PositionConfig: Config.Config_PositionConfigSchema,
  PowerConfig: Config.Config_PowerConfigSchema,
  NetworkConfig: Config.Config_NetworkConfigSchema,
  DisplayConfig: Config.Config_DisplayConfigSchema,
  LoRaConfig: Config.Config_LoRaConfigSchema,
  BluetoothConfig: Config.Config_BluetoothConfigSchema,
  SecurityConfig: Config.Config_SecurityConfigSchema,
  SessionkeyConfig: Config.Config_SessionkeyConfigSchema,
  DeviceUIConfig: deviceUiConfigSchema(),
  ModuleConfig: ModuleConfig.ModuleConfigSchema,
  MQTTConfig: ModuleConfig.ModuleConfig_MQTTConfigSchema,
  SerialConfig: ModuleConfig.ModuleConfig_SerialConfigSchema,
  ExternalNotificationConfig: ModuleConfig.ModuleConfig_ExternalNotificationConfigSchema,
  StoreForwardConfig: ModuleConfig.ModuleConfig_StoreForwardConfigSchema,
  RangeTestConfig: ModuleConfig.ModuleConfig_RangeTestConfigSchema,
  TelemetryConfig: ModuleConfig.ModuleConfig_TelemetryConfigSchema,
  CannedMessageConfig: ModuleConfig.ModuleConfig_CannedMessageConfigSchema,
  AudioConfig: ModuleConfig.ModuleConfig_AudioConfigSchema,
  RemoteHardwareConfig: ModuleConfig.ModuleConfig_RemoteHardwareConfigSchema,
  NeighborInfoConfig: ModuleConfig.ModuleConfig_NeighborInfoConfigSchema,
  AmbientLightingConfig: ModuleConfig.ModuleConfig_AmbientLightingConfigSchema,
  DetectionSensorConfig: ModuleConfig.ModuleConfig_DetectionSensorConfigSchema,
  PaxcounterConfig: ModuleConfig.ModuleConfig_PaxcounterConfigSchema,
  StatusMessageConfig: ModuleConfig.ModuleConfig_StatusMessageConfigSchema,
  LogRecord: Mesh.LogRecordSchema,
  Routing: Mesh.RoutingSchema,
  RouteDiscovery: Mesh.RouteDiscoverySchema,
  QueueStatus: Mesh.QueueStatusSchema,
  Heartbeat: Mesh.HeartbeatSchema,
  FileInfo: Mesh.FileInfoSchema,
  ClientNotification: Mesh.ClientNotificationSchema,
  NeighborInfo: Mesh.NeighborInfoSchema,
  Neighbor: Mesh.NeighborSchema,
  SharedContact: Admin.SharedContactSchema,
  AdminMessage: Admin.AdminMessageSchema,
};

/** The package does not export this schema by itself; it hangs on FromRadio's own descriptor. */
function deviceUiConfigSchema(): DescMessage {
  const field = Mesh.FromRadioSchema.field.deviceuiConfig;
  if (field?.message === undefined) throw new Error("Cannot find DeviceUIConfig in @meshtastic/protobufs");
  return field.message;
}

/** The package's own descriptor of a message, for the test that compares it with the field table. */
export function descriptorOf(name: MessageName): DescMessage {
  return SCHEMAS[name];
}

/**
 * Bytes of one message to its fields. Byte fields are views of `bytes`: pass memory that nobody overwrites.
 * Throws an Error of the protobuf library when the bytes are not such a message.
 */
export function decode<Name extends MessageName>(name: Name, bytes: Uint8Array): Message<Name> {
  return fromBinary(SCHEMAS[name], bytes) as unknown as Message<Name>;
}

/** A message from some of its fields; the others get their protobuf defaults. */
export function make<Name extends MessageName>(name: Name, init: Init<Name>): Message<Name> {
  return create(SCHEMAS[name], init as never) as unknown as Message<Name>;
}

/** One message, or some of its fields, to bytes. */
export function encode<Name extends MessageName>(name: Name, message: Init<Name> | Message<Name>): Uint8Array {
  const schema = SCHEMAS[name];
  return toBinary(schema, create(schema, message as never));
}

/** The number of bytes that a message takes when encoded. */
export function encodedLengthBytes<Name extends MessageName>(name: Name, message: Init<Name> | Message<Name>): number {
  return encode(name, message).length;
}

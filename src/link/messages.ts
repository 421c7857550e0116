/** The Meshtastic messages as TypeScript types, derived from the field table so that the two cannot differ. */
import type { ENUMS } from "./enums.ts";
import type { FIELDS } from "./fields.ts";

type Table = typeof FIELDS;

/** The name of a message that the codec knows. */
export type MessageName = keyof Table;

type Scalar<Kind> = Kind extends "bool" ? boolean
  : Kind extends "string" ? string
  : Kind extends "bytes" ? Uint8Array
  : Kind extends "uint32" | "int32" | "fixed32" | "sfixed32" | "float" | keyof typeof ENUMS ? number
  : never;

type Value<Kind> = Kind extends MessageName ? Message<Kind> : Scalar<Kind>;

type FieldEntry = readonly [number, string];

type OneOf<Members> =
  | {
    [Case in keyof Members]: { case: Case; value: Members[Case] extends readonly [number, infer Kind] ? Value<Kind> : never };
  }[keyof Members]
  | { case: undefined; value?: undefined };

type OptionalKeys<Fields> = {
  [F in keyof Fields]: Fields[F] extends readonly [number, infer Kind]
    ? Kind extends `${string}?` ? F : Kind extends MessageName ? F : never
    : never;
}[keyof Fields];

type FieldType<Entry> = Entry extends readonly [number, infer Kind]
  ? Kind extends `${infer Base}?` ? Value<Base> : Kind extends `${infer Base}[]` ? Value<Base>[] : Value<Kind>
  : OneOf<Entry>;

/** A decoded message: proto3 defaults are filled in, absent optional fields and messages are undefined. */
export type Message<Name extends MessageName> =
  & { [F in Exclude<keyof Table[Name], OptionalKeys<Table[Name]>>]: FieldType<Table[Name][F]> }
  & { [F in OptionalKeys<Table[Name]>]?: FieldType<Table[Name][F]> };

type InitValue<Kind> = Kind extends MessageName ? Init<Kind> : Scalar<Kind>;

type InitOneOf<Members> =
  | {
    [Case in keyof Members]: { case: Case; value: Members[Case] extends readonly [number, infer Kind] ? InitValue<Kind> : never };
  }[keyof Members]
  | { case: undefined; value?: undefined };

type InitField<Entry> = Entry extends FieldEntry
  ? Entry[1] extends `${infer Base}?` ? InitValue<Base> : Entry[1] extends `${infer Base}[]` ? InitValue<Base>[] : InitValue<Entry[1]>
  : InitOneOf<Entry>;

/** What the codec needs to make a message: any of its fields. */
export type Init<Name extends MessageName> = { [F in keyof Table[Name]]?: InitField<Table[Name][F]> };

export type FromRadio = Message<"FromRadio">;
export type ToRadio = Message<"ToRadio">;
export type MeshPacket = Message<"MeshPacket">;
export type Data = Message<"Data">;
export type NodeInfo = Message<"NodeInfo">;
export type User = Message<"User">;
export type Position = Message<"Position">;
export type DeviceMetrics = Message<"DeviceMetrics">;
export type Telemetry = Message<"Telemetry">;
export type MyNodeInfo = Message<"MyNodeInfo">;
export type DeviceMetadata = Message<"DeviceMetadata">;
export type Channel = Message<"Channel">;
export type Config = Message<"Config">;
export type LoRaConfig = Message<"LoRaConfig">;
export type ModuleConfig = Message<"ModuleConfig">;
export type QueueStatus = Message<"QueueStatus">;
export type Routing = Message<"Routing">;
export type RouteDiscovery = Message<"RouteDiscovery">;
export type ClientNotification = Message<"ClientNotification">;

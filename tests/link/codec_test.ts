import assert from "node:assert/strict";
import { ScalarType } from "@bufbuild/protobuf";
import * as packages from "@meshtastic/protobufs";
import { descriptorOf } from "../../src/link/codec.ts";
import { ENUMS } from "../../src/link/enums.ts";
import { FIELDS } from "../../src/link/fields.ts";
import type { MessageName } from "../../src/link/messages.ts";

type Entry = readonly [number, string];
// deno-lint-ignore no-explicit-any -- the package ships without types, which is what this test is about
type Field = any;

const SCALARS: Record<number, string> = {
  [ScalarType.UINT32]: "uint32",
  [ScalarType.INT32]: "int32",
  [ScalarType.FIXED32]: "fixed32",
  [ScalarType.SFIXED32]: "sfixed32",
  [ScalarType.FLOAT]: "float",
  [ScalarType.BOOL]: "bool",
  [ScalarType.STRING]: "string",
  [ScalarType.BYTES]: "bytes",
};

const ENUM_TYPES: Record<keyof typeof ENUMS, string> = {
  PortNum: "PortNum",
  RoutingError: "Routing.Error",
  Priority: "MeshPacket.Priority",
  TransportMechanism: "MeshPacket.TransportMechanism",
  ChannelRole: "Channel.Role",
  Role: "Config.DeviceConfig.Role",
  RebroadcastMode: "Config.DeviceConfig.RebroadcastMode",
  ModemPreset: "Config.LoRaConfig.ModemPreset",
  RegionCode: "Config.LoRaConfig.RegionCode",
  HardwareModel: "HardwareModel",
};

/** What the package's descriptor says of a field, in the words of our table. */
function kindOf(field: Field): string {
  const element = field.message ?? field.enum;
  const scalar = field.fieldKind === "list" ? field.scalar : field.scalar;
  const base = element ? element.typeName.replace("meshtastic.", "") : SCALARS[scalar];
  if (field.fieldKind === "list") return `${base}[]`;
  const explicit = field.presence === 1 && field.fieldKind !== "message" && field.oneof === undefined;
  return explicit ? `${base}?` : base;
}

function ourKind(kind: string): string {
  const suffix = /[?[\]]+$/.exec(kind)?.[0] ?? "";
  const base = kind.slice(0, kind.length - suffix.length);
  if (base in ENUM_TYPES) return ENUM_TYPES[base as keyof typeof ENUMS] + suffix;
  if (base in FIELDS) return descriptorOf(base as MessageName).typeName.replace("meshtastic.", "") + suffix;
  return kind;
}

function* entries(name: MessageName): Generator<[field: string, entry: Entry, oneof: string | undefined]> {
  for (const [field, entry] of Object.entries(FIELDS[name])) {
    if (Array.isArray(entry)) yield [field, entry as unknown as Entry, undefined];
    else for (const [member, inner] of Object.entries(entry)) yield [member, inner as Entry, field];
  }
}

for (const name of Object.keys(FIELDS) as MessageName[]) {
  Deno.test(`FIELDS.${name} agrees with the package's descriptor`, () => {
    const descriptor = descriptorOf(name);
    for (const [fieldName, [number, kind], oneof] of entries(name)) {
      const field = descriptor.fields.find((candidate) => candidate.localName === fieldName) as Field;
      assert.ok(field, `${name} has no field ${fieldName}`);
      assert.equal(field.number, number, `${name}.${fieldName}: number`);
      // A enum that MeshBot only passes on is declared as its number.
      if (field.enum !== undefined && kind === "uint32") continue;
      assert.equal(ourKind(kind), kindOf(field), `${name}.${fieldName}: kind`);
      assert.equal(field.oneof?.localName, oneof, `${name}.${fieldName}: oneof`);
    }
  });
}

Deno.test("ENUMS agree with the package's descriptors", () => {
  const all = new Map<string, Field>();
  for (const namespace of Object.values(packages) as Record<string, Field>[]) {
    for (const value of Object.values(namespace)) if (value?.kind === "enum") all.set(value.typeName, value);
  }
  for (const [name, values] of Object.entries(ENUMS)) {
    const descriptor = all.get(`meshtastic.${ENUM_TYPES[name as keyof typeof ENUMS]}`);
    assert.ok(descriptor, `no enum ${name}`);
    const theirs = Object.fromEntries(descriptor.values.map((value: Field) => [value.name, value.number]));
    for (const [member, number] of Object.entries(values)) assert.equal(theirs[member], number, `${name}.${member}`);
  }
});

/** Mutations of a message of the node's API by its fields: decoded, one field given another value, encoded again. */
import { decode, encode } from "../../src/link/codec.ts";
import { ENUMS, PortNum } from "../../src/link/enums.ts";
import { FIELDS } from "../../src/link/fields.ts";
import type { MessageName } from "../../src/link/messages.ts";
import type { Random } from "../../src/simulator/random.ts";
import { mutateBytes } from "./mutate_bytes.ts";
import { TELLING_TEXTS } from "./mutate_text.ts";

type Value = Record<string, unknown>;
type Entry = readonly [number, string] | Readonly<Record<string, readonly [number, string]>>;

const NUMBERS = [0, 1, 2, 7, 8, 127, 128, 255, 256, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
const SIGNED = [0, 1, -1, 127, -128, 0x7fff_ffff, -0x8000_0000, 900_000_000, -1_800_000_001];
const FLOATS = [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e38, -1e-38, 101];
const PAYLOADS: ReadonlyMap<number, MessageName> = new Map<number, MessageName>([
  [PortNum.POSITION_APP, "Position"],
  [PortNum.NODEINFO_APP, "User"],
  [PortNum.TELEMETRY_APP, "Telemetry"],
  [PortNum.TRACEROUTE_APP, "RouteDiscovery"],
  [PortNum.ROUTING_APP, "Routing"],
  [PortNum.ADMIN_APP, "AdminMessage"],
  [PortNum.NEIGHBORINFO_APP, "NeighborInfo"],
]);

/** Which of the two it is. */
export type ApiMessage = "FromRadio" | "ToRadio";

/** One to three fields changed; undefined when the bytes are no such message. */
export function mutatePacket(
  bytes: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
  name: ApiMessage = "FromRadio",
): Uint8Array | undefined {
  try {
    const message = decode(name, bytes);
    for (let turn = random.integer(1, 3); turn > 0; turn -= 1) mutateField(name, message as unknown as Value, random, others);
    const packet = message.payloadVariant.case === "packet" ? message.payloadVariant.value : undefined;
    if (packet?.payloadVariant.case === "decoded" && random.chance(0.6)) {
      mutatePayload(packet.payloadVariant.value as unknown as Value, random, others);
    }
    return encode(name, message as never);
  } catch {
    // A value that no encoder takes: such a message cannot be sent either.
    return undefined;
  }
}

/** The payload of a packet by the message that its PortNum promises. */
function mutatePayload(data: Value, random: Random, others: readonly Uint8Array[]): void {
  if (random.chance(0.1)) data.portnum = random.pick([...PAYLOADS.keys(), PortNum.TEXT_MESSAGE_APP]);
  const name = PAYLOADS.get(data.portnum as number);
  const payload = data.payload as Uint8Array;
  if (name === undefined) data.payload = mutateBytes(payload, random, others);
  else {
    const message = decode(name, payload) as unknown as Value;
    mutateField(name, message, random, others);
    data.payload = encode(name, message as never);
  }
}

function mutateField(name: MessageName, message: Value, random: Random, others: readonly Uint8Array[]): void {
  const fields = Object.entries(FIELDS[name] as Readonly<Record<string, Entry>>);
  const [field, entry] = random.pick(fields);
  if (!isScalarEntry(entry)) return mutateOneOf(message, field, entry, random, others);
  message[field] = newValue(entry[1], message[field], random, others);
}

function mutateOneOf(
  message: Value,
  field: string,
  members: Readonly<Record<string, readonly [number, string]>>,
  random: Random,
  others: readonly Uint8Array[],
): void {
  const current = message[field] as { case: string | undefined; value?: unknown };
  const known = current.case === undefined || random.chance(0.15) ? random.pick(Object.keys(members)) : current.case;
  const [, kind] = members[known] ?? [0, "uint32"];
  message[field] = { case: known, value: newValue(kind, known === current.case ? current.value : undefined, random, others) };
}

function newValue(kind: string, before: unknown, random: Random, others: readonly Uint8Array[]): unknown {
  if (kind.endsWith("?")) return random.chance(0.2) ? undefined : newValue(kind.slice(0, -1), before, random, others);
  if (kind.endsWith("[]")) {
    const list = [...(before ?? []) as unknown[]];
    const at = random.integer(0, list.length);
    const more = () => newValue(kind.slice(0, -2), undefined, random, others);
    if (random.chance(0.3)) list.splice(at, 1);
    else list.splice(at, 0, ...Array.from({ length: random.pick([1, 1, 2, 40]) }, more));
    return list;
  }
  if (kind in FIELDS) {
    const name = kind as MessageName;
    const message = (before ?? decode(name, new Uint8Array(0))) as Value;
    mutateField(name, message, random, others);
    return message;
  }
  switch (kind) {
    case "bool":
      return random.chance(0.5);
    case "string":
      return random.pick(TELLING_TEXTS);
    case "bytes":
      return before instanceof Uint8Array && before.length > 0
        ? mutateBytes(before, random, others)
        : random.bytes(random.pick([0, 1, 16, 32, 33, 237]));
    case "float":
      return random.pick(FLOATS);
    case "int32":
    case "sfixed32":
      return random.pick(SIGNED);
    case "uint32":
    case "fixed32":
      return random.pick(NUMBERS);
    default:
      return random.chance(0.7) && kind in ENUMS
        ? random.pick(Object.values(ENUMS[kind as keyof typeof ENUMS]))
        : random.pick([255, 1000, 0x7fff_ffff, -1]);
  }
}

function isScalarEntry(entry: Entry): entry is readonly [number, string] {
  return Array.isArray(entry);
}

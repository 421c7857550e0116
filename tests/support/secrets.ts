/** Frames of every kind with secrets planted where the firmware keeps its own. */
import fc from "fast-check";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Direction } from "../../src/record/redact.ts";
import { bytesField, join, varintField } from "../../src/share/wire.ts";

/** One secret as it lies in its frame. */
export interface Secret {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** A frame's payload and what it must not tell. */
export interface Planted {
  readonly direction: Direction;
  readonly payload: Uint8Array;
  readonly secrets: readonly Secret[];
}

/** Random bytes: no two calls give the same. */
export function secretBytes(lengthBytes: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(lengthBytes));
}

/** True when `part` stands somewhere in `whole`. */
export function holding(whole: Uint8Array, part: Uint8Array): boolean {
  for (let at = whole.indexOf(part[0] as number); at >= 0; at = whole.indexOf(part[0] as number, at + 1)) {
    if (part.every((byte, index) => whole[at + index] === byte)) return true;
  }
  return false;
}

/** A piece of an encoded message, and the secret that is in it. */
interface Part {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly secret: Uint8Array;
}

const PASSWORD_LETTERS = [..."abcdefghijkmnopqrstuvwyzABCDEFGHJKLMNPQRSTUVWXYZ23456789éß%€"];

/** Words of a person: letters that no filler consists of. */
function words(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.constantFrom(...PASSWORD_LETTERS), { minLength: 8, maxLength })
    .map((letters) => new TextEncoder().encode(letters.join("")));
}

const keys = fc.uint8Array({ minLength: 16, maxLength: 32 });
const passkeys = fc.uint8Array({ minLength: 8, maxLength: 8 });

/** A value in a field of a field …: `at` are the numbers from the outside to the inside. */
function planted(what: string, secret: fc.Arbitrary<Uint8Array>, ...at: number[]): fc.Arbitrary<Part> {
  return secret.map((value) => ({ what, secret: value, bytes: at.reduceRight((inner, number) => bytesField(number, inner), value) }));
}

// config.proto, module_config.proto, channel.proto: the numbers below Config, ModuleConfig and Channel.
const settings = (config: number, moduleConfig: number, channel: number): fc.Arbitrary<Part> =>
  fc.oneof(
    planted("wifi_psk", words(30), config, 4, 4),
    planted("private_key", keys, config, 8, 2),
    planted("a key of newer firmware", keys, config, 8, 33),
    planted("a kind of settings of newer firmware", words(30), config, 77, 3),
    planted("mqtt password", words(30), moduleConfig, 1, 4),
    planted("a password of newer firmware", words(30), moduleConfig, 99, 1),
    planted("psk", keys, channel, 2, 2),
  );

function adminParts(): fc.Arbitrary<Part> {
  return fc.oneof(
    // get_…_response and set_…
    settings(6, 8, 2),
    settings(34, 35, 33),
    planted("lockdown passphrase", words(30), 104, 1),
    planted("canned messages", words(60), 36),
  );
}

/** An admin message with its passkey, in a packet from or to anybody. */
function adminPacket(): fc.Arbitrary<{ packet: Uint8Array; secrets: Secret[] }> {
  return fc.tuple(fc.option(adminParts(), { nil: undefined }), passkeys, address(), fc.boolean()).map(
    ([part, passkey, to, passkeyFirst]) => {
      const key = bytesField(101, passkey);
      const rest = part?.bytes ?? varintField(97, 5);
      const payload = join(passkeyFirst ? [key, rest] : [rest, key]);
      const secrets: Secret[] = [{ what: "session_passkey", bytes: passkey }];
      if (part !== undefined) secrets.push({ what: part.what, bytes: part.secret });
      return { packet: packetBytes(to, PortNum.ADMIN_APP, payload), secrets };
    },
  );
}

/** A text to one person, whatever the port calls it. */
function directPacket(): fc.Arbitrary<{ packet: Uint8Array; secrets: Secret[] }> {
  const port = fc.constantFrom(
    PortNum.TEXT_MESSAGE_APP,
    PortNum.ALERT_APP,
    PortNum.WAYPOINT_APP,
    7,
    9,
    10,
    12,
    13,
    32,
    64,
    65,
    66,
    72,
    256,
    300,
  );
  return fc.tuple(words(50), address(), port).map(([said, to, portnum]) => ({
    packet: packetBytes(to === BROADCAST_NUM ? 1 : to, portnum, said),
    secrets: [{ what: `direct text on port ${portnum}`, bytes: said }],
  }));
}

function address(): fc.Arbitrary<number> {
  return fc.oneof(fc.constant(BROADCAST_NUM), fc.constant(0), fc.integer({ min: 0, max: BROADCAST_NUM - 1 }));
}

function packetBytes(to: number, portnum: number, payload: Uint8Array): Uint8Array {
  const packet: Init<"MeshPacket"> = {
    from: 0x1020_3040,
    to,
    id: 77,
    rxRssi: -80,
    payloadVariant: { case: "decoded", value: { portnum, payload, requestId: 5, bitfield: 1 } },
  };
  return encode("MeshPacket", packet);
}

/** A frame of either direction with at least one secret. */
export function plantedFrames(): fc.Arbitrary<Planted> {
  const fromNode = fc.oneof(
    settings(5, 9, 10),
    planted("device_id", keys, 3, 12),
    planted("log record", words(60), 6, 1),
    planted("proxied broker data", words(60), 14, 2),
    planted("proxied broker text", words(60), 14, 3),
    planted("file transfer", words(60), 12, 4),
    planted("verification characters", words(9), 16, 13, 4),
    planted("a message of newer firmware", words(30), 40, 1),
  ).map(({ what, bytes, secret }): Planted => ({ direction: "from", payload: bytes, secrets: [{ what, bytes: secret }] }));
  const toNode = fc.oneof(
    planted("proxied broker data", words(60), 6, 2),
    planted("file transfer", words(60), 5, 4),
    planted("a message of newer firmware", words(30), 40, 1),
  ).map(({ what, bytes, secret }): Planted => ({ direction: "to", payload: bytes, secrets: [{ what, bytes: secret }] }));
  const packets = fc.tuple(fc.oneof(adminPacket(), directPacket()), fc.boolean()).map(([{ packet, secrets }, up]): Planted => ({
    direction: up ? "to" : "from",
    payload: bytesField(up ? 1 : 2, packet),
    secrets,
  }));
  return fc.oneof({ arbitrary: packets, weight: 3 }, { arbitrary: fromNode, weight: 3 }, { arbitrary: toNode, weight: 1 });
}

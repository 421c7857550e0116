import assert from "node:assert/strict";
import fc from "fast-check";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { withoutSecrets } from "../../src/share/secrets.ts";
import { bytesField, join, varintField } from "../../src/share/wire.ts";
import { anyPacketBytes } from "../support/any_packet.ts";

const SECRET = new TextEncoder().encode("s3cret-s3cret-s3cret-s3cret-s3cr");
const secret = (number: number) => bytesField(number, SECRET);
const other = (number: number) => bytesField(number, new TextEncoder().encode("open"));

function holds(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes("s3cret");
}

const SETTINGS = {
  "security keys": { part: bytesField(8, join([other(1), secret(2), secret(3), secret(3)])), fromRadio: 5, get: 6, set: 34 },
  "Wi-Fi password": { part: bytesField(4, join([other(3), secret(4)])), fromRadio: 5, get: 6, set: 34 },
  "MQTT password": { part: bytesField(1, join([other(2), secret(4)])), fromRadio: 9, get: 8, set: 35 },
  "channel key": { part: bytesField(2, join([secret(2), other(3)])), fromRadio: 10, get: 2, set: 33 },
};

for (const [name, { part, fromRadio, get, set }] of Object.entries(SETTINGS)) {
  Deno.test(`withoutSecrets() takes the ${name} out of a handshake and out of administrative packets, and nothing else`, () => {
    const handshake = join([varintField(1, 7), bytesField(fromRadio, part)]);
    const admin = (variant: number) =>
      bytesField(
        2,
        join([
          encode("MeshPacket", { from: 1, id: 2 }),
          bytesField(
            4,
            encode("Data", { portnum: PortNum.ADMIN_APP, payload: join([bytesField(variant, part), secretless]), requestId: 5 }),
          ),
        ]),
      );
    const secretless = varintField(101, 3);
    for (const bytes of [handshake, admin(get), admin(set)]) {
      assert.ok(holds(bytes));
      const shown = withoutSecrets(bytes);
      assert.ok(!holds(shown));
      assert.match(new TextDecoder("latin1").decode(shown), /open/);
      assert.equal(withoutSecrets(shown), shown);
    }
  });
}

Deno.test("withoutSecrets() leaves packets of the mesh as they are", () => {
  fc.assert(fc.property(anyPacketBytes(), (packet) => {
    const bytes = bytesField(2, packet);
    const text = bytesField(
      2,
      bytesField(4, encode("Data", { portnum: PortNum.TEXT_MESSAGE_APP, payload: bytesField(2, bytesField(2, secret(2))) })),
    );
    assert.equal(withoutSecrets(text), text);
    assert.deepEqual(withoutSecrets(bytes), bytes);
  }));
});

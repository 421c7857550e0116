/** Multicast DNS: what anybody on the network sends, to who looks for services and to who announces one. */
import { ServiceError } from "../../../src/errors.ts";
import { decodeMessage } from "../../../src/io/mdns_decode.ts";
import { encodeMessage } from "../../../src/io/mdns_encode.ts";
import { announceService, findServices } from "../../../src/io/mdns.ts";
import { FoundServices } from "../../../src/io/mdns_found.ts";
import type { MulticastSocket, OnMessage } from "../../../src/io/mdns_socket.ts";
import { createFakeClock } from "../../../tests/support/fake_clock.ts";
import { allowing, mustHold, type Target } from "../target.ts";
import { isUnreadable } from "./weather.ts";

const SERVICE = "_meshtastic._tcp.local";
const NAME = SERVICE.split(".");
const PEER = { address: "192.0.2.7", port: 5353 };

export const mdns: Target = {
  name: "mdns",
  shape: "bytes",
  seeds: () => Promise.resolve(messages()),
  open() {
    return {
      async run(input) {
        const message = allowing(isUnreadable, () => decodeMessage(input));
        if (message !== undefined) {
          const found = new FoundServices(NAME);
          found.take([...message.answers, ...message.authorities, ...message.additionals]);
          for (const { instance, host, addresses, port } of found.list()) {
            mustHold(!/\p{Cc}/u.test(instance + host), "a name has no control characters");
            mustHold(port > 0 && port < 65_536 && addresses.length <= 8, "an instance can be dialled");
          }
        }
        await lookWhile(input);
        await announceWhile(input);
      },
    };
  },
};

/** Somebody sends it while services are looked for. */
async function lookWhile(input: Uint8Array): Promise<void> {
  const clock = createFakeClock();
  const network = fakeNetwork();
  const looking = findServices(SERVICE, { clock, timeoutMs: 1500, open: network.open });
  await Promise.resolve();
  network.say(input);
  await clock.tick(200);
  network.say(input);
  await clock.tick(1400);
  await looking;
}

/** Somebody sends it while a service is announced. */
async function announceWhile(input: Uint8Array): Promise<void> {
  const clock = createFakeClock();
  const network = fakeNetwork();
  const announcing = announceService({
    service: SERVICE,
    instance: "Bot",
    hostname: "bot",
    port: 4404,
    addresses: () => ["192.0.2.1"],
    clock,
    open: network.open,
  })
    .catch((error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
    });
  await Promise.resolve();
  network.say(input);
  for (let turn = 0; turn < 10; turn += 1) await clock.tick(300);
  network.say(input);
  await clock.tick(1000);
  // A name that is taken again and again is given up after some seconds.
  for (let turn = 0; turn < 20; turn += 1) await clock.tick(300);
  const announcement = await announcing;
  const closing = announcement?.[Symbol.asyncDispose]();
  await clock.tick(1000);
  await closing;
}

function fakeNetwork(): { readonly open: (onMessage: OnMessage) => Promise<MulticastSocket>; say(bytes: Uint8Array): void } {
  let hear: OnMessage | undefined;
  const check = (bytes: Uint8Array) => {
    decodeMessage(bytes);
    return Promise.resolve();
  };
  return {
    open(onMessage) {
      hear = onMessage;
      return Promise.resolve({ multicast: check, send: check, close: () => Promise.resolve(void (hear = undefined)) });
    },
    say: (bytes) => hear?.(bytes.slice(), PEER),
  };
}

function messages(): Uint8Array[] {
  const instance = ["Node", ...NAME];
  const host = ["node", "local"];
  const record = { ttlS: 120, flush: true };
  return [
    encodeMessage({ questions: [{ name: NAME, type: 12, unicast: false }] }),
    encodeMessage({
      questions: [{ name: ["Bot", ...NAME], type: 255, unicast: true }, { name: ["bot", "local"], type: 1, unicast: false }],
    }),
    encodeMessage({
      isResponse: true,
      answers: [
        { name: NAME, ttlS: 4500, flush: false, data: { kind: "PTR", target: instance } },
        { ...record, name: instance, data: { kind: "SRV", priority: 0, weight: 0, port: 4403, target: host } },
        { ...record, name: instance, data: { kind: "TXT", strings: ["shortname=Abcd", "id=!a1b2c3d4"] } },
      ],
      additionals: [
        { ...record, name: host, data: { kind: "A", address: "192.0.2.9" } },
        { ...record, name: host, data: { kind: "AAAA", address: "fe80::1" } },
      ],
    }),
    // Somebody has the names already.
    encodeMessage({
      isResponse: true,
      answers: [
        { ...record, name: ["Bot", ...NAME], data: { kind: "SRV", priority: 0, weight: 0, port: 4404, target: ["bot", "local"] } },
        { ...record, name: ["bot", "local"], data: { kind: "A", address: "192.0.2.8" } },
      ],
    }),
  ];
}

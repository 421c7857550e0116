/** The shared node: what its clients send, and what the radio says to it. */
import { decode, encode } from "../../../src/link/codec.ts";
import { PortNum } from "../../../src/link/enums.ts";
import { encodeFrame, MAX_PAYLOAD_BYTES } from "../../../src/link/frame.ts";
import type { Init } from "../../../src/link/messages.ts";
import { Outbox } from "../../../src/mesh/outbox.ts";
import { createShare, type Share } from "../../../src/share/share.ts";
import { createFakeClock, type FakeClock } from "../../../tests/support/fake_clock.ts";
import { ioTurn } from "../../../tests/support/link_rig.ts";
import { readRecording } from "../../../tests/support/recording.ts";
import { TestClient } from "../../../tests/support/sim.ts";
import { collectLogErrors } from "../log_errors.ts";
import { joined } from "../mutate_bytes.ts";
import { payloadsIn } from "../mutator.ts";
import { packetFrames } from "../packet_frames.ts";
import { allowing, mustHold, type Target } from "../target.ts";
import { isDecodeError } from "./codec.ts";

const PACE_MS = 3000;
const PATIENCE_MS = 600_000;
// ToRadio.xmodemPacket and mqttClientProxyMessage (mesh.proto), length-delimited.
const PACKET_FIELD = 1;
const XMODEM_TAG = 5 << 3 | 2;
const MQTT_TAG = 6 << 3 | 2;

export const shareClient: Target = {
  name: "share_client",
  shape: "clientFrames",
  seeds: () => Promise.resolve(clientSeeds()),
  async open() {
    const clock = createFakeClock();
    const log = collectLogErrors();
    const rule: string[] = [];
    const { share, outbox } = shareOf(clock, { listen: "127.0.0.1:0" }, (bytes) => {
      const broken = brokenRuleOf(bytes);
      if (broken !== undefined) rule.push(broken);
    });
    const ownNum = await introduce(share, outbox);
    while (share.view.listen === undefined) await new Promise((resolve) => void setTimeout(resolve, 1));
    const port = Number(share.view.listen.split(":").at(-1));
    const connect = async () => new TestClient(await Deno.connect({ hostname: "127.0.0.1", port }), ownNum);
    return {
      async run(input) {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port });
        const reading = drain(conn);
        try {
          await conn.write(input);
          await conn.closeWrite();
        } catch {
          // A client that has said its farewell is not listened to any more.
        }
        await within(clock, reading, "who has gone is let go");
        await clock.tick(PACE_MS);
        const witness = await connect();
        await within(clock, witness.handshake(69420), "the next client gets its settings");
        await witness[Symbol.asyncDispose]();
        const [error] = [...rule.splice(0), ...log.take()];
        mustHold(error === undefined, `nothing goes wrong: ${error}`);
        mustHold(share.view.clients.length <= 2, "who has gone is forgotten");
      },
      async close() {
        await within(clock, share[Symbol.asyncDispose](), "sharing ends");
        outbox.close();
        log[Symbol.dispose]();
      },
    };
  },
};

export const shareRadio: Target = {
  name: "share_radio",
  shape: "frames",
  seeds: async () => [...await packetFrames(), ...await recordedHandshake()],
  open() {
    const clock = createFakeClock();
    const log = collectLogErrors();
    return {
      async run(input) {
        const { share, outbox } = shareOf(clock, { listen: undefined }, () => {});
        await introduce(share, outbox);
        for (const payload of payloadsIn(input)) {
          const message = allowing(isDecodeError, () => decode("FromRadio", payload));
          if (message !== undefined) share.fromRadio(message, payload);
        }
        share.linkLost();
        await share[Symbol.asyncDispose]();
        outbox.close();
        const [error] = log.take();
        mustHold(error === undefined, `every message can be shared: ${error}`);
      },
      close: () => log[Symbol.dispose](),
    };
  },
};

function shareOf(
  clock: FakeClock,
  config: { readonly listen: string | undefined },
  onSent: (bytes: Uint8Array) => void,
): { readonly share: Share; readonly outbox: Outbox } {
  const give = (bytes: Uint8Array) => {
    onSent(bytes);
    return true;
  };
  const outbox: Outbox = new Outbox({
    clock,
    send: (packet) => give(encode("ToRadio", { payloadVariant: { case: "packet", value: packet } })),
    sendBytes: (packet) => give(joined(lengthDelimited(PACKET_FIELD, packet.length), packet)),
  });
  const share = createShare({
    clock,
    config: { ...config, http_origins: [], allow: [], bot_contact: false, hide_bot_traffic: false },
    radio: { linked: () => true, sendBytes: give, askConfig: () => true, askNodes: () => true },
    outbox,
  });
  return { share, outbox };
}

/** The radio tells its settings, as in the recording; gives its number. */
async function introduce(share: Share, outbox: Outbox): Promise<number> {
  let ownNum = 0;
  const handshakes = await recordedHandshake();
  for (const payload of payloadsIn(joined(...handshakes))) {
    const message = decode("FromRadio", payload);
    if (message.payloadVariant.case === "myInfo") ownNum = message.payloadVariant.value.myNodeNum;
    share.fromRadio(message, payload);
  }
  outbox.linkReady({ nodeNum: ownNum, hopLimit: 3, outageMs: 0 });
  share.linkReady();
  return ownNum;
}

/** The tag and the length of a field of up to 16 KiB. */
function lengthDelimited(field: number, lengthBytes: number): Uint8Array {
  return Uint8Array.from([field << 3 | 2, ...lengthBytes < 128 ? [lengthBytes] : [lengthBytes & 0x7f | 0x80, lengthBytes >> 7]]);
}

let recording: Uint8Array[] | undefined;

async function recordedHandshake(): Promise<Uint8Array[]> {
  return recording ??= (await readRecording()).filter(({ dir, t }) => dir === "from" && t < 1).map(({ bytes }) => bytes);
}

/** Turns the clock until the promise has settled; a rule is broken when that takes too long. */
async function within(clock: FakeClock, promise: Promise<unknown>, rule: string): Promise<void> {
  let settled = false;
  const done = () => void (settled = true);
  promise.then(done, done);
  const untilMs = clock.nowMs() + PATIENCE_MS;
  while (!settled) {
    mustHold(clock.nowMs() < untilMs, rule);
    await clock.tick(50);
    await ioTurn();
  }
  await promise;
}

/** What the radio must never be given, whatever a client sends. */
function brokenRuleOf(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_PAYLOAD_BYTES) return `the radio gets ${bytes.length} bytes`;
  // Files and MQTT messages are between the client and the radio: what is in them is not read here.
  const [tag] = bytes;
  if (tag === XMODEM_TAG || tag === MQTT_TAG) return undefined;
  const message = allowing(isDecodeError, () => decode("ToRadio", bytes));
  if (message === undefined) return "the radio gets what is no ToRadio";
  return message.payloadVariant.case === "disconnect" ? "the radio is told to disconnect" : undefined;
}

async function drain(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    while (await conn.read(buffer) !== null);
  } catch {
    // Reset by the other side: that is an end too.
  } finally {
    conn.close();
  }
}

function clientSeeds(): Uint8Array[] {
  const packet = (value: Init<"MeshPacket">) => toRadio({ case: "packet", value });
  const data = (portnum: number, payload: Uint8Array, more: Init<"Data"> = {}) => ({
    case: "decoded" as const,
    value: { portnum, payload, ...more },
  });
  const text = packet({
    to: 0xffff_ffff,
    id: 11,
    wantAck: true,
    payloadVariant: data(PortNum.TEXT_MESSAGE_APP, new TextEncoder().encode("hello")),
  });
  const admin = packet({
    to: 0x1a2364_01,
    id: 12,
    payloadVariant: data(PortNum.ADMIN_APP, encode("AdminMessage", { payloadVariant: { case: "getDeviceMetadataRequest", value: true } }), {
      wantResponse: true,
    }),
  });
  const wantConfig = toRadio({ case: "wantConfigId", value: 69420 });
  const heartbeat = toRadio({ case: "heartbeat", value: {} });
  const leave = toRadio({ case: "disconnect", value: true });
  const trace = packet({
    to: 0x1234,
    id: 13,
    payloadVariant: data(PortNum.TRACEROUTE_APP, encode("RouteDiscovery", {}), { wantResponse: true }),
  });
  const sealed = packet({ to: 0x1234, id: 14, pkiEncrypted: true, payloadVariant: { case: "encrypted", value: new Uint8Array(30) } });
  return [
    joined(wantConfig, heartbeat, text, leave),
    joined(wantConfig, admin, trace),
    joined(new Uint8Array(32).fill(0xc3), wantConfig, sealed, text, text),
  ];
}

function toRadio(payloadVariant: NonNullable<Init<"ToRadio">["payloadVariant"]>): Uint8Array {
  return encodeFrame(encode("ToRadio", { payloadVariant }));
}

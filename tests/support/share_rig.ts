/** A simulated node, the link to it, the outbox and the shared node on top, wired as the program does it. */
import { type Clock, systemClock } from "../../src/clock.ts";
import { type Link, openLink } from "../../src/link/link.ts";
import type { FromRadio } from "../../src/link/messages.ts";
import { toRadioOf } from "../../src/link/packet_bytes.ts";
import { Slots } from "../../src/link/slot.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { Outbox } from "../../src/mesh/outbox.ts";
import { packetOf } from "../../src/mesh/outgoing.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { Session } from "../../src/mesh/session.ts";
import { createShare, type Share, type ShareConfig, type ShareOptions } from "../../src/share/share.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import { ioTurn } from "./link_rig.ts";
import { stateKind } from "./talker.ts";
import { TestClient } from "./sim.ts";

/** What a test wants to be different. */
export interface ShareRigOptions {
  readonly clock?: Clock;
  readonly node?: SimulatedNodeOptions;
  readonly config?: Partial<ShareConfig>;
  readonly share?: Partial<ShareOptions>;
  /** Told about every message of the radio, before the share is. */
  readonly onFromRadio?: (message: FromRadio, bytes: Uint8Array) => void;
}

/** Settings that share the node with this machine. */
export const SHARE_CONFIG: ShareConfig = {
  listen: "127.0.0.1:0",
  http_origins: ["https://client.meshtastic.org"],
  allow: [],
  bot_contact: false,
  hide_bot_traffic: false,
};

/** The parts. */
export interface ShareRig extends AsyncDisposable {
  readonly clock: Clock;
  readonly node: SimulatedNode;
  readonly link: Link;
  readonly session: Session;
  readonly outbox: Outbox;
  readonly share: Share;
  /** The port of the shared node; waits until it listens. */
  port(): Promise<number>;
  httpPort(): Promise<number>;
  /** A client that knows nothing of all this. */
  client(): Promise<TestClient>;
  /** A client that has had the settings and forgotten what came. */
  ready(nonce?: number): Promise<TestClient>;
  /** The bot sends a packet, as its commands do. */
  botSays(text: string, packet?: { readonly to?: number; readonly answers?: number }): void;
}

/** Starts everything; resolves when the radio has told its settings. */
export async function shareRig(options: ShareRigOptions = {}): Promise<ShareRig> {
  const clock = options.clock ?? systemClock;
  const node = await startSimulatedNode({ clock, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9, ...options.node });
  const nodes = createNodeDb({ clock });
  // deno-lint-ignore prefer-const -- what stands below reads it before it has its value
  let link: Link | undefined;
  const outbox = new Outbox({
    clock,
    send: (packet) => link?.send({ payloadVariant: { case: "packet", value: packet } }) ?? false,
    sendBytes: (packet) => link?.sendBytes(toRadioOf(packet)) ?? false,
    onSent({ draft, id }) {
      share.botSent(packetOf(draft, id, node.nodeNum, 3), draft.answerId);
    },
  });
  const session: Session = new Session({
    clock,
    sink: {
      ready(radio, { outageMs }) {
        outbox.linkReady({ nodeNum: radio.nodeNum, hopLimit: 3, outageMs });
        share.linkReady();
      },
      lost() {
        outbox.linkLost();
        share.linkLost();
      },
      radioChanged() {},
      nodeInfo: (info) => nodes.applyNodeInfo(info),
      packet(packet) {
        const incoming = readPacket(packet);
        if (incoming.kind === "routing") outbox.routing(incoming);
      },
      queueStatus: (status) => outbox.queueStatus(status),
    },
  });
  const share = createShare({
    clock,
    config: { ...SHARE_CONFIG, ...options.config },
    radio: {
      linked: () => link?.state.kind === "ready",
      sendBytes: (bytes) => link?.sendBytes(bytes) ?? false,
      askConfig: () => session.askConfig(),
      askNodes: () => session.askNodes(),
    },
    outbox,
    rememberedNodes: () => nodes.all(),
    ...options.share,
  });
  link = await openLink({
    host: "127.0.0.1",
    port: node.port,
    clock,
    slots: new Slots(),
    user: {
      connected: (opened) => session.connected(opened),
      received(message, bytes) {
        options.onFromRadio?.(message, bytes);
        share.fromRadio(message, bytes);
        session.received(message, bytes);
      },
      lost: (cause) => session.lost(cause),
    },
  });
  await stateKind(link, "ready");
  const listening = async (which: "listen" | "http"): Promise<number> => {
    for (;;) {
      const at = share.view[which];
      if (at !== undefined) return Number(at.split(":").at(-1));
      await ioTurn();
    }
  };
  const client = async (): Promise<TestClient> =>
    new TestClient(await Deno.connect({ hostname: "127.0.0.1", port: await listening("listen") }), node.nodeNum);
  return {
    clock,
    node,
    link,
    session,
    outbox,
    share,
    client,
    port: () => listening("listen"),
    httpPort: () => listening("http"),
    async ready(nonce = 69420) {
      const connected = await client();
      await connected.handshake(nonce);
      connected.forget();
      return connected;
    },
    botSays(text, { to = 0xffff_ffff, answers = 1 } = {}) {
      outbox.enqueue({
        to,
        channel: 0,
        portnum: 1,
        payload: new TextEncoder().encode(text),
        priority: "reply",
        person: to,
        answerId: answers,
        wantAck: false,
        expiresAtMs: clock.nowMs() + 600_000,
        label: "text",
      });
    },
    async [Symbol.asyncDispose]() {
      await share[Symbol.asyncDispose]();
      outbox.close();
      await link?.close();
      await node.stop();
    },
  };
}

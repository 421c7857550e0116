/** The shared radio joined to the bot: what the radio says goes to the clients, what they say goes the way of the outbox. */
import { scheduledRequest } from "../alerts/scheduled_answer.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createStateFile, type StateFile } from "../io/state_file.ts";
import type { FromRadio, Init } from "../link/messages.ts";
import { randomId } from "../link/random_id.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import type { Outbox } from "../mesh/outbox.ts";
import type { Draft } from "../mesh/outgoing.ts";
import { readPacket } from "../mesh/packet.ts";
import type { RadioInfo, Session } from "../mesh/session.ts";
import { createShare, type Share, type ShareView } from "../share/share.ts";
import type { Answering } from "./answering.ts";
import type { RadioLink } from "./radio_link.ts";

/** What sharing needs. */
export interface SharingOptions {
  readonly clock: Clock;
  readonly config: () => Config;
  /** The path of the file that keeps what clients have missed. */
  readonly path: string;
  readonly nodes: NodeDb;
  readonly outbox: Outbox;
  readonly link: Pick<RadioLink, "state" | "sendBytes">;
  readonly session: Pick<Session, "askConfig" | "askNodes">;
  readonly radio: () => RadioInfo | undefined;
  readonly answering: () => Pick<Answering, "ask" | "isRequest">;
}

/** The shared radio while it runs. */
export interface Sharing extends AsyncDisposable {
  /** Every message of the radio, before the bot reads it. */
  fromRadio(message: FromRadio, bytes: Uint8Array): void;
  linkReady(): void;
  linkLost(): void;
  /** The bot itself has given the radio a packet. */
  botSent(draft: Draft, id: number): void;
  readonly view: ShareView;
}

/** Listens from now on. */
export function createSharing(options: SharingOptions): Sharing {
  const { clock, config, link, nodes, outbox, radio, session } = options;
  const file: StateFile = createStateFile(options.path);
  const share: Share = createShare({
    clock,
    config: config().share,
    radio: {
      linked: () => link.state.kind === "ready",
      sendBytes: (bytes) => link.sendBytes(bytes),
      askConfig: () => session.askConfig(),
      askNodes: () => session.askNodes(),
    },
    outbox,
    rememberedNodes: () => nodes.all(),
    command: (text) => options.answering().ask(scheduledRequest({ id: randomId(), ownNum: radio()?.nodeNum ?? 0, text }), "aloud"),
    isBotTraffic(packet) {
      const incoming = readPacket(packet);
      return incoming.kind === "text" && options.answering().isRequest(incoming);
    },
    file,
    announce: async ({ instance, hostname, port, txt }) => {
      const { announceService, MESHTASTIC_SERVICE } = await import("../io/mdns.ts");
      return await announceService({ service: MESHTASTIC_SERVICE, instance, hostname, port, txt, clock });
    },
  });
  return {
    fromRadio: (message, bytes) => share.fromRadio(message, bytes),
    linkReady: () => share.linkReady(),
    linkLost: () => share.linkLost(),
    botSent: (draft, id) => share.botSent(asPacket(draft, id, radio()?.nodeNum ?? 0), draft.answerId),
    get view() {
      return share.view;
    },
    async [Symbol.asyncDispose]() {
      await share[Symbol.asyncDispose]();
      await file.flush();
    },
  };
}

/** What the bot said, as a client sees it. */
function asPacket(draft: Draft, id: number, from: number): Init<"MeshPacket"> {
  const { to, channel, portnum, payload, replyId = 0, publicKey } = draft;
  return {
    from,
    to,
    id,
    channel: publicKey === undefined ? channel : 0,
    ...(publicKey === undefined ? {} : { pkiEncrypted: true, publicKey }),
    payloadVariant: { case: "decoded", value: { portnum, payload, replyId } },
  };
}

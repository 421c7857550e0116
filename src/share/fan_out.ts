/** What the radio says, to whom it concerns: packets to everybody with their own bytes, answers to whoever asked. */
import { decode } from "../link/codec.ts";
import { PortNum, RoutingError } from "../link/enums.ts";
import type { ClientNotification, FromRadio, MeshPacket, QueueStatus } from "../link/messages.ts";
import type { Client } from "./client.ts";
import type { MissedTexts } from "./missed_texts.ts";
import { patchAnswer, patchNotification, patchQueueStatus } from "./patch_packet.ts";
import { Payload } from "./payload.ts";
import type { ClientRequest, RequestTable } from "./request_table.ts";
import type { SideChannels } from "./side_channels.ts";

// QueueStatus.res: taken, and taken too (MeshTypes.h, ERRNO_OK and ERRNO_SHOULD_RELEASE); no room, which is tried again.
const TAKEN: readonly number[] = [0, 35];
const QUEUE_FULL = 32;

/** What fanning out needs. */
export interface FanOutOptions {
  readonly clients: () => Iterable<Client>;
  readonly table: RequestTable;
  readonly texts: MissedTexts;
  readonly sideChannels: SideChannels;
  /** True for what the clients are not to see. */
  readonly hides: (packet: MeshPacket) => boolean;
}

/** The way of what the radio says. */
export class FanOut {
  readonly #options: FanOutOptions;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  /** A message of the radio's that is not part of a handshake. */
  take(message: FromRadio, bytes: Uint8Array): void {
    const { payloadVariant } = message;
    // Some variants are newer than the field table.
    const kind: string | undefined = payloadVariant.case;
    switch (payloadVariant.case) {
      case "packet":
        return this.#packet(payloadVariant.value, bytes);
      case "queueStatus":
        return this.#queueStatus(payloadVariant.value, bytes);
      case "clientNotification":
        return this.#notification(payloadVariant.value, bytes);
      case "rebooted":
        return this.toAll(new Payload(bytes));
      case "logRecord":
        return this.toAll(new Payload(bytes), ({ role }) => role === "full");
    }
    if (kind === "xmodemPacket") this.#options.sideChannels.xmodemTo(new Payload(bytes));
    else if (kind === "mqttClientProxyMessage") this.#options.sideChannels.mqttTo(new Payload(bytes));
  }

  /** A message for every client that listens and fits. */
  toAll(payload: Payload, fits: (client: Client) => boolean = () => true): void {
    for (const client of this.#options.clients()) if (client.listens && fits(client)) client.tell(payload);
  }

  /** A packet that one client, or the bot, has sent, for all others. */
  echo(packet: MeshPacket, fromRadio: Uint8Array, sender: Client | undefined): void {
    // A text that is given to the radio once more, because the link or the program ended, was told the first time.
    if (isText(packet) && this.#options.texts.has(fromRadio)) return;
    const payload = isText(packet) ? this.#options.texts.add(fromRadio, sender?.address) : new Payload(fromRadio);
    this.toAll(payload, (client) => client !== sender);
    if (sender !== undefined && payload.textNumber !== undefined && sender.listens) sender.tookText(payload.textNumber);
  }

  #packet(packet: MeshPacket, bytes: Uint8Array): void {
    const { table, texts } = this.#options;
    const data = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value : undefined;
    const request = data === undefined ? undefined : table.find(data.requestId);
    if (data !== undefined && (request !== undefined || data.portnum === PortNum.ADMIN_APP || data.portnum === PortNum.ROUTING_APP)) {
      if (request !== undefined) this.#answer(request, packet, bytes);
      return;
    }
    if (this.#options.hides(packet)) return;
    const payload = isText(packet) ? texts.add(bytes) : new Payload(bytes);
    const named = data === undefined ? undefined : table.find(data.replyId);
    for (const client of this.#options.clients()) {
      if (!client.listens) continue;
      const mapped = named?.client === client && named.clientId !== data?.replyId;
      client.tell(mapped ? new Payload(patchAnswer(bytes, (id) => table.idFor(client, id)), payload.textNumber) : payload);
    }
  }

  #answer(request: ClientRequest, packet: MeshPacket, bytes: Uint8Array): void {
    const { client } = request;
    const error = routingError(packet);
    // It is tried again; when that is over, the client is told.
    if (error === RoutingError.RATE_LIMIT_EXCEEDED && request.open) return;
    if (error !== undefined) request.verdictTold = true;
    client.tell(new Payload(patchAnswer(bytes, (id) => this.#options.table.idFor(client, id))));
  }

  #queueStatus(status: QueueStatus, bytes: Uint8Array): void {
    const request = this.#options.table.find(status.meshPacketId);
    if (request === undefined || status.res === QUEUE_FULL && request.open) return;
    // One report a packet; when it has been told that it was taken, only that it was not is news.
    if (request.statusTold && TAKEN.includes(status.res)) return;
    request.statusTold = true;
    const { client, clientId } = request;
    client.tell(new Payload(clientId === status.meshPacketId ? bytes : patchQueueStatus(bytes, clientId)));
  }

  #notification({ replyId }: ClientNotification, bytes: Uint8Array): void {
    if (replyId === undefined || replyId === 0) return this.toAll(new Payload(bytes));
    const request = this.#options.table.find(replyId);
    if (request === undefined) return;
    const { client, clientId } = request;
    client.tell(new Payload(clientId === replyId ? bytes : patchNotification(bytes, clientId)));
  }
}

function isText({ payloadVariant }: MeshPacket): boolean {
  return payloadVariant.case === "decoded" && payloadVariant.value.portnum === PortNum.TEXT_MESSAGE_APP;
}

/** What a Routing packet says; undefined for every other packet. */
function routingError({ payloadVariant }: MeshPacket): number | undefined {
  if (payloadVariant.case !== "decoded" || payloadVariant.value.portnum !== PortNum.ROUTING_APP) return undefined;
  try {
    const { variant } = decode("Routing", payloadVariant.value.payload);
    return variant.case === "errorReason" ? variant.value : variant.case === undefined ? RoutingError.NONE : undefined;
  } catch {
    return undefined;
  }
}

/** A client's MeshPackets: who may send what, what is answered here, and the way of all others through the outbox. */
import type { Clock } from "../clock.ts";
import { decode } from "../link/codec.ts";
import { PortNum, RoutingError } from "../link/enums.ts";
import type { MeshPacket } from "../link/messages.ts";
import { randomId } from "../link/random_id.ts";
import { logger } from "../log.ts";
import type { Outbox } from "../mesh/outbox.ts";
import type { Outcome } from "../mesh/outgoing.ts";
import { formatNodeId } from "../node_id.ts";
import { type AdminOrder, readOrder } from "./admin_order.ts";
import type { BotContact } from "./bot_contact.ts";
import type { Client } from "./client.ts";
import type { EditLock } from "./edit_lock.ts";
import { type LocalAnswers, RESULT } from "./local_answers.ts";
import type { OwnTelemetry } from "./own_telemetry.ts";
import { isSound, patchPacket } from "./patch_packet.ts";
import { maySend, type ReadPacket } from "./permission.ts";
import type { RadioPicture } from "./radio_picture.ts";
import type { ClientRequest, RequestTable } from "./request_table.ts";
import type { Reread } from "./reread.ts";
import { MAX_TO_RADIO_BYTES } from "./stream_reader.ts";

const log = logger("service.share");

/** What waits for a firmware limit waits so long; then it is refused as the firmware would have done at once. */
export const WAIT_LIMIT_MS = 30_000;
/** Android gives a packet up that is not reported on within 5 s. */
export const STATUS_LIMIT_MS = 1000;

// As many as a whole configuration takes; the radio's own queue has 16 places.
const MAX_WAITING_A_CLIENT = 32;
// The firmware drops an id that is among the last 20 of a connection (PhoneAPI.cpp, recentToRadioPacketIds).
const RECENT_IDS = 20;
const REFUSALS_LOGGED = 20;
const REFUSALS_BETWEEN_LINES = 1000;
// ToRadio.packet is a tag and at most two bytes of length; sender and id are added where there were none.
const TO_RADIO_MORE_BYTES = 3 + 10;
// Of what is longer the firmware takes no notice at all (mesh.options).
const MAX_PAYLOAD_BYTES = 233;
const MAX_ENCRYPTED_BYTES = 256;
const KEY_BYTES = 32;

/** What sending needs. */
export interface ClientPacketsOptions {
  readonly clock: Clock;
  readonly picture: RadioPicture;
  readonly table: RequestTable;
  readonly answers: LocalAnswers;
  readonly outbox: Pick<Outbox, "enqueue">;
  readonly telemetry: OwnTelemetry;
  readonly contact: BotContact | undefined;
  readonly lock: EditLock;
  readonly reread: Reread;
  /** Whether the radio can be spoken to now. */
  readonly linked: () => boolean;
  /** A client's packet was given to the radio: the encoded MeshPacket. */
  readonly onGiven: (client: Client, packet: MeshPacket, bytes: Uint8Array) => void;
}

/** The way of clients' packets. */
export class ClientPackets {
  readonly #options: ClientPacketsOptions;
  readonly #waiting = new Map<Client, number>();
  readonly #recentIds = new WeakMap<Client, number[]>();
  readonly #refusals = new WeakMap<Client, number>();

  constructor(options: ClientPacketsOptions) {
    this.#options = options;
  }

  /** An encoded MeshPacket of a client. */
  take(client: Client, bytes: Uint8Array): void {
    const { answers, picture } = this.#options;
    let packet: MeshPacket;
    try {
      packet = decode("MeshPacket", bytes);
    } catch {
      return log.debug`${client.label} sent a packet that cannot be read`;
    }
    if (!isSound(bytes)) return log.debug`${client.label} sent a packet that the radio would not read`;
    const ownNum = picture.ownNum;
    if (ownNum === undefined) return;
    if (this.#recentIds.get(client)?.includes(packet.id) === true) return client.tell(answers.queueStatus(RESULT.ok, packet.id));
    const data = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value : undefined;
    const order = data?.portnum === PortNum.ADMIN_APP ? readOrder(data.payload) : undefined;
    const read: ReadPacket = { client, packet, bytes, data, order };
    if (!maySend(read, ownNum)) return this.#refuse(read);
    if (this.#answeredHere(read, ownNum)) return;
    if (!this.#options.linked()) return this.#tellRefusal(read, RESULT.noInterface, RoutingError.NO_INTERFACE);
    if (data?.portnum === PortNum.ADMIN_APP && packet.to === ownNum && order?.kind !== "get" && !this.#options.lock.allows(client)) {
      log.info`${client.label}: settings are being edited by another client`;
      return this.#tellRefusal(read, RESULT.ok, RoutingError.NOT_AUTHORIZED);
    }
    if (isTooLarge(packet, bytes)) {
      return this.#tellRefusal(read, RoutingError.TOO_LARGE, RoutingError.TOO_LARGE);
    }
    if ((this.#waiting.get(client) ?? 0) >= MAX_WAITING_A_CLIENT) {
      return this.#tellRefusal(read, RESULT.queueFull, RoutingError.RATE_LIMIT_EXCEEDED);
    }
    this.#enqueue(read, ownNum);
  }

  /** What has been refused may be tried again under the same id; what goes its way may not come twice. */
  #remember(client: Client, id: number): void {
    if (id === 0) return;
    const recent = this.#recentIds.get(client) ?? [];
    recent.push(id);
    if (recent.length > RECENT_IDS) recent.shift();
    this.#recentIds.set(client, recent);
  }

  #unremember(client: Client, id: number): void {
    const recent = this.#recentIds.get(client) ?? [];
    if (recent.includes(id)) this.#recentIds.set(client, recent.filter((known) => known !== id));
  }

  #refuse(read: ReadPacket): void {
    const { client, packet, data } = read;
    const count = (this.#refusals.get(client) ?? 0) + 1;
    this.#refusals.set(client, count);
    // Whoever asks without end fills no log.
    if (count <= REFUSALS_LOGGED || count % REFUSALS_BETWEEN_LINES === 0) {
      const what = `packet ${formatNodeId(packet.id)} (port ${data?.portnum ?? "unknown"}) to ${formatNodeId(packet.to)}`;
      log.warn`${client.label} may not send ${what}; refusal ${count}`;
    }
    this.#tellRefusal(read, RESULT.ok, RoutingError.NOT_AUTHORIZED);
  }

  #tellRefusal({ client, packet }: ReadPacket, result: number, error: number): void {
    client.tell(this.#options.answers.queueStatus(result, packet.id));
    client.tell(this.#options.answers.routing(packet.id, error));
  }

  /** What the radio need not, or must not, see. */
  #answeredHere(read: ReadPacket, ownNum: number): boolean {
    const { client, packet, data, order } = read;
    const { answers, contact, telemetry, picture } = this.#options;
    const taken = (): void => {
      client.tell(answers.queueStatus(RESULT.ok, packet.id));
      if (packet.wantAck) client.tell(answers.routing(packet.id, RoutingError.NONE));
    };
    if (contact !== undefined && packet.to === contact.num) {
      client.tell(answers.queueStatus(RESULT.ok, packet.id));
      contact.take(client, packet, data);
      return true;
    }
    if (packet.to !== ownNum || data === undefined) return false;
    const measured = telemetry.answer(data);
    if (measured !== undefined) {
      client.tell(answers.queueStatus(RESULT.ok, packet.id));
      client.tell(answers.packet(PortNum.TELEMETRY_APP, measured, { requestId: packet.id }, { channel: packet.channel }));
      return true;
    }
    if (order === undefined) return false;
    const aboutContact = contact !== undefined && order.nodeNum === contact.num;
    const teachesOtherKey = order.kind === "addContact" && client.role !== "full" && !this.#mayTeach(order, picture, ownNum);
    if (!aboutContact && !teachesOtherKey && !(order.kind === "setTime" && client.role !== "full")) return false;
    taken();
    return true;
  }

  /** A client without all rights may tell the radio a key that it does not have, and no other. */
  #mayTeach({ nodeNum = 0, publicKey }: AdminOrder, picture: RadioPicture, ownNum: number): boolean {
    const known = picture.keyOf(nodeNum);
    if (nodeNum === 0 || nodeNum === ownNum) return false;
    return known.length === 0 || known.length === publicKey.length && known.every((byte, index) => byte === publicKey[index]);
  }

  #enqueue(read: ReadPacket, ownNum: number): void {
    const { client, packet, bytes, data, order } = read;
    const { clock, table, outbox, onGiven } = this.#options;
    const { request, radioId } = table.add(client, packet.id);
    this.#remember(client, packet.id);
    const local = packet.to === ownNum;
    const waiting = (this.#waiting.get(client) ?? 0) + 1;
    this.#waiting.set(client, waiting);
    let given = false;
    let endsEdit = false;
    const orderHere = local ? order : undefined;
    if (orderHere?.kind === "begin") this.#options.lock.begin(client);
    const status = clock.after(STATUS_LIMIT_MS, () => this.#tellStatus(request));
    const ticket = outbox.enqueue({
      to: packet.to,
      channel: packet.channel,
      portnum: data?.portnum ?? PortNum.UNKNOWN_APP,
      payload: data?.payload ?? new Uint8Array(0),
      priority: "person",
      person: laneOf(client),
      answerId: randomId(),
      wantAck: packet.wantAck,
      expiresAtMs: clock.nowMs() + WAIT_LIMIT_MS,
      label: `packet of ${client.label}`,
      foreign: {
        id: radioId,
        bytes: (id) => patchPacket(bytes, { ...(packet.from === 0 ? { from: ownNum } : {}), ...(id === packet.id ? {} : { id }) }),
        given: (id) => {
          table.name(request, id);
          if (given) return;
          given = true;
          this.#leave(client);
          if (orderHere?.kind === "commit") endsEdit = this.#options.lock.committed(client);
          if (orderHere !== undefined) this.#options.reread.after(orderHere.changes);
          onGiven(client, packet, patchPacket(bytes, { from: ownNum, id }));
        },
      },
    });
    // The outbox itself lets nothing expire while the radio is away.
    const limit = clock.after(WAIT_LIMIT_MS, () => ticket.cancel("it could not be sent in time"));
    void ticket.outcome.then((outcome) => {
      request.open = false;
      status.cancel();
      limit.cancel();
      if (!given) this.#leave(client);
      if (orderHere?.kind === "commit" && !given) this.#options.lock.end(client);
      else if (endsEdit && outcome.kind === "unknown" && !this.#options.linked()) this.#options.lock.commitLost(client);
      this.#tellOutcome(request, outcome, read);
    });
  }

  #leave(client: Client): void {
    const waiting = (this.#waiting.get(client) ?? 1) - 1;
    if (waiting <= 0) this.#waiting.delete(client);
    else this.#waiting.set(client, waiting);
  }

  /** The pacer holds the packet: the client is not left without a word. */
  #tellStatus(request: ClientRequest): void {
    if (request.statusTold) return;
    request.statusTold = true;
    const { client, clientId } = request;
    client.tell(this.#options.answers.queueStatus(RESULT.ok, clientId, this.#waiting.get(client) ?? 0));
  }

  /** How it ended, where the radio did not say so itself. */
  #tellOutcome(request: ClientRequest, outcome: Outcome, { packet, data }: ReadPacket): void {
    const { answers, linked } = this.#options;
    const { client, clientId } = request;
    if (outcome.kind === "delivered" || outcome.kind === "relayed" || request.verdictTold) return;
    // Nobody waits for word of a packet that wants none.
    if (outcome.kind === "unknown" && (linked() || !(packet.wantAck || data?.wantResponse === true))) return;
    if (!client.ended) this.#unremember(client, packet.id);
    this.#tellStatus(request);
    request.verdictTold = true;
    if (!linked()) return client.tell(answers.routing(clientId, RoutingError.NO_INTERFACE));
    if (data?.portnum === PortNum.TRACEROUTE_APP) {
      client.tell(answers.notification(clientId, "TraceRoute can only be sent once every 30 seconds"));
    }
    client.tell(answers.routing(clientId, RoutingError.RATE_LIMIT_EXCEEDED));
  }
}

/** Whose turn it is in the outbox, beside all node numbers. */
export function laneOf(client: Client): number {
  return -1 - client.number;
}

/** Whether the radio would drop it without a word. */
function isTooLarge({ payloadVariant, publicKey }: MeshPacket, bytes: Uint8Array): boolean {
  if (bytes.length + TO_RADIO_MORE_BYTES > MAX_TO_RADIO_BYTES || publicKey.length > KEY_BYTES) return true;
  if (payloadVariant.case === "decoded") return payloadVariant.value.payload.length > MAX_PAYLOAD_BYTES;
  return payloadVariant.case === "encrypted" && payloadVariant.value.length > MAX_ENCRYPTED_BYTES;
}

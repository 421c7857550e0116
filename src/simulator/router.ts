/**
 * The way of packets through the node: from its client to the air, from the air to its client, and the answers that it
 * gives by itself (Router.cpp, ReliableRouter.cpp, MeshService.cpp).
 */
import type { Clock } from "../clock.ts";
import { encode, make } from "../link/codec.ts";
import { PortNum, Priority, RegionCode, RoutingError, TransportMechanism } from "../link/enums.ts";
import type { Init, MeshPacket } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { encrypt } from "./encrypt.ts";
import { hopsAway, responseHopLimit } from "./hops.ts";
import type { ChannelUse } from "./lora_time.ts";
import type { OwnModules } from "./own_modules.ts";
import type { PhoneQueues } from "./phone_queues.ts";
import { priorityOf } from "./priority.ts";
import { airMsOf, type RadioQueue, RESULT_QUEUE_FULL } from "./radio_queue.ts";
import { freshPacketId } from "./random.ts";
import { Reliable } from "./reliable.ts";
import type { Station } from "./station.ts";
import { addOurSnr } from "./traceroute.ts";

// QueueStatus.res mixes these with Routing.Error (MeshTypes.h, ERRNO_*).
const RESULT_OK = 0;
const RESULT_DISABLED = 34;

// MeshTypes.h: HOP_MAX, and HOP_RELIABLE in its place.
const MAX_HOPS = 7;
const HOPS_INSTEAD = 3;

const HISTORY = 500;

/** What the router works with. */
export interface RouterOptions {
  readonly clock: Clock;
  readonly station: Station;
  readonly queues: PhoneQueues;
  readonly radio: RadioQueue;
  readonly use: ChannelUse;
  readonly modules: OwnModules;
  /** A packet of ours was given up after three sendings. */
  readonly onGaveUp: (packet: MeshPacket) => void;
}

/** The router. */
export class Router {
  readonly #options: RouterOptions;
  readonly #station: Station;
  readonly #reliable: Reliable;
  /** Sender and id of the packets heard last. */
  readonly #heard = new Set<string>();

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#station = options.station;
    this.#reliable = new Reliable({
      clock: options.clock,
      resend: (packet) => void this.#transmit(packet),
      onGaveUp: (packet) => {
        this.acknowledge({ error: RoutingError.MAX_RETRANSMIT, to: this.#station.nodeNum, id: packet.id, channel: packet.channel });
        options.onGaveUp(packet);
      },
    });
  }

  /** A packet from the client. Whatever sender it names, it is ours. */
  fromClient(packet: MeshPacket): void {
    const id = packet.id || freshPacketId();
    const own = { ...packet, id, from: this.#station.nodeNum, nextHop: 0, relayNode: 0, rxTime: this.#station.timeS() };
    if (packet.to !== this.#station.nodeNum) return this.#report(own, this.#send(own, true));
    this.#report(own, this.#station.firmware.localResult);
    this.#handleOwn(own);
  }

  /** A packet that the node makes by itself; `toClient`: its client gets a copy. */
  sendOwn(draft: Init<"MeshPacket">, { toClient }: { readonly toClient: boolean }): void {
    const packet = this.#ownPacket(draft);
    if (packet.to === this.#station.nodeNum) {
      this.#report(packet, RESULT_OK);
      return this.#options.queues.pushPacket(packet);
    }
    const result = this.#send(packet, false);
    this.#report(packet, result);
    if (result === RESULT_OK && toClient) this.#options.queues.pushPacket(packet);
  }

  /** A packet for the client only: it never goes out. */
  tellClient(draft: Init<"MeshPacket">): void {
    this.#options.queues.pushPacket(this.#ownPacket(draft));
  }

  /** A packet arrives by radio. Its time of reception is the node's; one without an id gets one. */
  fromRadio(draft: Init<"MeshPacket">): void {
    const packet = make("MeshPacket", {
      ...draft,
      id: draft.id || freshPacketId(),
      rxTime: this.#station.timeS(),
      transportMechanism: draft.viaMqtt ? TransportMechanism.TRANSPORT_MQTT : TransportMechanism.TRANSPORT_LORA,
    });
    if (packet.from === 0 || packet.from === BROADCAST_NUM) return;
    this.#options.use.heard(packet.viaMqtt ? 0 : airMsOf(packet));
    if (packet.from === this.#station.nodeNum) return this.#overheard(packet);
    const toUs = packet.to === this.#station.nodeNum;
    if (this.#seenBefore(packet)) {
      // The sender has not heard our acknowledgement.
      if (toUs && packet.wantAck && hopsAway(packet) === 0) this.#acknowledge(packet, 0);
      return;
    }
    this.#station.nodes.learnFrom(packet, hopsAway(packet));
    const told = toUs ? addOurSnr(packet) : packet;
    if (toUs || packet.to === BROADCAST_NUM) this.#options.queues.pushPacket(told);
    if (toUs) this.#answer(told);
    const introduction = this.#options.modules.introduction(packet);
    if (introduction !== undefined) this.sendOwn(introduction, { toClient: false });
  }

  /** Sends a Routing answer, or gives it to the client when it is for ourselves. */
  acknowledge(answer: {
    readonly error: number;
    readonly to: number;
    readonly id: number;
    readonly channel: number;
    readonly hopLimit?: number;
    readonly wantAck?: boolean;
  }): void {
    const payload = encode("Routing", { variant: { case: "errorReason", value: answer.error } });
    const packet = this.#ownPacket({
      to: answer.to,
      channel: answer.channel,
      hopLimit: answer.hopLimit ?? 0,
      wantAck: answer.wantAck ?? false,
      priority: Priority.ACK,
      payloadVariant: { case: "decoded", value: { portnum: PortNum.ROUTING_APP, payload, requestId: answer.id } },
    });
    if (answer.to !== this.#station.nodeNum) return void this.#send(packet, false);
    this.#reliable.settle(answer.id);
    this.#options.queues.pushPacket(packet);
  }

  /** Stops and forgets what is under way, as a restart does. */
  clear(): void {
    this.#reliable.clear();
    this.#heard.clear();
  }

  /** Sends a packet to others; the result is what QueueStatus.res shows. */
  #send(draft: MeshPacket, fromClient: boolean): number {
    const broadcast = draft.to === BROADCAST_NUM;
    // A hop limit of 0 means "no preference" only to a packet that asks for an acknowledgement (Router.cpp, sendLocal).
    const hopLimit = fromClient && draft.wantAck && draft.hopLimit === 0 ? this.#station.hopLimit : draft.hopLimit;
    const known = broadcast || draft.pkiEncrypted ? undefined : this.#station.nodes.get(draft.to)?.channel;
    const packet = { ...draft, hopLimit: hopLimit > MAX_HOPS ? HOPS_INSTEAD : hopLimit, channel: draft.channel || (known ?? 0) };
    if (packet.wantAck) this.#reliable.follow(packet);
    return this.#transmit(packet);
  }

  /** One sending, the first or a further one. */
  #transmit(packet: MeshPacket): number {
    const { use, radio } = this.#options;
    const { nodeNum, dutyCyclePercent, region } = this.#station;
    if (dutyCyclePercent < 100 && use.txPercent > dutyCyclePercent) {
      const minutes = use.silentMinutes(dutyCyclePercent);
      this.#notice(packet.id, `Duty cycle limit exceeded. You can send again in ${minutes} mins`);
      return this.#refuse(packet, RoutingError.DUTY_CYCLE_LIMIT);
    }
    const encrypted = encrypt(packet, this.#station);
    if ("error" in encrypted) return this.#refuse(packet, encrypted.error);
    if (region === RegionCode.UNSET) return RESULT_DISABLED;
    const sent = radio.push({
      ...encrypted.packet,
      wantAck: packet.wantAck && packet.to !== BROADCAST_NUM,
      hopStart: packet.hopLimit,
      relayNode: nodeNum & 0xff,
      priority: packet.priority || priorityOf(packet),
    });
    return sent ? RESULT_OK : RESULT_QUEUE_FULL;
  }

  #refuse(packet: MeshPacket, error: number): number {
    this.acknowledge({ error, to: this.#station.nodeNum, id: packet.id, channel: 0 });
    return error;
  }

  #report(packet: MeshPacket, result: number): void {
    this.#options.queues.pushReport(this.#options.radio.status(result, packet.id));
  }

  #notice(replyId: number, message: string): void {
    this.#options.queues.pushNotice({ replyId, time: this.#station.timeS(), message });
  }

  /** A packet from the client to the node itself. */
  #handleOwn(packet: MeshPacket): void {
    const { modules } = this.#options;
    const outcome = modules.own(packet);
    if (typeof outcome === "object") return this.sendOwn(outcome, { toClient: true });
    if (outcome === "silent" || packet.payloadVariant.case !== "decoded") return;
    const { wantResponse, requestId, replyId } = packet.payloadVariant.value;
    const answer = { to: packet.from, id: packet.id, channel: packet.channel };
    if (packet.wantAck && requestId === 0 && replyId === 0) this.acknowledge({ error: RoutingError.NONE, ...answer });
    if (wantResponse && outcome !== "done") this.acknowledge({ error: RoutingError.NO_RESPONSE, ...answer });
  }

  /** A neighbour repeats a packet of ours: that alone counts as an acknowledgement, and ends the retransmissions. */
  #overheard(packet: MeshPacket): void {
    const pending = this.#reliable.pending(packet.id);
    if (pending === undefined) return;
    this.acknowledge({ error: RoutingError.NONE, to: this.#station.nodeNum, id: packet.id, channel: pending.channel });
  }

  /** A packet for us: its answer, its acknowledgement. */
  #answer(packet: MeshPacket): void {
    if (packet.payloadVariant.case !== "decoded") {
      if (!packet.wantAck) return;
      const noKey = packet.channel === 0 && this.#station.nodes.publicKeyOf(packet.from) === undefined;
      // The channel of a sealed packet is a hash: the primary channel is the one that is sure to exist.
      return this.#acknowledge({ ...packet, channel: 0 }, undefined, noKey ? RoutingError.PKI_UNKNOWN_PUBKEY : RoutingError.NO_CHANNEL);
    }
    const { wantResponse, requestId, replyId, portnum } = packet.payloadVariant.value;
    if (requestId !== 0) this.#reliable.settle(requestId);
    const reply = wantResponse ? this.#options.modules.reply(packet) : "silent";
    if (typeof reply === "object") return this.sendOwn(reply, { toClient: false });
    if (packet.wantAck) {
      if (portnum === PortNum.TEXT_MESSAGE_APP || (requestId === 0 && replyId === 0)) this.#acknowledge(packet);
      else if (hopsAway(packet) === 0 || packet.nextHop !== 0) this.#acknowledge(packet, 0);
    }
    if (reply === undefined) this.#acknowledge(packet, undefined, RoutingError.NO_RESPONSE);
  }

  #acknowledge(packet: MeshPacket, hopLimit?: number, error: number = RoutingError.NONE): void {
    const text = packet.payloadVariant.case === "decoded" && packet.payloadVariant.value.portnum === PortNum.TEXT_MESSAGE_APP;
    this.acknowledge({
      error,
      to: packet.from,
      id: packet.id,
      channel: packet.channel,
      hopLimit: hopLimit ?? responseHopLimit(packet, this.#station.hopLimit),
      wantAck: text && error === RoutingError.NONE && this.#station.firmware.ackWantsAck,
    });
  }

  #seenBefore(packet: MeshPacket): boolean {
    const key = `${packet.from} ${packet.id}`;
    if (this.#heard.has(key)) return true;
    this.#heard.add(key);
    if (this.#heard.size > HISTORY) this.#heard.delete(this.#heard.values().next().value as string);
    return false;
  }

  #ownPacket(draft: Init<"MeshPacket">): MeshPacket {
    return make("MeshPacket", {
      to: BROADCAST_NUM,
      hopLimit: this.#station.hopLimit,
      ...draft,
      from: this.#station.nodeNum,
      id: freshPacketId(),
      rxTime: this.#station.timeS(),
    });
  }
}

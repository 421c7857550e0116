/** A person on the simulated mesh whom somebody plays: says what they are told to say, and hears what comes. */
import { decode, encode } from "../link/codec.ts";
import { enumName, HardwareModel, PortNum, Priority, RoutingError } from "../link/enums.ts";
import type { Init, MeshPacket } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import type { Deliveries } from "./deliveries.ts";
import { Emitter } from "./events.ts";
import { CENTRE, offset } from "./geography.ts";
import type { Mesh } from "./mesh.ts";
import type { AirDelivery, AirText } from "./mesh_events.ts";
import { RING_EDGES_M } from "./radio_path.ts";
import { freshPacketId, type Random } from "./random.ts";
import { VirtualNode } from "./virtual_node.ts";

/** Who the person is. */
export interface PersonSpec {
  readonly longName: string;
  /** At most 4 bytes. */
  readonly shortName: string;
  /** Hops to our node, 0…3; 0 by default. */
  readonly hops?: number;
}

/** What a person is told. */
export interface PersonEvents {
  /** A text has come: a direct message, or a text on a channel. */
  readonly text: AirText;
  /** What became of a text of theirs. */
  readonly delivery: AirDelivery;
}

// As the node itself: three sendings, 6.5 s apart.
const RETRY_MS = 6500;
const SENDINGS = 3;
// Long enough for an acknowledgement over three hops.
const ACK_LIMIT_MS = 20_000;
// The longest that the firmware sends (Router.cpp): a direct message carries 12 bytes of cipher, an answer 5 of reply_id.
const MAX_CHANNEL_BYTES = 232;
const PKI_BYTES = 12;
const REPLY_ID_BYTES = 5;

/** The virtual node of a person: it stands still, in the middle of the ring that its hops ask for. */
export function personNode(spec: PersonSpec, random: Random): VirtualNode {
  const ring = spec.hops ?? 0;
  const outerM = RING_EDGES_M[ring];
  if (outerM === undefined) throw new RangeError(`Cannot put a person ${ring} hops away: 0 to ${RING_EDGES_M.length - 1} are possible`);
  const distanceM = (outerM + (RING_EDGES_M[ring - 1] ?? 0)) / 2;
  const angle = random.between(0, 2 * Math.PI);
  return new VirtualNode({
    num: (random.integer(0x0100_0000, 0xffff_ff00) | 1) >>> 0,
    longName: spec.longName,
    shortName: spec.shortName,
    hwModel: HardwareModel.T_ECHO,
    place: offset(CENTRE, distanceM * Math.cos(angle), distanceM * Math.sin(angle)),
    batteryLevel: 87,
  });
}

/** The person. Made by `Mesh.addPerson`. */
export class Person {
  readonly node: VirtualNode;
  readonly #mesh: Mesh;
  readonly #deliveries: Deliveries;
  readonly #events = new Emitter<PersonEvents>();
  readonly #heard = new Set<number>();
  readonly #unanswered = new Set<number>();

  constructor(options: { readonly mesh: Mesh; readonly node: VirtualNode; readonly deliveries: Deliveries }) {
    this.#mesh = options.mesh;
    this.node = options.node;
    this.#deliveries = options.deliveries;
  }

  get nodeNum(): number {
    return this.node.num;
  }

  /** Calls `listener` for each such event; returns the function that ends it. */
  on<Name extends keyof PersonEvents>(name: Name, listener: (event: PersonEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Resolves with the next such event that fits; rejects when the mesh is stopped first. */
  waitFor<Name extends keyof PersonEvents>(name: Name, fits?: (event: PersonEvents[Name]) => boolean): Promise<PersonEvents[Name]> {
    return this.#events.waitFor(name, fits);
  }

  /** Sends a direct message to our node; returns its id. Throws RangeError when a radio would refuse it as too long. */
  sendDirect(text: string, options: { readonly replyId?: number } = {}): number {
    const packet = textPacket(text, { ...options, to: this.#mesh.node.nodeNum, pki: true });
    this.#unanswered.add(packet.id);
    this.#send({ ...packet, wantAck: true, pkiEncrypted: true, publicKey: this.node.publicKey }, 1);
    return packet.id;
  }

  /** Sends a text to a channel; returns its id. Throws RangeError when a radio would refuse it as too long. */
  sendChannel(text: string, options: { readonly channel?: number; readonly replyId?: number } = {}): number {
    const packet = textPacket(text, { ...options, to: BROADCAST_NUM, pki: false });
    this.#mesh.send(this.node, packet);
    // Whoever hears it first repeats it, and that is all the sender learns of a channel text.
    this.#mesh.later(this.#mesh.hopMs(packet) * 2, () => this.#deliveries.end(packet.id, "relayed"));
    return packet.id;
  }

  /** Sends the person's NodeInfo to everybody; our node has it at once. */
  announce(): void {
    const payload = encode("User", this.node.user());
    this.#mesh.send(this.node, { payloadVariant: { case: "decoded", value: { portnum: PortNum.NODEINFO_APP, payload } } }, {
      atOnce: true,
    });
  }

  /** A packet of our node has come to this person. */
  receive(packet: MeshPacket): void {
    if (packet.payloadVariant.case !== "decoded") return;
    const { portnum, payload, requestId, replyId } = packet.payloadVariant.value;
    if (portnum === PortNum.TEXT_MESSAGE_APP) {
      const { id, from, to, channel } = packet;
      const text = new TextDecoder().decode(payload);
      return this.hear({ at: this.#mesh.clock.wallMs(), from, to, channel, text, bytes: payload.length, id, replyId });
    }
    if (portnum !== PortNum.ROUTING_APP || !this.#unanswered.delete(requestId)) return;
    const { variant } = decode("Routing", payload);
    const error = variant.case === "errorReason" ? variant.value : RoutingError.NONE;
    if (error === RoutingError.NONE) this.#deliveries.end(requestId, "delivered");
    else this.#deliveries.end(requestId, "failed", enumName(RoutingError, error));
  }

  /** A text has come; a second copy is not shown. */
  hear(text: AirText): void {
    if (this.#heard.has(text.id)) return;
    this.#heard.add(text.id);
    this.#events.emit("text", text);
  }

  /** The end of a text of this person is known. */
  ended(delivery: AirDelivery): void {
    this.#unanswered.delete(delivery.id);
    this.#events.emit("delivery", delivery);
  }

  /** Nothing more comes. */
  close(): void {
    this.#events.close(new Error("the simulated mesh was stopped"));
  }

  /** Sends until it is acknowledged; when neighbours carry it, their repeating it is enough to send it only once. */
  #send(packet: Init<"MeshPacket"> & { readonly id: number }, sending: number): void {
    this.#mesh.send(this.node, packet);
    const carried = this.#mesh.hopsTo(this.node) > 0;
    this.#mesh.later(carried ? ACK_LIMIT_MS : RETRY_MS, () => {
      if (!this.#unanswered.has(packet.id)) return;
      if (!carried && sending < SENDINGS) return this.#send(packet, sending + 1);
      if (carried) this.#deliveries.end(packet.id, "relayed");
      else this.#deliveries.end(packet.id, "failed", enumName(RoutingError, RoutingError.MAX_RETRANSMIT));
    });
  }
}

function textPacket(
  text: string,
  options: { readonly to: number; readonly pki: boolean; readonly channel?: number; readonly replyId?: number },
): Init<"MeshPacket"> & { readonly id: number } {
  const payload = new TextEncoder().encode(text);
  const { to, pki, channel = 0, replyId = 0 } = options;
  const limitBytes = MAX_CHANNEL_BYTES - (pki ? PKI_BYTES : 0) - (replyId === 0 ? 0 : REPLY_ID_BYTES);
  if (payload.length > limitBytes) throw new RangeError(`Cannot send a text of ${payload.length} bytes: the limit is ${limitBytes}`);
  return {
    id: freshPacketId(),
    to,
    channel,
    priority: Priority.HIGH,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload, replyId } },
  };
}

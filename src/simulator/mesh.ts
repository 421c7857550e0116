/** The mesh behind the simulated node: virtual nodes that hear it, repeat it and answer it, and live their own lives. */
import type { Clock, Timer } from "../clock.ts";
import { make } from "../link/codec.ts";
import { enumName, PortNum, RoutingError } from "../link/enums.ts";
import type { Init, MeshPacket } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { startBeacons } from "./beacons.ts";
import { startChatter } from "./chatter.ts";
import { Deliveries } from "./deliveries.ts";
import { Emitter } from "./events.ts";
import { CENTRE, metresBetween } from "./geography.ts";
import type { AirDelivery, MeshEvents } from "./mesh_events.ts";
import type { SimulatedNode } from "./node.ts";
import { knownNode } from "./node_table.ts";
import { Person, personNode, type PersonSpec } from "./person.ts";
import { memories, virtualNodes } from "./population.ts";
import { signalAt } from "./radio_path.ts";
import { airMsOf } from "./radio_queue.ts";
import { freshPacketId, Random } from "./random.ts";
import { relaysTo } from "./relays.ts";
import { answerOf } from "./virtual_replies.ts";
import type { VirtualNode } from "./virtual_node.ts";

const HOP_LIMIT = 3;
const MQTT_HOPS = 2;
const BITFIELD_OK_TO_MQTT = 1;
const CONTENTION_MS = 120;

/** What the mesh is made from. */
export interface MeshOptions {
  readonly node: SimulatedNode;
  /** The same number gives the same nodes, and the same texts in the same order. */
  readonly seed?: number;
  /** How many virtual nodes. */
  readonly nodes?: number;
  /** They chat on channel 0. */
  readonly chat?: boolean;
  /** They send positions, telemetry and NodeInfo. */
  readonly beacons?: boolean;
}

/** Puts a mesh around a node; the node knows its members from earlier days. */
export function startMesh(options: MeshOptions): Mesh {
  return new Mesh(options);
}

/** The mesh. Made by `startMesh`. */
export class Mesh {
  readonly node: SimulatedNode;
  readonly clock: Clock;
  readonly #events = new Emitter<MeshEvents>();
  readonly #seed: number;
  readonly #random: Random;
  readonly #deliveries: Deliveries;
  readonly #nodes: VirtualNode[];
  readonly #people = new Map<number, Person>();
  readonly #timers = new Set<Timer>();
  readonly #stops: (() => void)[];

  constructor(options: MeshOptions) {
    const { node, seed = 1, nodes: count = 30, chat = true, beacons = true } = options;
    this.node = node;
    this.clock = node.clock;
    this.#seed = seed;
    this.#random = new Random(seed).fork("air");
    this.#deliveries = new Deliveries({ clock: this.clock, onEnd: (delivery) => this.#ended(delivery) });
    this.#nodes = virtualNodes({ count, seed });
    for (const spec of memories(this.#nodes, { seed, wallMs: this.clock.wallMs() })) node.station.nodes.learn(knownNode(spec));
    const talkers = this.#nodes.filter((virtual) => !virtual.viaMqtt);
    this.#stops = [
      node.on("transmit", ({ packet }) => this.#heard(packet)),
      node.on("gaveUp", ({ packet }) => this.#deliveries.end(packet.id, "failed", enumName(RoutingError, RoutingError.MAX_RETRANSMIT))),
      ...(chat && talkers.length > 0 ? [startChatter({ mesh: this, talkers, random: new Random(seed).fork("chat") })] : []),
      ...(beacons && count > 0 ? [startBeacons({ mesh: this, nodes: [...this.#nodes], random: new Random(seed).fork("beacons") })] : []),
    ];
  }

  /** The virtual nodes, people included. */
  get nodes(): readonly VirtualNode[] {
    return this.#nodes;
  }

  /** Calls `listener` for each such event; returns the function that ends it. */
  on<Name extends keyof MeshEvents>(name: Name, listener: (event: MeshEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Resolves with the next such event that fits; rejects when the mesh is stopped first. */
  waitFor<Name extends keyof MeshEvents>(name: Name, fits?: (event: MeshEvents[Name]) => boolean): Promise<MeshEvents[Name]> {
    return this.#events.waitFor(name, fits);
  }

  /** A person whom somebody plays joins the mesh; our node knows them at once. */
  addPerson(spec: PersonSpec): Person {
    const node = personNode(spec, new Random(this.#seed).fork(`person ${spec.longName}`));
    const person = new Person({ mesh: this, node, deliveries: this.#deliveries });
    this.#nodes.push(node);
    this.#people.set(node.num, person);
    person.announce();
    return person;
  }

  /** Hops from our node to a virtual one. */
  hopsTo(node: VirtualNode): number {
    return relaysTo(node, this.#nodes).length;
  }

  /** Milliseconds until a packet has made one hop. */
  hopMs(packet: Init<"MeshPacket">): number {
    return (CONTENTION_MS + airMsOf(make("MeshPacket", packet))) * this.node.airScale;
  }

  /** A virtual node sends a packet; returns its id. Our node hears it when it is near enough. */
  send(from: VirtualNode, draft: Init<"MeshPacket">, options: { readonly atOnce?: boolean; readonly onArrival?: () => void } = {}): number {
    from.move(this.clock.nowMs());
    const relays = relaysTo(from, this.#nodes);
    const hopStart = draft.hopStart ?? HOP_LIMIT;
    const hops = from.viaMqtt ? MQTT_HOPS : relays.length;
    const packet = make("MeshPacket", {
      ...withBitfield(draft),
      id: draft.id || freshPacketId(),
      from: from.num,
      to: draft.to ?? BROADCAST_NUM,
      hopStart,
      hopLimit: Math.max(0, hopStart - hops),
      relayNode: (relays[0] ?? from).num & 0xff,
      viaMqtt: from.viaMqtt,
    });
    this.#observe(packet, (draft.wantAck ?? false) || this.#people.has(from.num));
    if (hops > hopStart) return packet.id;
    const arrive = () => {
      const signal = signalAt(metresBetween(CENTRE, (relays[0] ?? from).place), this.#random);
      this.node.receiveFromMesh(from.viaMqtt ? packet : { ...packet, rxSnr: signal.snr, rxRssi: signal.rssi });
      options.onArrival?.();
    };
    if (options.atOnce) arrive();
    else this.later(this.hopMs(packet) * (hops + 1), arrive);
    return packet.id;
  }

  /** Does something later, unless the mesh is stopped first. */
  later(delayMs: number, action: () => void): Timer {
    const timer = this.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
    return timer;
  }

  /** Stops all life. */
  stop(): void {
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const person of this.#people.values()) person.close();
    this.#events.close(new Error("the simulated mesh was stopped"));
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Our node has sent a packet. */
  #heard(packet: MeshPacket): void {
    this.#observe(packet, packet.wantAck || packet.to === BROADCAST_NUM);
    const target = this.#nodes.find(({ num }) => num === packet.to);
    const relays = target === undefined ? [] : relaysTo(target, this.#nodes);
    const reached = target !== undefined && !target.off && !target.viaMqtt && relays.length <= packet.hopLimit;
    const repeater = relays[0] ?? this.#nodes.find((node) => node.repeats && node.hops === 0);
    const direct = target !== undefined && relays.length === 0;
    if (packet.hopLimit > 0 && repeater !== undefined && !direct) {
      this.later(this.hopMs(packet), () => this.#repeat(packet, repeater, reached));
    }
    if (target === undefined || !reached) return;
    this.later(this.hopMs(packet) * relays.length, () => this.#arrived(packet, target, relays));
  }

  /** A neighbour repeats our packet, and our node hears that. */
  #repeat(packet: MeshPacket, repeater: VirtualNode, reached: boolean): void {
    const signal = signalAt(metresBetween(CENTRE, repeater.place), this.#random);
    const relayNode = repeater.num & 0xff;
    this.node.receiveFromMesh({ ...packet, hopLimit: packet.hopLimit - 1, relayNode, rxSnr: signal.snr, rxRssi: signal.rssi });
    if (!reached) this.#deliveries.end(packet.id, "relayed");
  }

  /** Our packet has come to the node that it is for. */
  #arrived(packet: MeshPacket, target: VirtualNode, relays: readonly VirtualNode[]): void {
    const received = { ...packet, hopLimit: packet.hopLimit - relays.length };
    this.#people.get(target.num)?.receive(received);
    const timeS = Math.floor(this.clock.wallMs() / 1000);
    const answer = answerOf(received, { node: target, relays, home: CENTRE, random: this.#random, timeS });
    if (answer !== undefined) this.send(target, answer, { onArrival: () => this.#deliveries.end(packet.id, "delivered") });
  }

  #ended(delivery: AirDelivery): void {
    this.#events.emit("delivery", delivery);
    this.#people.get(delivery.from)?.ended(delivery);
  }

  /** Tells of a text that is new, and who of the people hears it on a channel. */
  #observe(packet: MeshPacket, wantAck: boolean): void {
    if (packet.payloadVariant.case !== "decoded") return;
    const { portnum, payload, replyId } = packet.payloadVariant.value;
    if (portnum !== PortNum.TEXT_MESSAGE_APP) return;
    const { id, from, to, channel } = packet;
    if (!this.#deliveries.open({ id, from, to, wantAck })) return;
    const text = {
      at: this.clock.wallMs(),
      from,
      to,
      channel,
      text: new TextDecoder().decode(payload),
      bytes: payload.length,
      id,
      replyId,
    };
    this.#events.emit("text", text);
    if (to !== BROADCAST_NUM) return;
    for (const person of this.#people.values()) {
      if (person.node.num !== from) this.later(this.hopMs(packet) * (this.hopsTo(person.node) + 1), () => person.hear(text));
    }
  }
}

/** Nodes of today say in each packet that they are not too old to count hops. */
function withBitfield(draft: Init<"MeshPacket">): Init<"MeshPacket"> {
  if (draft.payloadVariant?.case !== "decoded") return draft;
  const value = { bitfield: BITFIELD_OK_TO_MQTT, ...draft.payloadVariant.value };
  return { ...draft, payloadVariant: { case: "decoded", value } };
}

/**
 * One client's side of the node: what it says, and what it is told next (PhoneAPI.cpp). Lives with one connection; what
 * waits for the client lives with the node.
 */
import type { Clock } from "../clock.ts";
import { decode } from "../link/codec.ts";
import { PortNum, RoutingError } from "../link/enums.ts";
import type { MeshPacket, ToRadio } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { fromRadio, handshake, ONLY_CONFIG } from "./handshake.ts";
import type { OwnModules } from "./own_modules.ts";
import type { PhoneQueues } from "./phone_queues.ts";
import type { RadioQueue } from "./radio_queue.ts";
import { replay } from "./replay.ts";
import type { Router } from "./router.ts";
import type { Station } from "./station.ts";

const REMEMBERED_IDS = 20;
const TRACEROUTE_GAP_MS = 30_000;
// A longer payload does not fit the firmware's Data: the whole message is thrown away as malformed.
const MAX_DATA_PAYLOAD_BYTES = 233;
const SLOW_PORTS: readonly number[] = [PortNum.POSITION_APP, PortNum.WAYPOINT_APP, PortNum.ALERT_APP, PortNum.TELEMETRY_APP];

/** What the client's side works with. */
export interface PhoneApiOptions {
  readonly clock: Clock;
  readonly station: Station;
  readonly queues: PhoneQueues;
  readonly radio: RadioQueue;
  readonly router: Router;
  readonly modules: OwnModules;
  /** Every message that could be read, before it is acted upon. */
  readonly onMessage: (message: ToRadio) => void;
  /** A handshake is complete: config_complete_id was the payload before. */
  readonly onConfigured: (nonce: number) => void;
  /** The client takes its leave. */
  readonly onDisconnect: () => void;
}

/** The conversation with one client. */
export class PhoneApi {
  readonly #options: PhoneApiOptions;
  readonly #recentIds: number[] = [];
  readonly #lastAtMs = new Map<number, number>();
  #handshake: { readonly payloads: Generator<Uint8Array, void>; readonly nonce: number } | undefined;
  #replay: Generator<MeshPacket, void> | undefined;
  #wantsPackets = false;
  #heartbeat = false;
  #contactAtMs: number;

  constructor(options: PhoneApiOptions) {
    this.#options = options;
    this.#contactAtMs = options.clock.nowMs();
  }

  /** Monotonic milliseconds of the client's last frame. */
  get contactAtMs(): number {
    return this.#contactAtMs;
  }

  /** Takes the payload of a frame from the client. */
  take(payload: Uint8Array): void {
    this.#contactAtMs = this.#options.clock.nowMs();
    let message: ToRadio;
    try {
      message = decode("ToRadio", payload);
    } catch {
      return;
    }
    const { payloadVariant } = message;
    if (payloadVariant.case === "packet" && payloadBytes(payloadVariant.value) > MAX_DATA_PAYLOAD_BYTES) return;
    this.#options.onMessage(message);
    switch (payloadVariant.case) {
      case "packet":
        return this.#packet(payloadVariant.value);
      case "wantConfigId":
        this.#wantsPackets = false;
        this.#replay = undefined;
        this.#handshake = { payloads: handshake(this.#options.station, payloadVariant.value), nonce: payloadVariant.value };
        return;
      case "heartbeat":
        return this.#beat(payloadVariant.value.nonce);
      case "disconnect":
        return this.#options.onDisconnect();
    }
  }

  /** The next FromRadio payload for the client; undefined when there is nothing to tell. */
  next(): Uint8Array | undefined {
    const { queues, radio, station } = this.#options;
    if (this.#heartbeat) {
      this.#heartbeat = false;
      return fromRadio({ case: "queueStatus", value: radio.status(0, 0) });
    }
    if (this.#handshake !== undefined) {
      const { payloads, nonce } = this.#handshake;
      const step = payloads.next();
      if (!step.done) return step.value;
      this.#handshake = undefined;
      this.#wantsPackets = true;
      if (station.firmware.thinNodeInfo && nonce !== ONLY_CONFIG) this.#replay = replay(station);
      this.#options.onConfigured(nonce);
    }
    if (!this.#wantsPackets) return undefined;
    const waiting = queues.take();
    if (waiting !== undefined) return fromRadio(waiting);
    const replayed = this.#replay?.next();
    return replayed === undefined || replayed.done ? undefined : fromRadio({ case: "packet", value: replayed.value });
  }

  #beat(nonce: number): void {
    const { station, modules, router } = this.#options;
    if (nonce === 1 && station.firmware.pingsOnHeartbeat) {
      const announcement = modules.announcement({ wantResponse: true });
      if (announcement !== undefined) router.sendOwn(announcement, { toClient: false });
    } else if (station.firmware.answersHeartbeat) this.#heartbeat = true;
  }

  #packet(packet: MeshPacket): void {
    const { clock, radio, queues, router, station } = this.#options;
    if (packet.id !== 0 && this.#seenRecently(packet.id)) return;
    const portnum = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value.portnum : PortNum.UNKNOWN_APP;
    const traceroute = portnum === PortNum.TRACEROUTE_APP;
    const tooSoon = this.#tooSoon(portnum);
    if (tooSoon || (traceroute && packet.to === BROADCAST_NUM && packet.hopLimit > 0)) {
      // A refused packet's report looks like that of an accepted one.
      queues.pushReport(radio.status(0, packet.id));
      if (traceroute) {
        const message = tooSoon
          ? "TraceRoute can only be sent once every 30 seconds"
          : "Multi-hop traceroute to broadcast address is not allowed";
        queues.pushNotice({ replyId: packet.id, time: station.timeS(), message });
      }
      // The refusal goes to the sender that the packet names: only who names the node itself sees it.
      if (portnum === PortNum.TEXT_MESSAGE_APP && packet.from !== 0) {
        router.acknowledge({ error: RoutingError.RATE_LIMIT_EXCEEDED, to: packet.from, id: packet.id, channel: packet.channel });
      }
      return;
    }
    const reliable = traceroute && packet.to !== BROADCAST_NUM && station.firmware.reliableTraceroute;
    this.#lastAtMs.set(portnum, clock.nowMs());
    router.fromClient(reliable ? { ...packet, wantAck: true } : packet);
  }

  #tooSoon(portnum: number): boolean {
    const lastAtMs = this.#lastAtMs.get(portnum);
    if (lastAtMs === undefined) return false;
    const { firmware } = this.#options.station;
    const gapMs = portnum === PortNum.TRACEROUTE_APP
      ? TRACEROUTE_GAP_MS
      : portnum === PortNum.TEXT_MESSAGE_APP
      ? firmware.textGapMs
      : SLOW_PORTS.includes(portnum)
      ? firmware.dataGapMs
      : 0;
    return this.#options.clock.nowMs() - lastAtMs < gapMs;
  }

  #seenRecently(id: number): boolean {
    if (this.#recentIds.includes(id)) return true;
    this.#recentIds.push(id);
    if (this.#recentIds.length > REMEMBERED_IDS) this.#recentIds.shift();
    return false;
  }
}

function payloadBytes(packet: MeshPacket): number {
  const { payloadVariant } = packet;
  if (payloadVariant.case === "decoded") return payloadVariant.value.payload.length;
  return payloadVariant.case === "encrypted" ? payloadVariant.value.length : 0;
}

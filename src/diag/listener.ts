/** Reads along what the node says, for the tally: it answers nothing and decides nothing. */
import type { Clock } from "../clock.ts";
import { createOtherClient, type OtherClient } from "../health/other_client.ts";
import type { FromRadio, MeshPacket } from "../link/messages.ts";
import type { DiagEvent, NodeIdentity, ProbeKind } from "./events.ts";
import type { RoundTrips } from "./round_trips.ts";

/** What the listener needs. */
export interface ListenerOptions {
  readonly clock: Clock;
  readonly emit: (event: DiagEvent) => void;
  readonly roundTrips: RoundTrips;
  /** The node has told its number; called once for each handshake. */
  readonly onNodeNum: (nodeNum: number) => void;
}

/** Listens over all connections of one run. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #otherClient: OtherClient;
  #nodeNum: number | undefined;
  #firmwareVersion: string | undefined;
  #rebootCount: number | undefined;
  #restarted = false;
  #connectedAtMs = 0;
  #readyAtMs: number | undefined;
  #messages = 0;
  #packets = 0;
  #heartbeatLost = false;
  #suspected = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#otherClient = createOtherClient(options);
  }

  /** Undefined before the node has told it. */
  get node(): NodeIdentity | undefined {
    return this.#nodeNum === undefined ? undefined : { nodeNum: this.#nodeNum, firmwareVersion: this.#firmwareVersion };
  }

  /** How long the connection has been ready; undefined when it is not. */
  get readyForMs(): number | undefined {
    return this.#readyAtMs === undefined ? undefined : this.#options.clock.nowMs() - this.#readyAtMs;
  }

  /** A new connection. */
  connected(): void {
    this.#connectedAtMs = this.#options.clock.nowMs();
    this.#messages = 0;
    this.#restarted = false;
    this.#readyAtMs = undefined;
    this.#heartbeatLost = false;
  }

  /** The handshake is complete. */
  ready(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#readyAtMs = nowMs;
    this.#options.emit({
      type: "ready",
      node: this.node ?? { nodeNum: 0, firmwareVersion: undefined },
      messages: this.#messages,
      tookMs: nowMs - this.#connectedAtMs,
      restarted: this.#restarted,
    });
  }

  /** The connection is over. */
  lost(): void {
    this.#readyAtMs = undefined;
    this.#options.roundTrips.forget();
  }

  /** A question got no answer in time. */
  unanswered(kind: ProbeKind): void {
    if (kind === "heartbeat") this.#heartbeatLost = true;
  }

  received({ payloadVariant }: FromRadio, bytes: Uint8Array): void {
    this.#messages += 1;
    switch (payloadVariant.case) {
      case "packet":
        return this.#packet(payloadVariant.value, bytes.length);
      case "queueStatus":
        // A heartbeat's answer reports on no packet.
        if (payloadVariant.value.meshPacketId === 0) return this.#options.roundTrips.answered("heartbeat");
        this.#otherClient.reported(payloadVariant.value.meshPacketId);
        if (this.#otherClient.suspected) this.#suspectOtherReader();
        return;
      case "myInfo":
        return this.#myInfo(payloadVariant.value.myNodeNum, payloadVariant.value.rebootCount);
      case "metadata":
        this.#firmwareVersion = payloadVariant.value.firmwareVersion;
        return;
      case "clientNotification":
        return this.#options.emit({ type: "note", text: `the node says: ${payloadVariant.value.message}` });
      default:
        return;
    }
  }

  #myInfo(nodeNum: number, rebootCount: number): void {
    // When it is not the handshake that asked, it is a probe.
    if (this.#readyAtMs !== undefined) {
      this.#options.roundTrips.answered("config");
      // The node lives, and its answer to the heartbeat came to somebody else: any client's reader may take it (firmware, PhoneAPI.cpp).
      if (this.#heartbeatLost) this.#suspectOtherReader();
      this.#heartbeatLost = false;
    }
    this.#restarted ||= this.#nodeNum === nodeNum && this.#rebootCount !== undefined && rebootCount > this.#rebootCount;
    this.#nodeNum = nodeNum;
    this.#rebootCount = rebootCount;
    this.#options.onNodeNum(nodeNum);
  }

  #suspectOtherReader(): void {
    if (!this.#suspected) this.#options.emit({ type: "otherReader" });
    this.#suspected = true;
  }

  #packet({ id, from, payloadVariant }: MeshPacket, lengthBytes: number): void {
    this.#packets += 1;
    const data = payloadVariant.case === "decoded" ? payloadVariant.value : undefined;
    this.#otherClient.packet({ id, fromOwnNode: from === this.#nodeNum, wantsResponse: data?.wantResponse ?? false });
    this.#options.emit({ type: "packet", number: this.#packets, portnum: data?.portnum, from, lengthBytes });
  }
}

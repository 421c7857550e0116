/** What the node answers by itself: administration by its client, and the requests of other nodes (the firmware's modules). */
import type { Clock } from "../clock.ts";
import { decode, encode } from "../link/codec.ts";
import { PortNum, Priority } from "../link/enums.ts";
import type { Data, Init, MeshPacket, Message } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { responseHopLimit } from "./hops.ts";
import type { ChannelUse } from "./lora_time.ts";
import type { Station } from "./station.ts";

// NodeInfoModule.cpp: NodeInfo goes out at most every 10 minutes, every minute when somebody pressed a button.
const NODE_INFO_GAP_MS = 600_000;
const NODE_INFO_URGENT_GAP_MS = 60_000;

/** What the modules work with. */
export interface OwnModulesOptions {
  readonly clock: Clock;
  readonly station: Station;
  readonly use: ChannelUse;
  /** The client asked for a restart. */
  readonly onReboot: (afterMs: number) => void;
}

/** The modules. */
export class OwnModules {
  readonly #options: OwnModulesOptions;
  readonly #station: Station;
  readonly #passkey = crypto.getRandomValues(new Uint8Array(8));
  #nodeInfoSentAtMs = -Infinity;

  constructor(options: OwnModulesOptions) {
    this.#options = options;
    this.#station = options.station;
  }

  /** The answer to another node's request; "silent" when it deserves none, undefined when no module knows it. */
  reply(request: MeshPacket): Init<"MeshPacket"> | "silent" | undefined {
    if (request.payloadVariant.case !== "decoded") return undefined;
    const data = request.payloadVariant.value;
    if (data.portnum === PortNum.NODEINFO_APP) {
      if (!this.#mayIntroduce(NODE_INFO_GAP_MS)) return "silent";
      return this.#response(request, PortNum.NODEINFO_APP, encode("User", this.#station.user()));
    }
    if (data.portnum === PortNum.TRACEROUTE_APP && data.requestId === 0) {
      return this.#response(request, PortNum.TRACEROUTE_APP, data.payload);
    }
    if (data.portnum === PortNum.POSITION_APP) {
      const position = this.#station.nodes.get(this.#station.nodeNum)?.position;
      return position === undefined ? "silent" : this.#response(request, PortNum.POSITION_APP, encode("Position", position));
    }
    if (data.portnum === PortNum.TELEMETRY_APP) {
      return asksForDeviceMetrics(data) ? this.#response(request, PortNum.TELEMETRY_APP, encode("Telemetry", this.telemetry())) : undefined;
    }
    return undefined;
  }

  /** What the client asks of its own node: an answer, "done" without one, "silent" when it is ignored, undefined when unknown. */
  own(request: MeshPacket): Init<"MeshPacket"> | "done" | "silent" | undefined {
    if (request.payloadVariant.case !== "decoded") return undefined;
    const data = request.payloadVariant.value;
    if (data.portnum !== PortNum.ADMIN_APP) return data.wantResponse ? this.reply(request) : undefined;
    if (this.#station.managed) return "silent";
    let admin: Message<"AdminMessage">;
    try {
      admin = decode("AdminMessage", data.payload);
    } catch {
      return undefined;
    }
    const { payloadVariant } = admin;
    switch (payloadVariant.case) {
      case "getDeviceMetadataRequest": {
        const answer: Init<"AdminMessage"> = {
          sessionPasskey: this.#passkey,
          payloadVariant: { case: "getDeviceMetadataResponse", value: this.#station.metadata() },
        };
        return this.#response(request, PortNum.ADMIN_APP, encode("AdminMessage", answer));
      }
      case "setTimeOnly":
        this.#station.setTime(payloadVariant.value);
        return "done";
      case "removeFavoriteNode":
        if (this.#station.nodes.get(payloadVariant.value) === undefined) return undefined;
        this.#station.nodes.learn({ num: payloadVariant.value, isFavorite: false });
        return "done";
      case "addContact": {
        const { nodeNum, user } = payloadVariant.value;
        this.#station.nodes.learn({ num: nodeNum, isFavorite: true, ...(user === undefined ? {} : { user }) });
        return "done";
      }
      case "rebootSeconds":
        this.#options.onReboot(Math.max(0, payloadVariant.value) * 1000);
        return "done";
      default:
        return undefined;
    }
  }

  /** The NodeInfo with which the node introduces itself to a sender that it does not know; undefined when not now. */
  introduction(heard: MeshPacket): Init<"MeshPacket"> | undefined {
    if (this.#station.nodes.get(heard.from)?.user !== undefined || heard.from === this.#station.nodeNum) return undefined;
    if (!this.#mayIntroduce(NODE_INFO_GAP_MS)) return undefined;
    return { ...this.#nodeInfo(true), to: heard.from, channel: heard.channel };
  }

  /** The NodeInfo for everybody, once a minute at most; undefined when it is too soon. */
  announcement({ wantResponse }: { readonly wantResponse: boolean }): Init<"MeshPacket"> | undefined {
    return this.#mayIntroduce(NODE_INFO_URGENT_GAP_MS) ? { ...this.#nodeInfo(wantResponse), to: BROADCAST_NUM } : undefined;
  }

  /** The node's own device metrics. */
  telemetry(): Init<"Telemetry"> {
    const { use } = this.#options;
    return {
      time: this.#station.timeS() || this.#station.uptimeS(),
      variant: { case: "deviceMetrics", value: this.#station.deviceMetrics(use) },
    };
  }

  /** Forgets when it last spoke, as a restart does. */
  clear(): void {
    this.#nodeInfoSentAtMs = -Infinity;
  }

  #mayIntroduce(gapMs: number): boolean {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#nodeInfoSentAtMs < gapMs) return false;
    this.#nodeInfoSentAtMs = nowMs;
    return true;
  }

  #nodeInfo(wantResponse: boolean): Init<"MeshPacket"> {
    const payload = encode("User", this.#station.user());
    return {
      priority: Priority.BACKGROUND,
      payloadVariant: { case: "decoded", value: { portnum: PortNum.NODEINFO_APP, payload, wantResponse } },
    };
  }

  #response(request: MeshPacket, portnum: number, payload: Uint8Array): Init<"MeshPacket"> {
    const ownRequest = request.from === this.#station.nodeNum;
    return {
      to: request.from,
      channel: request.channel,
      hopLimit: responseHopLimit(request, this.#station.hopLimit),
      // An answer to our own client goes nowhere: there is nothing to acknowledge.
      wantAck: ownRequest ? false : request.wantAck,
      priority: Priority.RELIABLE,
      payloadVariant: { case: "decoded", value: { portnum, payload, requestId: request.id } },
    };
  }
}

function asksForDeviceMetrics(data: Data): boolean {
  try {
    return decode("Telemetry", data.payload).variant.case === "deviceMetrics";
  } catch {
    return false;
  }
}

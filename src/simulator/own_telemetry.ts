/** The node's own telemetry for its client: every minute, while nothing else waits for the client (DeviceTelemetry.cpp). */
import type { Clock, Timer } from "../clock.ts";
import { encode } from "../link/codec.ts";
import { PortNum, Priority } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import type { ChannelUse } from "./lora_time.ts";
import type { OwnModules } from "./own_modules.ts";
import type { PhoneQueues } from "./phone_queues.ts";
import type { Router } from "./router.ts";
import type { Station } from "./station.ts";

const STATS_EVERY_MS = 900_000;

/** What the telemetry is made from. */
export interface OwnTelemetryOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly station: Station;
  readonly use: ChannelUse;
  readonly modules: OwnModules;
  readonly queues: PhoneQueues;
  readonly router: Router;
}

/** The telemetry's timer. */
export class OwnTelemetry {
  readonly #options: OwnTelemetryOptions;
  #timer: Timer | undefined;
  #statsAtMs = -Infinity;

  constructor(options: OwnTelemetryOptions) {
    this.#options = options;
  }

  /** Starts, or starts anew after a restart of the node. */
  start(): void {
    this.stop();
    this.#statsAtMs = -Infinity;
    this.#later();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #later(): void {
    this.#timer = this.#options.clock.after(this.#options.everyMs, () => {
      this.#later();
      if (this.#options.queues.packetCount === 0) this.#tell();
    });
  }

  #tell(): void {
    const { clock, modules } = this.#options;
    this.#send(modules.telemetry());
    if (clock.nowMs() - this.#statsAtMs < STATS_EVERY_MS) return;
    this.#statsAtMs = clock.nowMs();
    this.#send(this.#stats());
  }

  #send(telemetry: Init<"Telemetry">): void {
    this.#options.router.tellClient({
      priority: Priority.BACKGROUND,
      payloadVariant: { case: "decoded", value: { portnum: PortNum.TELEMETRY_APP, payload: encode("Telemetry", telemetry) } },
    });
  }

  #stats(): Init<"Telemetry"> {
    const { station, use } = this.#options;
    const value: Init<"LocalStats"> = {
      uptimeSeconds: station.uptimeS(),
      channelUtilization: use.channelPercent,
      airUtilTx: use.txPercent,
      numPacketsTx: use.sentCount,
      numPacketsRx: use.heardCount,
      numOnlineNodes: station.nodes.size,
      numTotalNodes: station.nodes.size,
    };
    return { time: station.timeS() || station.uptimeS(), variant: { case: "localStats", value } };
  }
}

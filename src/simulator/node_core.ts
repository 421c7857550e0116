/** The node without its clients: who it is, its radio, its router, and what waits for whoever connects. */
import type { Clock } from "../clock.ts";
import type { MeshPacket } from "../link/messages.ts";
import type { FirmwareVersion } from "./firmware.ts";
import { ChannelUse } from "./lora_time.ts";
import { OwnModules } from "./own_modules.ts";
import { OwnTelemetry } from "./own_telemetry.ts";
import { PhoneQueues } from "./phone_queues.ts";
import { RadioQueue } from "./radio_queue.ts";
import { Router } from "./router.ts";
import { Station, type StationOptions } from "./station.ts";

/** What the node is made from, and who is told what it does. */
export interface NodeCoreOptions extends StationOptions {
  /** Packets kept for the client. */
  readonly queueSize: number;
  readonly telemetryMs: number;
  readonly airScale: number;
  /** Something waits for the client. */
  readonly onData: () => void;
  readonly onAir: (packet: MeshPacket) => void;
  readonly onGaveUp: (packet: MeshPacket) => void;
  readonly onReboot: (afterMs: number) => void;
  /** A packet that waited for the client will never be handed over. */
  readonly onLost: (packet: MeshPacket) => void;
}

/** The node. */
export class NodeCore {
  readonly clock: Clock;
  readonly station: Station;
  readonly queues: PhoneQueues;
  readonly radio: RadioQueue;
  readonly modules: OwnModules;
  readonly router: Router;
  readonly #use: ChannelUse;
  readonly #telemetry: OwnTelemetry;

  constructor(options: NodeCoreOptions) {
    const { clock } = options;
    const station = new Station(options);
    const queues = new PhoneQueues({ maxPackets: options.queueSize, onData: options.onData, onLost: options.onLost });
    const use = new ChannelUse(clock);
    const radio = new RadioQueue({ clock, use, airScale: options.airScale, onAir: options.onAir });
    const modules = new OwnModules({ clock, station, use, onReboot: options.onReboot });
    const router = new Router({ clock, station, queues, radio, use, modules, onGaveUp: options.onGaveUp });
    this.#telemetry = new OwnTelemetry({ clock, everyMs: options.telemetryMs, station, use, modules, queues, router });
    this.#use = use;
    this.clock = clock;
    this.station = station;
    this.queues = queues;
    this.radio = radio;
    this.modules = modules;
    this.router = router;
  }

  /** What a node does first: a report that belongs to no packet, its NodeInfo for everybody. */
  boot(): void {
    this.queues.pushReport(this.radio.status(0, 0));
    const announcement = this.modules.announcement({ wantResponse: false });
    if (announcement !== undefined) this.router.sendOwn(announcement, { toClient: false });
    this.#telemetry.start();
  }

  /** Restarts, with another firmware when one is named: what waited is lost. */
  reboot(firmware?: FirmwareVersion): void {
    this.stop();
    this.queues.clear();
    this.#use.clear();
    this.modules.clear();
    this.station.reboot(firmware);
    this.boot();
  }

  /** Stops all timers. */
  stop(): void {
    this.#telemetry.stop();
    this.router.clear();
    this.radio.clear();
  }
}

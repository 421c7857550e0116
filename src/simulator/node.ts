/**
 * A Meshtastic node in software: a real TCP server that behaves as the ESP32 firmware does, and a radio behind it that
 * whoever listens to `transmit` and calls `receiveFromMesh` is the mesh of.
 */
import type { Socket } from "node:net";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import type { Init } from "../link/messages.ts";
import { logger } from "../log.ts";
import { formatNodeId } from "../node_id.ts";
import { ApiServer } from "./api_server.ts";
import { ClientSocket, type CloseCause } from "./client_socket.ts";
import { Emitter } from "./events.ts";
import { halfFrame, strayBytes } from "./line_noise.ts";
import { noFaults } from "./link_faults.ts";
import { ChannelUse } from "./lora_time.ts";
import type { NodeEvents } from "./node_events.ts";
import type { SimNodeSpec } from "./node_table.ts";
import { OwnModules } from "./own_modules.ts";
import { OwnTelemetry } from "./own_telemetry.ts";
import { PhoneApi } from "./phone_api.ts";
import { PhoneQueues } from "./phone_queues.ts";
import { populate } from "./population.ts";
import { RadioQueue } from "./radio_queue.ts";
import { Random } from "./random.ts";
import { Router } from "./router.ts";
import { Station, type StationOptions } from "./station.ts";

const log = logger("service.simulator");

/** How a simulated node is made; everything has a default. */
export interface SimulatedNodeOptions extends Omit<StationOptions, "clock" | "nodes"> {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly hostname?: string;
  readonly clock?: Clock;
  readonly seed?: number;
  /** Whom it knows already; a number makes so many up. */
  readonly nodes?: readonly SimNodeSpec[] | number;
  /** Packets that it keeps for its client: 8 on a classic ESP32, 32 on an S3. */
  readonly queueSize?: number;
  /** How often it looks for new connections; 0: at once. */
  readonly acceptPollMs?: number;
  /** How often it tells its client its own telemetry. */
  readonly telemetryMs?: number;
  /** Share of the true air time that transmissions take; 0 makes them instant. */
  readonly airScale?: number;
}

/** What became of the connections so far. */
export interface ConnectionCounts {
  /** Connections that clients opened. */
  readonly dialed: number;
  /** Those that the node took up. */
  readonly accepted: number;
  /** Those that ended, for whatever reason. */
  readonly closed: number;
  /** Those that ended because another client came. */
  readonly kicked: number;
  /** True while there is one. */
  readonly current: boolean;
}

/** Starts a simulated node; rejects when its port is taken. */
export async function startSimulatedNode(options: SimulatedNodeOptions = {}): Promise<SimulatedNode> {
  const node = new SimulatedNode(options);
  await node.accept();
  return node;
}

/** The node. Made by `startSimulatedNode`. */
export class SimulatedNode {
  readonly station: Station;
  readonly airScale: number;
  readonly clock: Clock;
  readonly #events = new Emitter<NodeEvents>();
  readonly #faults = noFaults();
  readonly #random: Random;
  readonly #server: ApiServer;
  readonly #queues: PhoneQueues;
  readonly #use: ChannelUse;
  readonly #radio: RadioQueue;
  readonly #modules: OwnModules;
  readonly #router: Router;
  readonly #telemetry: OwnTelemetry;
  readonly #wantedPort: number;
  readonly #timers = new Set<Timer>();
  readonly #counts = { dialed: 0, accepted: 0, closed: 0, kicked: 0 };
  #client: { readonly socket: ClientSocket; readonly api: PhoneApi; readonly number: number; idle: Timer | undefined } | undefined;
  #running = true;

  constructor(options: SimulatedNodeOptions) {
    const clock = this.clock = options.clock ?? systemClock;
    this.#random = new Random(options.seed ?? 1).fork("node");
    const nodes = typeof options.nodes === "number" ? populate({ count: options.nodes, seed: options.seed ?? 1, clock }) : options.nodes;
    const station = this.station = new Station({ ...options, clock, nodes: nodes ?? [] });
    this.airScale = options.airScale ?? 0.5;
    const queues = this.#queues = new PhoneQueues({ maxPackets: options.queueSize ?? 32, onData: () => this.#client?.socket.wake() });
    const use = this.#use = new ChannelUse(clock);
    const radio = this.#radio = new RadioQueue({
      clock,
      use,
      airScale: this.airScale,
      onAir: (packet) => this.#events.emit("transmit", { packet }),
    });
    const modules = this.#modules = new OwnModules({ clock, station, use, onReboot: (afterMs) => this.#later(afterMs, () => this.reboot()) });
    const router = this.#router = new Router({
      clock,
      station,
      queues,
      radio,
      use,
      modules,
      onGaveUp: (packet) => this.#events.emit("gaveUp", { packet }),
    });
    const everyMs = options.telemetryMs ?? 60_000;
    this.#telemetry = new OwnTelemetry({ clock, everyMs, station, use, modules, queues, router });
    this.#wantedPort = options.port ?? 0;
    this.#server = new ApiServer({
      clock,
      hostname: options.hostname ?? "127.0.0.1",
      acceptPollMs: options.acceptPollMs ?? 100,
      faults: this.#faults,
      onDial: () => this.#events.emit("dial", { count: this.#counts.dialed += 1 }),
      onAccept: (socket) => this.#accepted(socket),
    });
    this.#boot();
  }

  get port(): number {
    return this.#server.port || this.#wantedPort;
  }

  get nodeNum(): number {
    return this.station.nodeNum;
  }

  /** Packets that wait for the client. */
  get queued(): number {
    return this.#queues.packetCount;
  }

  get connections(): ConnectionCounts {
    return { ...this.#counts, current: this.#client !== undefined };
  }

  /** Calls `listener` for each such event; returns the function that ends it. */
  on<Name extends keyof NodeEvents>(name: Name, listener: (event: NodeEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Resolves with the next such event that fits; rejects when the node is stopped first. */
  waitFor<Name extends keyof NodeEvents>(name: Name, fits?: (event: NodeEvents[Name]) => boolean): Promise<NodeEvents[Name]> {
    return this.#events.waitFor(name, fits);
  }

  /** A packet arrives by radio. */
  receiveFromMesh(packet: Init<"MeshPacket">): void {
    if (this.#running) this.#router.fromRadio(packet);
  }

  /** Ends the connection with a FIN; the node keeps listening. */
  hangUp(): void {
    this.#close("hungUp");
  }

  /** Ends the connection with a RST; the node keeps listening. */
  reset(): void {
    this.#close("reset");
  }

  /** The node freezes, or comes back: sockets stay open, new ones too, but nothing is accepted, read or written. */
  goSilent(silent: boolean): void {
    this.#faults.silent = silent;
    this.#client?.socket.faultsChanged();
    this.#server.faultsChanged();
  }

  /** The connection of the moment goes dead; a new one will be served. */
  mute(): void {
    this.#client?.socket.mute();
  }

  /** Refuses connections from now on, for so long or until `accept`. The connection of the moment stays. */
  refuse(forMs?: number): void {
    this.#server.refuse();
    this.#events.emit("refusing", {});
    if (forMs === undefined) return;
    this.#later(forMs, () => {
      this.accept().catch((error: unknown) => log.error`cannot listen again: ${describeError(error)}`);
    });
  }

  /** Listens, on the same port as before; rejects when another process has taken it. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    await this.#server.listen(this.port);
    this.#events.emit("listening", { port: this.port });
  }

  /** Takes new connections up so much later than it should; 0 ends it. */
  slowAccept(ms: number): void {
    this.#faults.slowAcceptMs = ms;
  }

  /** Writes every frame in pieces of so many bytes; undefined ends it. */
  splitWrites(bytesPerWrite: number | undefined): void {
    this.#faults.bytesPerWrite = bytesPerWrite;
  }

  /** Writes a frame that is never finished. */
  halfFrame(): void {
    this.#client?.socket.inject(halfFrame(this.#random));
  }

  /** Writes bytes that are no frame: these, or so many made-up ones. */
  garbage(bytes: Uint8Array | number = 64): void {
    this.#client?.socket.inject(typeof bytes === "number" ? strayBytes(this.#random, bytes) : bytes);
  }

  /** Another client comes, takes the connection over, says nothing, and is gone when the next one comes. */
  steal(): void {
    this.#counts.accepted += 1;
    this.#close("kicked");
  }

  /** Restarts: the connection ends, what waited is lost; refuses connections for `downMs`. */
  reboot(downMs = 2000): void {
    this.#close("rebooted");
    this.#router.clear();
    this.#radio.clear();
    this.#queues.clear();
    this.#use.clear();
    this.#modules.clear();
    this.station.reboot();
    if (downMs > 0) this.refuse(downMs);
    this.#boot();
  }

  /** Stops everything; resolves when no socket is left. */
  async stop(): Promise<void> {
    this.#running = false;
    for (const timer of this.#timers) timer.cancel();
    this.#telemetry.stop();
    this.#router.clear();
    this.#radio.clear();
    this.#close("stopped");
    await this.#server.stop();
    this.#events.close(new Error("the simulated node was stopped"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** What a node does first: a report without a packet, its NodeInfo for everybody. */
  #boot(): void {
    this.#queues.pushReport(this.#radio.status(0, 0));
    const announcement = this.#modules.announcement(false);
    if (announcement !== undefined) this.#router.sendOwn(announcement, { toClient: false });
    this.#telemetry.start();
  }

  #accepted(socket: Socket): void {
    this.#close("kicked");
    const number = this.#counts.accepted += 1;
    const { clock, station } = this;
    const api = new PhoneApi({
      clock,
      station,
      queues: this.#queues,
      radio: this.#radio,
      router: this.#router,
      modules: this.#modules,
      onMessage: (message) => this.#events.emit("toRadio", { connection: number, message }),
      onConfigured: (nonce) => this.#events.emit("configured", { connection: number, nonce }),
      onDisconnect: () => this.#close("disconnect"),
    });
    const reader = new StreamReader((payload) => {
      if (client.socket.open) api.take(payload);
    });
    const client = {
      api,
      number,
      idle: undefined as Timer | undefined,
      socket: new ClientSocket({
        socket,
        clock,
        faults: this.#faults,
        onData: (chunk) => reader.push(chunk),
        next: () => api.next(),
        onWritten: (payload) => this.#events.emit("fromRadio", { connection: number, payload }),
        onFin: () => this.#events.emit("fin", { connection: number }),
        onClosed: (cause) => this.#closed(number, cause),
      }),
    };
    this.#client = client;
    this.#watchIdle();
    log.debug`client ${number} of ${formatNodeId(this.nodeNum)} is connected`;
    this.#events.emit("accept", { connection: number });
  }

  #close(cause: CloseCause): void {
    this.#client?.socket.close(cause);
  }

  #closed(number: number, cause: CloseCause): void {
    if (this.#client?.number !== number) return;
    this.#client.idle?.cancel();
    this.#client = undefined;
    this.#counts.closed += 1;
    if (cause === "kicked") this.#counts.kicked += 1;
    log.debug`client ${number} of ${formatNodeId(this.nodeNum)} is gone: ${cause}`;
    this.#events.emit("closed", { connection: number, cause });
  }

  /** Closes the client that says nothing for too long. */
  #watchIdle(): void {
    const client = this.#client;
    const limitMs = this.station.firmware.idleCloseMs;
    if (client === undefined || limitMs === undefined) return;
    const leftMs = limitMs - (this.clock.nowMs() - client.api.contactAtMs);
    if (leftMs <= 0) return client.socket.close("idle");
    client.idle = this.clock.after(leftMs, () => this.#watchIdle());
  }

  #later(delayMs: number, action: () => void): void {
    const timer = this.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

/**
 * A Meshtastic node in software: a real TCP server that behaves as the ESP32 firmware does, and a radio behind it. Who
 * listens to `transmit` and calls `receiveFromMesh` is its mesh.
 */
import type { Socket } from "node:net";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import { decode } from "../link/codec.ts";
import type { Init } from "../link/messages.ts";
import { logger } from "../log.ts";
import { formatNodeId } from "../node_id.ts";
import { ApiServer } from "./api_server.ts";
import { Client } from "./client.ts";
import type { CloseCause } from "./client_socket.ts";
import { Emitter } from "./events.ts";
import type { FirmwareVersion } from "./firmware.ts";
import { halfFrame, strayBytes } from "./line_noise.ts";
import { noFaults } from "./link_faults.ts";
import { NodeCore } from "./node_core.ts";
import type { NodeEvents } from "./node_events.ts";
import { type ConnectionCounts, NODE_DEFAULTS, type SimulatedNodeOptions } from "./node_options.ts";
import { populate } from "./population.ts";
import { Random } from "./random.ts";
import type { Station } from "./station.ts";

const log = logger("service.simulator");

const REBOOT_MS = 2000;

/** Starts a simulated node; rejects when its port is taken. */
export async function startSimulatedNode(options: SimulatedNodeOptions = {}): Promise<SimulatedNode> {
  const node = new SimulatedNode(options);
  try {
    await node.accept();
  } catch (error) {
    await node.stop();
    throw error;
  }
  return node;
}

/** The node. Made by `startSimulatedNode`. */
export class SimulatedNode {
  readonly clock: Clock;
  /** Share of the true air time that transmissions take. */
  readonly airScale: number;
  readonly #events = new Emitter<NodeEvents>();
  readonly #faults = noFaults();
  readonly #random: Random;
  readonly #core: NodeCore;
  readonly #server: ApiServer;
  readonly #wantedPort: number;
  readonly #timers = new Set<Timer>();
  readonly #counts = { dialed: 0, accepted: 0, closed: 0, kicked: 0 };
  #client: { readonly number: number; readonly client: Client } | undefined;
  #running = true;

  constructor(options: SimulatedNodeOptions) {
    const { seed, queueSize, telemetryMs, acceptPollMs, hostname, airScale } = { ...NODE_DEFAULTS, ...options };
    const clock = this.clock = options.clock ?? systemClock;
    this.airScale = airScale;
    this.#random = new Random(seed).fork("node");
    this.#core = new NodeCore({
      ...options,
      clock,
      nodes: typeof options.nodes === "number" ? populate({ count: options.nodes, seed, wallMs: clock.wallMs() }) : options.nodes ?? [],
      queueSize,
      telemetryMs,
      airScale,
      onData: () => this.#client?.client.socket.wake(),
      onAir: (packet) => this.#events.emit("transmit", { packet }),
      onGaveUp: (packet) => this.#events.emit("gaveUp", { packet }),
      onReboot: (afterMs) => this.#later(afterMs, () => this.reboot()),
      onLost: (packet) => this.#events.emit("lost", { packet }),
    });
    this.#wantedPort = options.port ?? 0;
    this.#server = new ApiServer({
      clock,
      hostname,
      acceptPollMs,
      faults: this.#faults,
      onDial: (remotePort) => this.#events.emit("dial", { count: this.#counts.dialed += 1, remotePort }),
      onAccept: (socket) => this.#accepted(socket),
    });
    this.#core.boot();
  }

  get port(): number {
    return this.#server.port || this.#wantedPort;
  }

  get nodeNum(): number {
    return this.station.nodeNum;
  }

  /** Who the node is and whom it knows. */
  get station(): Station {
    return this.#core.station;
  }

  /** Packets that wait for the client. */
  get queued(): number {
    return this.#core.queues.packetCount;
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
    if (this.#running) this.#core.router.fromRadio(packet);
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
    this.#client?.client.socket.faultsChanged();
    this.#server.faultsChanged();
  }

  /** The connection of the moment goes dead; a new one will be served. */
  mute(): void {
    this.#client?.client.socket.mute();
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
    if (this.#server.listening || !this.#running) return;
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
    this.#client?.client.socket.inject(halfFrame(this.#random));
  }

  /** Writes bytes that are no frame: these, or so many made-up ones. */
  garbage(bytes: Uint8Array | number = 64): void {
    this.#client?.client.socket.inject(typeof bytes === "number" ? strayBytes(this.#random, bytes) : bytes);
  }

  /** Another client comes, takes the connection over, says nothing, and is gone when the next one comes. */
  steal(): void {
    this.#counts.accepted += 1;
    this.#close("kicked");
  }

  /** Restarts, with another firmware when one is named: the connection ends, what waited is lost; connections are refused for `downMs`. */
  reboot(downMs: number = REBOOT_MS, firmware?: FirmwareVersion): void {
    this.#close("rebooted");
    this.#core.reboot(firmware);
    if (downMs > 0) this.refuse(downMs);
  }

  /** Stops everything; resolves when no socket is left. */
  async stop(): Promise<void> {
    this.#running = false;
    for (const timer of this.#timers) timer.cancel();
    this.#core.stop();
    this.#close("stopped");
    await this.#server.stop();
    this.#events.close(new Error("the simulated node was stopped"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accepted(socket: Socket): void {
    this.#close("kicked");
    const number = this.#counts.accepted += 1;
    const client = new Client({
      socket,
      core: this.#core,
      faults: this.#faults,
      onMessage: (message) => this.#events.emit("toRadio", { connection: number, message }),
      onConfigured: (nonce) => this.#events.emit("configured", { connection: number, nonce }),
      onWritten: (payload) => this.#events.emit("fromRadio", { connection: number, payload }),
      onUnwritten: (payload) => this.#unwritten(payload),
      onFin: () => this.#events.emit("fin", { connection: number }),
      onClosed: (cause) => this.#closed(number, cause),
    });
    this.#client = { number, client };
    log.info`client ${number} of ${formatNodeId(this.nodeNum)} is connected`;
    this.#events.emit("accept", { connection: number, remotePort: socket.remotePort ?? 0 });
    if (client.socket.stillborn) client.socket.close("socketError");
  }

  #close(cause: CloseCause): void {
    this.#client?.client.socket.close(cause);
  }

  #unwritten(payload: Uint8Array): void {
    const { payloadVariant } = decode("FromRadio", payload);
    if (payloadVariant.case === "packet") this.#events.emit("lost", { packet: payloadVariant.value });
  }

  #closed(number: number, cause: CloseCause): void {
    if (this.#client?.number === number) this.#client = undefined;
    this.#counts.closed += 1;
    if (cause === "kicked") this.#counts.kicked += 1;
    log.info`client ${number} of ${formatNodeId(this.nodeNum)} is gone: ${cause}`;
    this.#events.emit("closed", { connection: number, cause });
  }

  #later(delayMs: number, action: () => void): void {
    const timer = this.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

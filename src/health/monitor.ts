/**
 * Watches the link by the protocol: a node that answers a probe is alive however quiet its mesh is, and one that does
 * not answer is dead however open its socket is. It has no socket and never dials; it tells the link to drop a
 * connection.
 */
import type { Clock, Timer } from "../clock.ts";
import type { LinkEvent, LinkState } from "../link/link.ts";
import type { Init } from "../link/messages.ts";
import { logger } from "../log.ts";

const log = logger("health");

// The node closes a client that has sent nothing for 15 minutes (firmware, ServerAPI.h).
const KEEP_ALIVE_MS = 300_000;
// The handshake's own question is a probe: a node that says nothing to it for this long will not.
const HANDSHAKE_SILENCE_MS = 20_000;
// 250 nodes take a slow node about a minute; beyond this another program is taking our answers from the queue.
const HANDSHAKE_LIMIT_MS = 120_000;
// First firmware that answers a heartbeat with a QueueStatus.
const HEARTBEAT_FIRMWARE = [2, 7, 4] as const;

/** The part of the link that the monitor needs. */
export interface WatchedLink {
  readonly state: LinkState;
  readonly traffic: { readonly lastReceivedAtMs: number; readonly lastSentAtMs: number } | undefined;
  send(message: Init<"ToRadio">): boolean;
  drop(reason: string): void;
  listen(listener: (event: LinkEvent) => void): () => void;
}

/** What the monitor needs. */
export interface MonitorOptions {
  readonly clock: Clock;
  readonly link: WatchedLink;
  readonly checkIntervalMs: number;
  readonly silentTimeoutMs: number;
  /** Asks for the configuration (nonce 69420): the probe that every firmware answers. */
  readonly askConfig: () => void;
  /** The node's firmware version as the handshake told it. */
  readonly firmwareVersion: () => string | undefined;
}

/** Starts watching; returns how to stop. */
export function startMonitor(options: MonitorOptions): Disposable {
  const monitor = new Monitor(options);
  return { [Symbol.dispose]: () => monitor.stop() };
}

class Monitor {
  readonly #options: MonitorOptions;
  readonly #probeAfterMs: number;
  readonly #unlisten: () => void;
  #timer: Timer | undefined;
  /** The last byte's time that a probe has asked about, so that one silence gets one probe of each kind. */
  #heartbeatFor: number | undefined;
  #configFor: number | undefined;
  /** What this connection has shown; undefined until it has. */
  #answersHeartbeat: boolean | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#probeAfterMs = Math.min(options.checkIntervalMs, options.silentTimeoutMs / 2);
    this.#unlisten = options.link.listen((event) => {
      if (event.type === "state") this.#entered(event.state);
    });
    // The watch may begin in the middle of a connection.
    this.#entered(options.link.state);
  }

  #entered(state: LinkState): void {
    this.#timer?.cancel();
    if (state.kind === "configuring") this.#answersHeartbeat = undefined;
    if (state.kind === "configuring" || state.kind === "ready") this.#check();
  }

  stop(): void {
    this.#unlisten();
    this.#timer?.cancel();
  }

  #check(): void {
    const { clock, link } = this.#options;
    const traffic = link.traffic;
    if (traffic === undefined) return;
    const nowMs = clock.nowMs();
    const dueMs = link.state.kind === "ready" ? this.#watch(traffic, nowMs) : this.#watchHandshake(traffic, nowMs);
    if (dueMs === undefined) return;
    this.#timer = clock.after(Math.max(1, dueMs - nowMs), () => this.#check());
  }

  /** Returns when to look again; undefined when the connection was dropped. */
  #watchHandshake(traffic: { readonly lastReceivedAtMs: number }, nowMs: number): number | undefined {
    const silenceAtMs = traffic.lastReceivedAtMs + Math.min(HANDSHAKE_SILENCE_MS, this.#options.silentTimeoutMs);
    const limitAtMs = this.#options.link.state.sinceMs + HANDSHAKE_LIMIT_MS;
    if (nowMs >= silenceAtMs) {
      return this.#drop(`the node accepted the connection but does not answer (${seconds(nowMs - traffic.lastReceivedAtMs)})`);
    }
    if (nowMs >= limitAtMs) {
      return this.#drop(`the handshake was not complete after ${seconds(HANDSHAKE_LIMIT_MS)}: is another program reading from the node?`);
    }
    return Math.min(silenceAtMs, limitAtMs);
  }

  #watch(traffic: { readonly lastReceivedAtMs: number; readonly lastSentAtMs: number }, nowMs: number): number | undefined {
    const { silentTimeoutMs, link } = this.#options;
    const heardAtMs = traffic.lastReceivedAtMs;
    const silentMs = nowMs - heardAtMs;
    if (silentMs >= silentTimeoutMs) {
      return this.#drop(`socket open, but the node has been silent for ${seconds(silentMs)} and answers no probe`);
    }
    this.#learn(heardAtMs);
    const probeAtMs = heardAtMs + this.#probeAfterMs;
    const lastResortAtMs = heardAtMs + this.#probeAfterMs + (silentTimeoutMs - this.#probeAfterMs) / 2;
    if (nowMs >= probeAtMs && this.#heartbeatFor !== heardAtMs && this.#configFor !== heardAtMs) this.#probe(heardAtMs, silentMs);
    else if (nowMs >= lastResortAtMs && this.#configFor !== heardAtMs) this.#probeByConfig(heardAtMs, silentMs);
    else if (nowMs - traffic.lastSentAtMs >= KEEP_ALIVE_MS) link.send(HEARTBEAT);
    const steps = [heardAtMs + silentTimeoutMs, traffic.lastSentAtMs + KEEP_ALIVE_MS];
    if (this.#heartbeatFor !== heardAtMs && this.#configFor !== heardAtMs) steps.push(probeAtMs);
    else if (this.#configFor !== heardAtMs) steps.push(lastResortAtMs);
    return Math.min(...steps.filter((step) => step > nowMs));
  }

  #probe(heardAtMs: number, silentMs: number): void {
    const knows = this.#answersHeartbeat ?? answersHeartbeat(this.#options.firmwareVersion());
    if (!knows) return this.#probeByConfig(heardAtMs, silentMs);
    this.#heartbeatFor = heardAtMs;
    log.debug`no byte from the node for ${seconds(silentMs)}: sending a heartbeat`;
    this.#options.link.send(HEARTBEAT);
  }

  #probeByConfig(heardAtMs: number, silentMs: number): void {
    this.#configFor = heardAtMs;
    log.debug`no byte from the node for ${seconds(silentMs)}: asking for its configuration`;
    this.#options.askConfig();
  }

  /** A byte has come since the last probe: which of the two was answered tells how to probe the next time. */
  #learn(heardAtMs: number): void {
    if (this.#heartbeatFor === undefined || this.#heartbeatFor === heardAtMs) return;
    if (this.#configFor === this.#heartbeatFor) {
      log.info`this firmware answers no heartbeat: probing by its configuration from now on`;
      this.#answersHeartbeat = false;
    } else {
      this.#answersHeartbeat = true;
    }
    this.#heartbeatFor = undefined;
    this.#configFor = undefined;
  }

  #drop(reason: string): undefined {
    log.warn`TCP link is dead: ${reason}; reconnecting`;
    this.#options.link.drop(reason);
  }
}

const HEARTBEAT: Init<"ToRadio"> = { payloadVariant: { case: "heartbeat", value: { nonce: 0 } } };

/** Whether a firmware version (`2.7.26.54e0d8d`) answers heartbeats; an unreadable one is taken to be new. */
export function answersHeartbeat(firmwareVersion: string | undefined): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(firmwareVersion ?? "");
  if (match === null) return true;
  for (const [index, wanted] of HEARTBEAT_FIRMWARE.entries()) {
    const part = Number(match[index + 1]);
    if (part !== wanted) return part > wanted;
  }
  return true;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

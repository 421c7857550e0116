/**
 * The link: one connection at a time to the node that the bot lives on, dialled again at once whenever it is lost, for
 * ever. It knows bytes and states; what is said on it is the business of its user (the session, the health monitor).
 */
import { type Clock, delay } from "../clock.ts";
import { describeError, isExpectedNetworkError } from "../errors.ts";
import { logger } from "../log.ts";
import { type Backoff, createBackoff } from "./backoff.ts";
import { type ConnectFunction, type Connection, connectTcp, describeCause, dial, type EndCause, type ReadCounts } from "./connection.ts";
import { FightDetector } from "./fight.ts";
import type { FromRadio, Init } from "./messages.ts";
import type { Slot, Slots } from "./slot.ts";

const log = logger("link");

const DIAL_TIMEOUT_MS = 5000;
const REPEAT_LOG_MS = 60_000;
const NO_COUNTS: ReadCounts = { frames: 0, skippedFrames: 0, skippedBytes: 0 };

/** What the link is doing, and since when (monotonic milliseconds). */
export type LinkState =
  | { readonly kind: "idle"; readonly sinceMs: number }
  | { readonly kind: "dialing"; readonly sinceMs: number }
  | { readonly kind: "configuring"; readonly sinceMs: number; readonly address: string }
  | { readonly kind: "ready"; readonly sinceMs: number; readonly address: string }
  | { readonly kind: "waiting"; readonly sinceMs: number; readonly untilMs: number; readonly reason: string }
  | { readonly kind: "closed"; readonly sinceMs: number };

/** Something that happened to the link; `state` is where it left it. */
export type LinkEvent =
  | { readonly type: "state"; readonly state: LinkState }
  | { readonly type: "lost"; readonly cause: EndCause; readonly state: LinkState };

/** Who speaks on the link. The calls come in the turn in which the thing happened and must not wait for anything. */
export interface LinkUser {
  /** A TCP connection is open: start the handshake. */
  connected(link: Link): void;
  /** A whole message; `bytes` is its payload as it came and may be kept. */
  received(message: FromRadio, bytes: Uint8Array): void;
  /** The connection is over; the next dial has begun. */
  lost(cause: EndCause): void;
}

/** What a link needs. `connect` and `random` are for tests. */
export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly slots: Slots;
  readonly user: LinkUser;
  readonly connect?: ConnectFunction;
  readonly random?: () => number;
}

/** Opens the link and keeps it open. Throws SlotTakenError when this program already has a connection to that node. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const slot = await options.slots.claim("the bot", options.host, options.port);
  return new Link(options, slot);
}

/** The open link. */
export class Link {
  readonly #options: LinkOptions;
  readonly #slot: Slot;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #fight: FightDetector;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(event: LinkEvent) => void>();
  readonly #running: Promise<void>;
  #connection: Connection | undefined;
  #state: LinkState;
  #outageSinceMs: number;
  #endedCounts: ReadCounts = NO_COUNTS;
  #handshakes = 0;
  #lastFailure = { text: "", loggedAtMs: 0, count: 0 };

  constructor(options: LinkOptions, slot: Slot) {
    this.#options = options;
    this.#slot = slot;
    this.#clock = options.clock;
    this.#backoff = createBackoff(options.random);
    this.#fight = new FightDetector();
    this.#outageSinceMs = this.#clock.nowMs();
    this.#state = { kind: "idle", sinceMs: this.#outageSinceMs };
    this.#running = this.#run();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Completed handshakes after the first. */
  get reconnects(): number {
    return Math.max(0, this.#handshakes - 1);
  }

  /** The connection in use: undefined while there is none. Read-only view for the health monitor. */
  get traffic(): { readonly lastReceivedAtMs: number; readonly lastSentAtMs: number } | undefined {
    return this.#connection;
  }

  /** What has been read over all connections of this link. */
  get counts(): ReadCounts {
    return addCounts(this.#endedCounts, this.#connection?.counts ?? NO_COUNTS);
  }

  /** Queues one message; false when there is no connection. */
  send(message: Init<"ToRadio">): boolean {
    return this.#connection?.send(message) ?? false;
  }

  /** Queues an encoded ToRadio of at most 512 bytes as it is; false when there is no connection. */
  sendBytes(toRadio: Uint8Array): boolean {
    return this.#connection?.sendBytes(toRadio) ?? false;
  }

  /** The handshake told our node's number; throws SlotTakenError when another connection of this program has it. */
  identify(nodeNum: number): void {
    this.#slot.identify(nodeNum);
  }

  /** The handshake is complete. */
  settled(): void {
    if (this.#state.kind !== "configuring") return;
    this.#handshakes += 1;
    this.#backoff.reset();
    this.#setState({ kind: "ready", sinceMs: this.#clock.nowMs(), address: this.#state.address });
  }

  /** The connection is dead although the socket does not say so: it is closed and dialled again at once. */
  drop(reason: string): void {
    this.#connection?.drop(reason);
  }

  /** Calls `listener` for every event, in the turn it happens; returns how to stop that. */
  listen(listener: (event: LinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The events from this call on; ends when the link is closed. */
  events(): AsyncIterableIterator<LinkEvent> {
    const waiting: LinkEvent[] = [];
    let wake: (() => void) | undefined;
    const unlisten = this.listen((event) => {
      waiting.push(event);
      wake?.();
    });
    // A generator's body starts at its first `next`; the listener above must not miss what happens before that.
    return (async function* () {
      try {
        while (true) {
          for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
            yield event;
            if (event.state.kind === "closed") return;
          }
          await new Promise<void>((resolve) => wake = resolve);
        }
      } finally {
        unlisten();
      }
    })();
  }

  /** Takes leave of the node (`disconnect` first), stops dialling and gives the slot back. */
  async close(): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#stop.abort(new DOMException("The link is being closed", "AbortError"));
      await this.#connection?.leave();
    }
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#setState({ kind: "dialing", sinceMs: this.#clock.nowMs() });
      const connection = await this.#dial();
      if (connection !== undefined) await this.#serve(connection);
      if (this.#stop.signal.aborted) break;
      const fightMs = this.#fight.takeWaitMs();
      const waitMs = fightMs ?? this.#backoff.next(this.#clock.nowMs() - this.#outageSinceMs);
      if (waitMs > 0) await this.#wait(waitMs, fightMs === undefined ? undefined : this.#fight.reason);
    }
    this.#slot.release();
    this.#setState({ kind: "closed", sinceMs: this.#clock.nowMs() });
  }

  async #dial(): Promise<Connection | undefined> {
    const { host, port } = this.#options;
    const startedAtMs = this.#clock.nowMs();
    try {
      const connection = await dial({
        addresses: await untilAborted(this.#slot.addresses(), this.#stop.signal),
        port,
        clock: this.#clock,
        dialTimeoutMs: DIAL_TIMEOUT_MS,
        signal: this.#stop.signal,
        connect: this.#options.connect ?? connectTcp,
        onMessage: (message, bytes) => this.#options.user.received(message, bytes),
      });
      log.info`TCP connected to ${host}:${port} (${connection.address}) in ${Math.round(this.#clock.nowMs() - startedAtMs)} ms`;
      this.#lastFailure = { text: "", loggedAtMs: 0, count: 0 };
      return connection;
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#logFailure(error);
      return undefined;
    }
  }

  async #serve(connection: Connection): Promise<void> {
    this.#connection = connection;
    this.#setState({ kind: "configuring", sinceMs: this.#clock.nowMs(), address: connection.address });
    if (this.#stop.signal.aborted) void connection.leave();
    guarded(() => this.#options.user.connected(this));
    connection.start();
    const cause = await connection.ended;
    const nowMs = this.#clock.nowMs();
    const served = this.#state;
    this.#connection = undefined;
    this.#endedCounts = addCounts(this.#endedCounts, connection.counts);
    // A connection that never came to be ready is part of the outage before it.
    if (served.kind === "ready") this.#outageSinceMs = nowMs;
    const readyForMs = served.kind === "ready" ? nowMs - served.sinceMs : undefined;
    if (cause.kind !== "left") {
      const lasted = readyForMs === undefined ? "before the handshake was complete" : `after ${formatDuration(readyForMs)}`;
      log.warn`TCP connection lost ${lasted}: ${describeCause(cause)}`;
      this.#fight.ended({ cause: cause.kind, readyForMs });
    }
    this.#emit({ type: "lost", cause, state: this.#state });
    guarded(() => this.#options.user.lost(cause));
  }

  async #wait(waitMs: number, fightReason: string | undefined): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const reason = fightReason ?? (this.#lastFailure.text || "the connection was lost");
    if (fightReason !== undefined) log.error`${fightReason}; waiting ${Math.round(waitMs / 1000)} s before the next try`;
    this.#setState({ kind: "waiting", sinceMs: nowMs, untilMs: nowMs + waitMs, reason });
    await delay(this.#clock, waitMs, this.#stop.signal).catch(() => {});
  }

  /** The first failure, each other kind, and once a minute the same: a node that is off for a week fills no log. */
  #logFailure(error: unknown): void {
    const nowMs = this.#clock.nowMs();
    const text = describeError(error);
    this.#lastFailure.count += 1;
    if (text === this.#lastFailure.text && nowMs - this.#lastFailure.loggedAtMs < REPEAT_LOG_MS) return;
    const { host, port } = this.#options;
    const tries = this.#lastFailure.count > 1 ? ` (try ${this.#lastFailure.count})` : "";
    this.#lastFailure = { text, loggedAtMs: nowMs, count: this.#lastFailure.count };
    if (isExpectedNetworkError(error)) log.warn`cannot connect to ${host}:${port}: ${text}${tries}; ${advice(error)}`;
    else log.error`cannot connect to ${host}:${port}${tries}: ${error}`;
  }

  #setState(state: LinkState): void {
    this.#state = state;
    this.#emit({ type: "state", state });
  }

  #emit(event: LinkEvent): void {
    for (const listener of [...this.#listeners]) guarded(() => listener(event));
  }
}

function addCounts(a: ReadCounts, b: ReadCounts): ReadCounts {
  return {
    frames: a.frames + b.frames,
    skippedFrames: a.skippedFrames + b.skippedFrames,
    skippedBytes: a.skippedBytes + b.skippedBytes,
  };
}

/** Whoever listens may be faulty; the link goes on all the same. */
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    log.error`a fault in handling a change of the link: ${error}`;
  }
}

/** A name look-up cannot be aborted; a program that is told to stop does not wait for it. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function advice(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === "ECONNREFUSED") {
    return "the machine is there but nothing listens: is the node starting, or is its network API off? Trying on";
  }
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return "is the node switched on and in the same network? Trying on";
  if (error instanceof Error && /lookup|ENOTFOUND|EAI_AGAIN/.test(`${error.message} ${code}`)) {
    return "is the name in [node] host right? Trying on";
  }
  if (error instanceof Error && error.name === "SlotTakenError") return "check [node] host";
  return "is the node switched on and in reach? Trying on";
}

/** A duration in the two largest units that say something. */
function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

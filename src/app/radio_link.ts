/** The bot's one link to its node with the watch over it; it can step aside for another program and come back. */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { startMonitor } from "../health/monitor.ts";
import type { ConnectFunction } from "../link/connection.ts";
import { type Link, type LinkEvent, type LinkState, type LinkUser, openLink } from "../link/link.ts";
import type { Init } from "../link/messages.ts";
import type { Slots } from "../link/slot.ts";
import type { Session } from "../mesh/session.ts";

/** What the link needs. */
export interface RadioLinkOptions {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly slots: Slots;
  readonly session: Pick<Session, "askConfig" | "radio">;
  /** Who takes what the node says. */
  readonly user: LinkUser;
  readonly onEvent: (event: LinkEvent) => void;
  /** How a connection is opened; by default as the system does it. */
  readonly connect?: ConnectFunction;
}

/** Opens, watches and leaves the link. */
export class RadioLink {
  readonly #options: RadioLinkOptions;
  #link: Link | undefined;
  #monitor: Disposable | undefined;
  #earlierHandshakes = 0;
  #stopped = false;

  constructor(options: RadioLinkOptions) {
    this.#options = options;
  }

  /** Undefined before `open` and while another program has the node. */
  get link(): Link | undefined {
    return this.#link;
  }

  get state(): LinkState {
    return this.#link?.state ?? { kind: "idle", sinceMs: this.#options.clock.nowMs() };
  }

  /** Completed handshakes after the first, over all links. */
  get reconnects(): number {
    return this.#earlierHandshakes + (this.#link?.reconnects ?? 0);
  }

  /** Throws SlotTakenError when this process already has a connection to the node. */
  async open(): Promise<void> {
    const { clock, config, slots, user, onEvent, connect } = this.#options;
    const { host, port } = config().node;
    this.#link = await openLink({ host, port, clock, slots, user, ...(connect === undefined ? {} : { connect }) });
    this.#link.listen(onEvent);
    this.watch();
  }

  /** Watches the link by the configuration as it is now. */
  watch(): void {
    const { clock, config, session } = this.#options;
    this.#monitor?.[Symbol.dispose]();
    if (this.#link === undefined) return;
    this.#monitor = startMonitor({
      clock,
      link: this.#link,
      checkIntervalMs: config().health.check_interval_s * 1000,
      silentTimeoutMs: config().health.silent_timeout_s * 1000,
      askConfig: () => void session.askConfig(),
      firmwareVersion: () => session.radio?.firmwareVersion,
    });
  }

  /** Queues one message; false when there is no connection. */
  send(message: Init<"ToRadio">): boolean {
    return this.#link?.send(message) ?? false;
  }

  /** Queues an encoded ToRadio as it is; false when there is no connection. */
  sendBytes(toRadio: Uint8Array): boolean {
    return this.#link?.sendBytes(toRadio) ?? false;
  }

  /** Leaves the node to another program; resolves when its connection is free. */
  async stepAside(): Promise<void> {
    await this.#leave();
  }

  /** Takes the node again; harmless when it has not been left, or when the bot stops. */
  async comeBack(): Promise<void> {
    if (this.#link !== undefined || this.#stopped) return;
    await this.open();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    this.#monitor?.[Symbol.dispose]();
    this.#monitor = undefined;
    const link = this.#link;
    if (link === undefined) return;
    // The first handshake of the next link is no first one.
    const { reconnects, state } = link;
    await link.close();
    this.#earlierHandshakes += reconnects + (state.kind === "ready" || reconnects > 0 ? 1 : 0);
    this.#link = undefined;
  }
}

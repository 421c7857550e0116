/** What one client at a time does with the radio beside packets: file transfers (XMODEM), and MQTT in the radio's place. */
import type { Clock } from "../clock.ts";
import { logger } from "../log.ts";
import type { Client } from "./client.ts";
import { FROM_RADIO } from "./patch_packet.ts";
import { Payload } from "./payload.ts";
import { bytesField, varintField } from "./wire.ts";

const log = logger("service.share");

// A transfer that has stood still for so long is over.
const TRANSFER_IDLE_MS = 30_000;
// xmodem.proto: XModem.control, and the value that breaks a transfer off.
const CONTROL = 1;
const CANCEL = 24;

/** What both need. */
export interface SideChannelsOptions {
  readonly clock: Clock;
  readonly clients: () => Iterable<Client>;
  /** Gives the radio an encoded ToRadio; false when it is away. */
  readonly toRadio: (bytes: Uint8Array) => boolean;
}

/** Both of them. */
export class SideChannels {
  readonly #options: SideChannelsOptions;
  #transfer: { readonly client: Client; atMs: number } | undefined;
  #proxy: { readonly client: Client; hasSpoken: boolean } | undefined;

  constructor(options: SideChannelsOptions) {
    this.#options = options;
  }

  /** A client's XMODEM packet: to the radio while the transfer is its own. */
  xmodemFrom(client: Client, toRadio: Uint8Array): void {
    const nowMs = this.#options.clock.nowMs();
    const busy = this.#transfer !== undefined && this.#transfer.client !== client && !this.#transfer.client.ended &&
      nowMs - this.#transfer.atMs < TRANSFER_IDLE_MS;
    if (client.role === "full" && !busy && this.#options.toRadio(toRadio)) {
      this.#transfer = { client, atMs: nowMs };
      return;
    }
    if (client.role !== "full") log.warn`${client.label} may not transfer files`;
    client.tell(new Payload(bytesField(FROM_RADIO.xmodem, varintField(CONTROL, CANCEL))));
  }

  /** The radio's XMODEM packet: to whoever began. */
  xmodemTo(payload: Payload): void {
    if (this.#transfer === undefined) return;
    this.#transfer.atMs = this.#options.clock.nowMs();
    this.#transfer.client.tell(payload);
  }

  /** A message that a client had from an MQTT server: to the radio from one client alone, or each would come twice. */
  mqttFrom(client: Client, toRadio: Uint8Array): void {
    if (client.role !== "full") return log.debug`${client.label} may not speak for an MQTT server`;
    // Whoever has been chosen and never spoke does not know how to.
    if (this.#currentProxy()?.hasSpoken !== true) this.#proxy = { client, hasSpoken: true };
    if (this.#proxy?.client === client) this.#options.toRadio(toRadio);
  }

  /** A message of the radio's for an MQTT server. */
  mqttTo(payload: Payload): void {
    this.#currentProxy()?.client.tell(payload);
  }

  #currentProxy(): { readonly client: Client; hasSpoken: boolean } | undefined {
    if (this.#proxy !== undefined && !this.#proxy.client.ended) return this.#proxy;
    this.#proxy = undefined;
    for (const client of this.#options.clients()) {
      if (client.role === "full" && client.listens) return this.#proxy = { client, hasSpoken: false };
    }
    return undefined;
  }
}

/**
 * Whose packet an id on the radio names: each id belongs to one client, whatever ids the clients chose. The packets of a client that is
 * gone are remembered too: what answers them is for nobody else.
 */
import { randomId } from "../link/random_id.ts";
import type { Client } from "./client.ts";

const MAX_REQUESTS_A_CLIENT = 256;
const MAX_REQUESTS = 4096;

/** A client's packet. */
export interface ClientRequest {
  readonly client: Client;
  /** The id that the client gave it, or that it was given when it had none. */
  readonly clientId: number;
  /** Its QueueStatus was told to the client. */
  statusTold: boolean;
  /** The client knows that it failed, or how it went. */
  verdictTold: boolean;
  /** The outbox still follows it. */
  open: boolean;
}

/** The table. */
export class RequestTable {
  readonly #isTaken: (id: number) => boolean;
  readonly #byRadioId = new Map<number, ClientRequest>();
  readonly #radioIds = new WeakMap<Client, number[]>();

  /** `isTaken`: the id names a packet of the bot's own. */
  constructor(isTaken: (id: number) => boolean) {
    this.#isTaken = isTaken;
  }

  /** A client's new packet, and the id that it has on the radio: its own unless it has none or another packet has it. */
  add(client: Client, id: number): { readonly request: ClientRequest; readonly radioId: number } {
    let radioId = id;
    while (radioId === 0 || this.#byRadioId.has(radioId) || this.#isTaken(radioId)) radioId = randomId();
    const request = { client, clientId: id || radioId, statusTold: false, verdictTold: false, open: true };
    this.name(request, radioId);
    return { request, radioId };
  }

  /** The packet goes by this id too: the radio had refused it under the one before. */
  name(request: ClientRequest, radioId: number): void {
    if (this.#byRadioId.get(radioId) === request) return;
    this.#byRadioId.set(radioId, request);
    const ids = this.#radioIds.get(request.client) ?? [];
    ids.push(radioId);
    this.#radioIds.set(request.client, ids);
    if (ids.length > MAX_REQUESTS_A_CLIENT) this.#byRadioId.delete(ids.shift() as number);
    if (this.#byRadioId.size > MAX_REQUESTS) this.#byRadioId.delete(this.#byRadioId.keys().next().value as number);
  }

  /** The packet that an id on the radio names. */
  find(radioId: number): ClientRequest | undefined {
    return radioId === 0 ? undefined : this.#byRadioId.get(radioId);
  }

  /** The id by which this client knows the packet. */
  idFor(client: Client, radioId: number): number {
    const request = this.find(radioId);
    return request?.client === client ? request.clientId : radioId;
  }
}

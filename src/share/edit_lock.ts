/**
 * One client at a time edits the settings: from begin_edit_settings to commit_edit_settings the node saves nothing, and what
 * another client wrote meanwhile would be saved with it. A client that goes away or forgets to end is ended by the bot.
 */
import type { Clock, Timer } from "../clock.ts";
import type { Client } from "./client.ts";

/** A client may edit for so long. */
export const EDIT_LIMIT_MS = 60_000;

/** The lock. */
export class EditLock {
  readonly #clock: Clock;
  readonly #commit: (client: Client) => void;
  #holder: { readonly client: Client; readonly limit: Timer } | undefined;

  /** `commit`: ends the edit in the client's place; what it has sent before goes out before. */
  constructor(options: { readonly clock: Clock; readonly commit: (client: Client) => void }) {
    this.#clock = options.clock;
    this.#commit = options.commit;
  }

  /** Whether this client may write now. */
  allows(client: Client): boolean {
    return this.#holder === undefined || this.#holder.client === client;
  }

  /** The client begins; a second beginning counts from then. */
  begin(client: Client): void {
    this.#holder?.limit.cancel();
    this.#holder = { client, limit: this.#clock.after(EDIT_LIMIT_MS, () => this.end(client)) };
  }

  /** The client's own end has gone to the radio; whether there was anything to end. */
  committed(client: Client): boolean {
    if (this.#holder?.client !== client) return false;
    this.clear();
    return true;
  }

  /** The client's own end, which counted as gone, may not have come. */
  commitLost(client: Client): void {
    // Who edits now ends both.
    if (this.#holder === undefined) this.#commit(client);
  }

  /** Nothing is open at the radio: it has restarted, or is another one. */
  clear(): void {
    this.#holder?.limit.cancel();
    this.#holder = undefined;
  }

  /** The client is gone, or too slow. */
  end(client: Client): void {
    if (this.committed(client)) this.#commit(client);
  }
}

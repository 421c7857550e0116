/** Ends edits in the place of clients that did not: a node that is left in an open edit would save nothing any more. */
import { PortNum } from "../link/enums.ts";
import { randomId } from "../link/random_id.ts";
import { logger } from "../log.ts";
import type { Outbox } from "../mesh/outbox.ts";
import type { Client } from "./client.ts";
import { laneOf } from "./client_packets.ts";
import { varintField } from "./wire.ts";

const log = logger("service.share");

/** AdminMessage.commit_edit_settings */
const COMMIT_EDIT = 65;

/** What committing needs. */
export interface CommitsOptions {
  readonly outbox: Pick<Outbox, "enqueue">;
  readonly ownNum: () => number;
  /** Whether the radio can be spoken to now. */
  readonly linked: () => boolean;
  /** The radio has been told. */
  readonly onGiven: () => void;
}

/** The commits of the bot's own. */
export class Commits {
  readonly #options: CommitsOptions;
  /** For whom the radio still has to be told. */
  #owed: Client | undefined;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** After everything that the client has sent. */
  commit(client: Client): void {
    const { outbox, ownNum, linked, onGiven } = this.#options;
    this.#owed = linked() ? undefined : client;
    if (this.#owed !== undefined) return;
    log.warn`${client.label} left its changes of the settings unfinished: they are saved as they are`;
    const ticket = outbox.enqueue({
      to: ownNum(),
      channel: 0,
      portnum: PortNum.ADMIN_APP,
      payload: varintField(COMMIT_EDIT, 1),
      priority: "person",
      person: laneOf(client),
      answerId: randomId(),
      wantAck: true,
      // However long the radio is away, it must not stay in the open edit.
      expiresAtMs: Infinity,
      label: "end of an edit of the settings",
    });
    void ticket.outcome.then(({ kind }) => {
      if (kind === "delivered" || kind === "relayed") onGiven();
      else this.#owed = client;
    });
  }

  /** The radio is back: what it was not told, it is told now. */
  linkReady(): void {
    if (this.#owed !== undefined) this.commit(this.#owed);
  }

  /** Nothing is open at the radio: it has restarted, or is another one. */
  clear(): void {
    this.#owed = undefined;
  }
}

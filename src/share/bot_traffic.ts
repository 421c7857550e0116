/** What clients see of the bot itself: its own packets once each, and strangers' commands with their answers only if they are to. */
import type { MeshPacket } from "../link/messages.ts";

const REMEMBERED_IDS = 200;

/** Which packets of the mesh the clients are not to see. */
export interface BotTrafficOptions {
  /** Undefined: they see everything. */
  readonly isHidden: ((packet: MeshPacket) => boolean) | undefined;
}

/** What was hidden, and what was shown. */
export class BotTraffic {
  readonly #isHidden: BotTrafficOptions["isHidden"];
  readonly #hidden: number[] = [];
  readonly #shown: number[] = [];

  constructor(options: BotTrafficOptions) {
    this.#isHidden = options.isHidden;
  }

  /** Whether a packet from the mesh is kept from the clients. */
  hides(packet: MeshPacket): boolean {
    if (this.#isHidden?.(packet) !== true) return false;
    remember(this.#hidden, packet.id);
    return true;
  }

  /** Whether a packet of the bot's is to be shown: the first time that it is given to the radio, unless it answers what was hidden. */
  shows(id: number, answers: number | undefined): boolean {
    if (this.#shown.includes(id) || answers !== undefined && this.#hidden.includes(answers)) return false;
    remember(this.#shown, id);
    return true;
  }
}

function remember(ids: number[], id: number): void {
  ids.push(id);
  if (ids.length > REMEMBERED_IDS) ids.shift();
}

/** Someone who speaks on a link: asks for the configuration, and remembers what came. */
import type { EndCause } from "../../src/link/connection.ts";
import type { Link, LinkEvent, LinkState, LinkUser } from "../../src/link/link.ts";
import type { FromRadio, MeshPacket } from "../../src/link/messages.ts";
import { randomId } from "../../src/link/random_id.ts";

/** want_config_id for the configuration alone, which is short. */
const ONLY_CONFIG = 69420;

/** What the talker does. */
export interface TalkerOptions {
  /** The node list too, as at the first connection of a session. */
  readonly full?: boolean;
}

/** The user of a link in tests. */
export class Talker implements LinkUser {
  readonly messages: FromRadio[] = [];
  readonly lostBy: EndCause[] = [];
  readonly #nonce: number;
  readonly #waiting = new Set<() => void>();
  #link: Link | undefined;

  constructor(options: TalkerOptions = {}) {
    this.#nonce = options.full === true ? randomId() : ONLY_CONFIG;
  }

  /** Ids of the packets that came, in order. */
  get packets(): MeshPacket[] {
    return this.messages.flatMap(({ payloadVariant }) => payloadVariant.case === "packet" ? [payloadVariant.value] : []);
  }

  connected(link: Link): void {
    this.#link = link;
    link.send({ payloadVariant: { case: "wantConfigId", value: this.#nonce } });
  }

  received(message: FromRadio): void {
    this.messages.push(message);
    const { payloadVariant } = message;
    if (payloadVariant.case === "myInfo") this.#link?.identify(payloadVariant.value.myNodeNum);
    if (payloadVariant.case === "configCompleteId" && payloadVariant.value === this.#nonce) this.#link?.settled();
    this.#wake();
  }

  lost(cause: EndCause): void {
    this.lostBy.push(cause);
    this.#wake();
  }

  /** Resolves when `holds` does; it is asked again whenever something has come. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

// Of real time: a link that never comes to a state must fail its test, not stop the run.
const STATE_LIMIT_MS = 20_000;

/** Resolves with the link's state as soon as it `fits`. */
export function stateOf(link: Link, fits: (state: LinkState) => boolean): Promise<LinkState> {
  if (fits(link.state)) return Promise.resolve(link.state);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      unlisten();
      reject(new Error(`the link stays ${JSON.stringify(link.state)}`));
    }, STATE_LIMIT_MS);
    const unlisten = link.listen((event: LinkEvent) => {
      if (!fits(event.state)) return;
      clearTimeout(limit);
      unlisten();
      resolve(event.state);
    });
  });
}

/** Resolves with the state of that kind that the link is in, or comes to next. */
export async function stateKind<Kind extends LinkState["kind"]>(link: Link, kind: Kind): Promise<Extract<LinkState, { kind: Kind }>> {
  return await stateOf(link, (state) => state.kind === kind) as Extract<LinkState, { kind: Kind }>;
}

/** Resolves with the next state of that kind, not counting the one of now. */
export function nextState(link: Link, kind: LinkState["kind"]): Promise<LinkState> {
  const before = link.state;
  return stateOf(link, (state) => state !== before && state.kind === kind);
}

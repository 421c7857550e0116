/** The bot never connects while its socket before is open on its side: the node never has to throw it out. */
import { openPortsNow } from "../sockets.ts";
import type { Standing } from "./invariant.ts";

/** Watches who dials the node. */
export class OneConnection {
  readonly #nodePort: number;
  readonly #strangers = new Set<number>();
  /** Ports of those that have left: the system may give them to the bot. */
  readonly #left = new Set<number>();
  /** Local ports of the bot's sockets, as far as they may be open. */
  readonly #ports = new Set<number>();
  readonly #broken: string[] = [];
  readonly #ask: (nodePort: number) => ReadonlySet<number>;
  #dials = 0;
  #strangersComing: Promise<unknown> = Promise.resolve();

  constructor(nodePort: number, ask: (nodePort: number) => ReadonlySet<number> = openPortsNow) {
    this.#nodePort = nodePort;
    this.#ask = ask;
  }

  /** Somebody else dials; who that is is known when its connect has returned. */
  async stranger(connecting: Promise<{ readonly localAddr: Deno.Addr }>): Promise<void> {
    this.#strangersComing = Promise.allSettled([this.#strangersComing, connecting]);
    const { localAddr } = await connecting;
    const { port } = localAddr as Deno.NetAddr;
    this.#left.delete(port);
    this.#strangers.add(port);
  }

  /** The other client has closed its connection. */
  strangerLeft({ localAddr }: { readonly localAddr: Deno.Addr }): void {
    this.#left.add((localAddr as Deno.NetAddr).port);
  }

  isStranger(port: number): boolean {
    return this.#strangers.has(port);
  }

  /** A connection has come from this port. The sockets are looked at in this instant, and judged when it is clear whose they are. */
  async dialed(port: number): Promise<void> {
    if (this.#left.delete(port)) this.#strangers.delete(port);
    const open = this.#ask(this.#nodePort);
    await this.#strangersComing;
    if (this.#strangers.has(port)) return;
    this.#dials += 1;
    for (const earlier of this.#ports) {
      if (earlier === port || this.#strangers.has(earlier)) continue;
      if (open.has(earlier)) {
        this.#broken.push(`dial ${this.#dials} came from port ${port} while the bot's socket at port ${earlier} was open`);
      } else this.#ports.delete(earlier);
    }
    this.#ports.add(port);
  }

  standing(): Standing {
    return { name: "one connection", seen: `${this.#dials} dials of the bot`, broken: this.#broken };
  }
}

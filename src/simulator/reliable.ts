/** Packets that want an acknowledgement: sent up to three times, then given up (NextHopRouter.cpp, ReliableRouter.cpp). */
import type { Clock, Timer } from "../clock.ts";
import type { MeshPacket } from "../link/messages.ts";

// NUM_RELIABLE_RETX counts the first sending too.
const SENDINGS = 3;
// LongFast: twice the air time of a short packet, the contention slots and 4.5 s of processing time.
const RETRY_MS = 6500;

/** What follows the packets. */
export interface ReliableOptions {
  readonly clock: Clock;
  /** Sends a packet once more. */
  readonly resend: (packet: MeshPacket) => void;
  /** Nobody answered. */
  readonly onGaveUp: (packet: MeshPacket) => void;
}

/** The packets that wait for an acknowledgement. */
export class Reliable {
  readonly #options: ReliableOptions;
  readonly #pending = new Map<number, { readonly packet: MeshPacket; sendings: number; timer: Timer }>();

  constructor(options: ReliableOptions) {
    this.#options = options;
  }

  /** Follows a packet that is being sent for the first time. */
  follow(packet: MeshPacket): void {
    this.settle(packet.id);
    this.#pending.set(packet.id, { packet, sendings: 1, timer: this.#later(packet.id) });
  }

  /** The packet with this id, if it still waits. */
  pending(id: number): MeshPacket | undefined {
    return this.#pending.get(id)?.packet;
  }

  /** The packet is acknowledged or refused: it is not sent again. */
  settle(id: number): void {
    this.#pending.get(id)?.timer.cancel();
    this.#pending.delete(id);
  }

  /** Stops everything. */
  clear(): void {
    for (const id of [...this.#pending.keys()]) this.settle(id);
  }

  #later(id: number): Timer {
    return this.#options.clock.after(RETRY_MS, () => this.#due(id));
  }

  #due(id: number): void {
    const entry = this.#pending.get(id);
    if (entry === undefined) return;
    if (entry.sendings === SENDINGS) {
      this.#pending.delete(id);
      return this.#options.onGaveUp(entry.packet);
    }
    entry.sendings += 1;
    entry.timer = this.#later(id);
    this.#options.resend(entry.packet);
  }
}

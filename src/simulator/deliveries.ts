/** What became of the texts that are under way; each ends once. */
import type { Clock } from "../clock.ts";
import type { AirDelivery } from "./mesh_events.ts";

const REMEMBERED = 500;

/** The texts that wait for their end. */
export class Deliveries {
  readonly #clock: Clock;
  readonly #onEnd: (delivery: AirDelivery) => void;
  readonly #open = new Map<number, { readonly from: number; readonly to: number }>();
  /** Ids of texts seen, so that a text that is sent again is no second message. */
  readonly #seen = new Set<number>();

  constructor(options: { readonly clock: Clock; readonly onEnd: (delivery: AirDelivery) => void }) {
    this.#clock = options.clock;
    this.#onEnd = options.onEnd;
  }

  /** A text goes out; false when it has been seen before. */
  open(text: { readonly id: number; readonly from: number; readonly to: number; readonly wantAck: boolean }): boolean {
    if (this.#seen.has(text.id)) return false;
    this.#seen.add(text.id);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value as number);
    if (text.wantAck) this.#open.set(text.id, { from: text.from, to: text.to });
    if (this.#open.size > REMEMBERED) this.#open.delete(this.#open.keys().next().value as number);
    return true;
  }

  /** The end of a text; nothing happens when it has ended already or is not known. */
  end(id: number, delivery: AirDelivery["delivery"], reason?: string): void {
    const text = this.#open.get(id);
    if (text === undefined) return;
    this.#open.delete(id);
    this.#onEnd({ at: this.#clock.wallMs(), id, ...text, delivery, ...(reason === undefined ? {} : { reason }) });
  }
}

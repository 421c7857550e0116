/** Typed events, and waiting for one: whoever tests against the simulator waits for what happens, never for time. */

type Listener<Event> = (event: Event) => void;

/** A set of named events with their payloads. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #waiting = new Set<(reason: Error) => void>();

  /** Calls `listener` for each such event from now on; returns the function that ends it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set<Listener<never>>();
    this.#listeners.set(name, listeners);
    listeners.add(listener as Listener<never>);
    return () => void listeners.delete(listener as Listener<never>);
  }

  /** Resolves with the next such event that fits; rejects when the emitter is closed first. */
  waitFor<Name extends keyof Events>(name: Name, fits: (event: Events[Name]) => boolean = () => true): Promise<Events[Name]> {
    const { promise, resolve, reject } = Promise.withResolvers<Events[Name]>();
    const fail = (reason: Error) => {
      stop();
      reject(reason);
    };
    const stop = this.on(name, (event) => {
      if (!fits(event)) return;
      stop();
      this.#waiting.delete(fail);
      resolve(event);
    });
    this.#waiting.add(fail);
    // Somebody who no longer waits must not bring the process down when the emitter is closed.
    promise.catch(() => {});
    return promise;
  }

  /** Tells everybody who listens, in the order in which they came. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...this.#listeners.get(name) ?? []]) (listener as Listener<Events[Name]>)(event);
  }

  /** Rejects every wait with `reason` and forgets all listeners. */
  close(reason: Error): void {
    for (const fail of [...this.#waiting]) fail(reason);
    this.#waiting.clear();
    this.#listeners.clear();
  }
}

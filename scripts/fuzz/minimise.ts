/** Delta debugging: the smallest part of an input that still fails. */

/** How far to go. */
export interface MinimiseOptions {
  /** Whether this input fails in the same way. */
  readonly fails: (input: Uint8Array) => boolean | Promise<boolean>;
  /** Inputs tried at most. */
  readonly maxTries: number;
}

/** Takes parts out of `input` as long as the rest fails. */
export async function minimise(input: Uint8Array, { fails, maxTries }: MinimiseOptions): Promise<Uint8Array> {
  let best = input;
  let tries = 0;
  for (let parts = 2; best.length > 1 && parts <= best.length * 2;) {
    const size = Math.max(1, Math.ceil(best.length / parts));
    let smaller: Uint8Array | undefined;
    for (let from = 0; from < best.length && smaller === undefined; from += size) {
      if (tries >= maxTries) return best;
      tries += 1;
      const rest = new Uint8Array(best.length - Math.min(size, best.length - from));
      rest.set(best.subarray(0, from));
      rest.set(best.subarray(Math.min(best.length, from + size)), from);
      if (await fails(rest)) smaller = rest;
    }
    if (smaller !== undefined) {
      best = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) return best;
    else parts *= 2;
  }
  return best;
}

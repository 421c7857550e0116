/** What is fuzzed: one file in `targets/` for each door through which strangers speak to the program. */

/** What an input looks like, so that mutations get past the first check. */
export type Shape = "bytes" | "text" | "lines" | "json" | "html" | "frames" | "clientFrames" | "packet";

/** One door. */
export interface Target {
  /** The name of its folder in the corpus. */
  readonly name: string;
  readonly shape: Shape;
  /** Inputs besides those in the corpus. */
  readonly seeds?: () => Promise<Uint8Array[]>;
  /** Words that mutations put in. */
  readonly words?: readonly string[];
  /** Makes what takes the inputs. */
  open(): OpenTarget | Promise<OpenTarget>;
}

/** The door while it is open. */
export interface OpenTarget {
  /** Takes one input. Whatever this throws or rejects with is a failure: what an input may cause is caught within. */
  run(input: Uint8Array): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** A rule of the door was broken. */
export class BrokenRuleError extends Error {
  override readonly name = "BrokenRuleError";
}

/** Throws BrokenRuleError unless the rule holds. */
export function mustHold(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new BrokenRuleError(rule);
}

/** Runs what may throw errors of a kind, and no others. */
export function allowing<Result>(isAllowed: (error: unknown) => boolean, run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (isAllowed(error)) return undefined;
    throw error;
  }
}

/** The input as text, as the program reads it from a socket: what is no UTF-8 becomes U+FFFD. */
export function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}

/** The input in pieces; where it is cut depends on the input alone. */
export function piecesOf(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  let state = input.length + 1;
  while (at < input.length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345 + (input[at] as number)) >>> 0;
    const length = 1 + (state >>> 16) % 97;
    pieces.push(input.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** What every service offers beside its own questions. */

/** How the check of a service went, in the words of `meshbot check`. */
export interface ServiceCheck {
  readonly ok: boolean;
  readonly tookMs: number;
  /** What came back and could be read, in one line; undefined when nothing did. */
  readonly understood: string | undefined;
  /** What is wrong, in one line; undefined when nothing is. */
  readonly wrong: string | undefined;
}

/** How a service fares, for /status: when it last gave an answer of use, and what its last error was since. */
export interface ServiceHealth {
  /** `idle`: nobody has asked yet. */
  readonly state: "idle" | "ok" | "failing";
  /** Milliseconds since 1970 of the last good answer; undefined before the first. */
  readonly goodAtWallMs: number | undefined;
}

/** One window to the world. It answers questions or reports conditions; it never sends. */
export interface Service extends AsyncDisposable {
  /** As in the configuration, e.g. `weather`. */
  readonly name: string;
  readonly health: ServiceHealth;
  /** Asks the service once, whatever is cached; what is foreseen to go wrong it tells in its result. */
  check(signal: AbortSignal): Promise<ServiceCheck>;
}

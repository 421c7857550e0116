/** The newest bulletin of each zone: asked for once at a time, kept, and not asked for again at once after a failure. */
import { delay } from "../../clock.ts";
import { describeError, ServiceError } from "../../errors.ts";
import { logger } from "../../log.ts";
import { type Bulletin, type Reading, readingOf, type Way } from "./bulletin.ts";
import type { Department, Zone } from "./departments.ts";
import { askWay, waysFor, type WaysOptions } from "./ways.ts";

/** A way that gave nothing of use. */
export interface WayFailure {
  readonly way: Way;
  readonly error: ServiceError;
}

/** No way gave anything of use, and nothing older can stand in. */
export class NoBulletinError extends ServiceError {
  readonly failures: readonly WayFailure[];

  constructor(failures: readonly WayFailure[]) {
    super(failures[0]?.error.fault ?? "unreachable", failures.map(({ error }) => error.message).join("; "));
    this.failures = failures;
  }
}

/** A reading as it is answered. */
export interface Answer {
  readonly reading: Reading;
  /** Since it came. */
  readonly ageMs: number;
  /** Why there is nothing newer; empty when the reading is as new as it should be. */
  readonly failures: readonly WayFailure[];
}

interface Kept {
  readonly bulletin: Bulletin;
  readonly atMs: number;
  readonly atWallMs: number;
}

interface ZoneState {
  kept: Kept | undefined;
  /** Of the last round; empty when it went well. */
  failures: readonly WayFailure[];
  /** Rounds without success, one after the other. */
  failedRounds: number;
  /** Before this no question starts another round. */
  retryAtMs: number;
  round: Promise<void> | undefined;
}

const FRESH_MS = 10 * 60_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 15 * 60_000;

// A command is answered within 10 s: what all ways together may take of it, and how long a question waits for a round of another's.
const QUESTION_MS = 8_500;
const PATIENCE_MS = 9_000;
const LONGEST_WAY_MS = 5_000;
const POLL_WAY_MS = 20_000;

const log = logger("service.vigilance");

/** Keeps the bulletins; its rounds end with `close`. */
export class Bulletins {
  readonly #options: WaysOptions;
  readonly #zones = new Map<Zone, ZoneState>();
  readonly #stop = new AbortController();

  constructor(options: WaysOptions) {
    this.#options = options;
  }

  /** What is known of a department, asked for anew when it is older than 10 minutes. Throws NoBulletinError, or the signal's reason. */
  async ask(department: Department, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const state = this.#stateOf(department);
    const fresh = this.#keptAnswer(state, department, []);
    if (fresh !== undefined && fresh.ageMs < FRESH_MS) return fresh;
    if (this.#nowMs() < state.retryAtMs && state.round === undefined) return this.#olderAnswer(state, department, state.failures);
    const inTime = await this.#patiently(this.refresh(department, "question"), signal);
    if (inTime) {
      if (state.failures.length > 0) return this.#olderAnswer(state, department, state.failures);
      const answer = this.#keptAnswer(state, department, []);
      if (answer !== undefined) return answer;
    }
    const [way = "page"] = waysFor(department, this.#options.config);
    const error = new ServiceError("slow", "the vigilance was not told in time");
    return this.#olderAnswer(state, department, [{ way, error }]);
  }

  /** Asks one way after the other, unless that is being done already. Failures are kept, not thrown. */
  refresh(department: Department, reason: "question" | "poll"): Promise<void> {
    const state = this.#stateOf(department);
    state.round ??= this.#round(state, department, reason).finally(() => state.round = undefined);
    return state.round;
  }

  /** The reading of the last round; undefined when that brought nothing. */
  reading(department: Department): Reading | undefined {
    const state = this.#stateOf(department);
    return state.failures.length === 0 ? this.#keptAnswer(state, department, [])?.reading : undefined;
  }

  /** Wall clock of the last round that brought something, milliseconds since 1970. */
  goodAtWallMs(department: Department): number | undefined {
    return this.#stateOf(department).kept?.atWallMs;
  }

  /** Rounds without success, one after the other. */
  failedRounds(department: Department): number {
    return this.#stateOf(department).failedRounds;
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#stop.abort(new ServiceError("unreachable", "the vigilance is switched off"));
    await Promise.all(Array.from(this.#zones.values(), ({ round }) => round));
  }

  async #round(state: ZoneState, department: Department, reason: "question" | "poll"): Promise<void> {
    const ways = waysFor(department, this.#options.config);
    const timeoutMs = reason === "poll" ? POLL_WAY_MS : Math.min(LONGEST_WAY_MS, QUESTION_MS / ways.length);
    const failures: WayFailure[] = [];
    for (const way of ways) {
      try {
        const bulletin = await askWay(way, department, this.#options, { signal: this.#stop.signal, timeoutMs });
        this.#succeeded(state, bulletin, failures);
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        failures.push({ way, error: asServiceError(error, way) });
      }
    }
    this.#failed(state, failures);
  }

  #succeeded(state: ZoneState, bulletin: Bulletin, failures: readonly WayFailure[]): void {
    const wayChanged = state.kept?.bulletin.way !== bulletin.way || state.failedRounds > 0;
    if (wayChanged && failures.length > 0) log.warn`read by ${bulletin.way} only: ${describeFailures(failures)}`;
    else if (wayChanged) log.info`read by ${bulletin.way}`;
    state.kept = { bulletin, atMs: this.#nowMs(), atWallMs: this.#options.clock.wallMs() };
    state.failures = [];
    state.failedRounds = 0;
    state.retryAtMs = -Infinity;
  }

  #failed(state: ZoneState, failures: readonly WayFailure[]): void {
    if (state.failedRounds === 0) log.warn`not read: ${describeFailures(failures)}`;
    state.failures = failures;
    state.retryAtMs = this.#nowMs() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(state.failedRounds, 10));
    state.failedRounds += 1;
  }

  #olderAnswer(state: ZoneState, department: Department, failures: readonly WayFailure[]): Answer {
    const older = this.#keptAnswer(state, department, failures);
    if (older === undefined) throw new NoBulletinError(failures);
    return older;
  }

  /** Undefined when nothing is kept that speaks of the department today. */
  #keptAnswer({ kept }: ZoneState, department: Department, failures: readonly WayFailure[]): Answer | undefined {
    if (kept === undefined) return undefined;
    try {
      const reading = readingOf(kept.bulletin, department, this.#options.clock.wallMs());
      return { reading, ageMs: this.#nowMs() - kept.atMs, failures };
    } catch (error) {
      if (error instanceof ServiceError) return undefined;
      throw error;
    }
  }

  /** True when the round ended in time; the round goes on in any case, for the next question. */
  async #patiently(round: Promise<void>, signal: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    try {
      const waiting = delay(this.#options.clock, PATIENCE_MS, AbortSignal.any([signal, done.signal]));
      return await Promise.race([round.then(() => true), waiting.then(() => false)]);
    } finally {
      done.abort();
    }
  }

  #stateOf({ zone }: Department): ZoneState {
    let state = this.#zones.get(zone);
    if (state === undefined) {
      state = { kept: undefined, failures: [], failedRounds: 0, retryAtMs: -Infinity, round: undefined };
      this.#zones.set(zone, state);
    }
    return state;
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}

/** Each failure in one line, for the log and the check. */
export function describeFailures(failures: readonly WayFailure[]): string {
  return failures.map(({ error }) => describeError(error)).join("; ");
}

/** A fault of this program is told like a faulty answer, so that the other ways are still asked. */
function asServiceError(error: unknown, way: Way): ServiceError {
  if (error instanceof ServiceError) return error;
  log.error`reading by ${way} failed: ${error}`;
  return new ServiceError("unreadable", `reading by ${way} failed: ${describeError(error)}`, { cause: error });
}

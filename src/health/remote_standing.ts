/** How another node stands, after each visit, and what is worth an alert about it. */
import type { Report } from "../condition.ts";
import { formatAge, formatSpan } from "../i18n/format.ts";
import type { Sentences } from "../i18n/mod.ts";
import type { NodeSigns, VisitOutcome } from "./remote_visit.ts";
import { RestartWatch, type VisitTime } from "./restart_watch.ts";

// One visit is lost to a weak signal or to a restart that takes a minute.
const FAILURES_TO_BE_GONE = 2;
// A node that is gone behind a forwarded port looks like one that throws its visitors out before it has said a word.
const EMPTY_KICKS_TO_FAIL = 3;

/** Whether a node can be reached; all times are monotonic milliseconds. */
export type Reach =
  | { readonly kind: "unvisited" }
  | { readonly kind: "reached"; readonly atMs: number; readonly tookMs: number }
  | { readonly kind: "unreachable"; readonly sinceMs: number }
  /** It is there, but ended the visits, probably for another client. */
  | { readonly kind: "busy" }
  /** It is a node that this program is connected to already, and never visited. */
  | { readonly kind: "own" };

/** How a node stands. */
export interface RemoteStanding {
  readonly reach: Reach;
  /** Monotonic milliseconds of its last restart that was noticed. */
  readonly restartedAtMs: number | undefined;
}

/** Who is told. */
export interface StandingOptions {
  readonly name: string;
  readonly say: Sentences;
  readonly report: Report;
}

/** One node's standing. */
export class Standing implements RemoteStanding {
  readonly #options: StandingOptions;
  readonly #restarts = new RestartWatch();
  #reach: Reach = { kind: "unvisited" };
  #restartedAtMs: number | undefined;
  #failures = 0;
  #emptyKicks = 0;
  /** Since when it cannot be reached; kept through kicks once the alert is out, for the sentence at its end. */
  #goneSinceMs: number | undefined;

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  get reach(): Reach {
    return this.#reach;
  }

  get restartedAtMs(): number | undefined {
    return this.#restartedAtMs;
  }

  /** A visit is over. */
  take(outcome: VisitOutcome, time: VisitTime): void {
    if (outcome.kind === "kicked") {
      this.#emptyKicks = outcome.heard ? 0 : this.#emptyKicks + 1;
      return this.#emptyKicks >= EMPTY_KICKS_TO_FAIL ? this.#failed(time) : this.#kicked(outcome.heard);
    }
    this.#emptyKicks = 0;
    if (outcome.kind === "failed") return this.#failed(time);
    if (outcome.kind === "reached") return this.#reached(outcome.signs, outcome.tookMs, time);
    this.#reach = { kind: "own" };
    this.#failures = 0;
  }

  #kicked(heard: boolean): void {
    const { kind } = this.#reach;
    if (kind === "reached" || (kind === "unreachable" && !heard)) return;
    this.#reach = { kind: "busy" };
    if (heard) this.#failures = 0;
  }

  #failed({ nowMs }: VisitTime): void {
    const { name, say, report } = this.#options;
    this.#failures += 1;
    if (this.#reach.kind !== "unreachable") this.#reach = { kind: "unreachable", sinceMs: nowMs };
    if (this.#failures < FAILURES_TO_BE_GONE || this.#reach.kind !== "unreachable") return;
    this.#goneSinceMs ??= this.#reach.sinceMs;
    const span = formatSpan(nowMs - this.#goneSinceMs, say);
    report({ key: `remote ${name}`, facts: ["gone"], text: `❌ ${say.remote.gone(name, span)}` });
  }

  #reached(signs: NodeSigns, tookMs: number, time: VisitTime): void {
    const { name, say, report } = this.#options;
    const { nowMs } = time;
    const back = this.#goneSinceMs === undefined
      ? say.remote.isReached(name)
      : say.remote.back(name, formatSpan(nowMs - this.#goneSinceMs, say));
    this.#reach = { kind: "reached", atMs: nowMs, tookMs };
    this.#failures = 0;
    this.#goneSinceMs = undefined;
    report({ key: `remote ${name}`, facts: [], text: `✅ ${back}` });
    const restart = this.#restarts.see(signs, time);
    if (restart === undefined) return;
    this.#restartedAtMs = restart.atMs;
    const text = `🔁 ${say.remote.restarted(name, formatAge(nowMs - restart.atMs, say))}`;
    // Never reported as over: each restart is news of its own, and has no end.
    report({ key: `remote ${name} restart`, facts: [restart.id], text });
  }
}

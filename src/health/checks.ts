/** Checks that an operator asks for: each looks at one thing that the bot depends on, and changes nothing. */
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";
import type { Finding } from "./finding.ts";

const log = logger("health");

/** What a check found. */
export interface CheckResult {
  readonly ok: boolean;
  readonly tookMs: number;
  /** What came back and could be read, in one line; undefined when nothing did. */
  readonly understood: string | undefined;
  /** What is wrong, in one line; undefined when nothing is. */
  readonly wrong: string | undefined;
  /** More for the operator, by label. */
  readonly details?: Readonly<Record<string, string>>;
  readonly findings?: readonly Finding[];
}

/** One check. A service can offer one without knowing this file: any object of this shape will do. */
export interface Check {
  /** For the report, e.g. `node`. */
  readonly name: string;
  /** Looks, within a time limit of its own; what is foreseen to go wrong it tells in its result. */
  run(signal: AbortSignal): Promise<CheckResult>;
}

/** A check's result under its name. */
export interface CheckReport extends CheckResult {
  readonly name: string;
}

/** How to run checks. */
export interface RunChecksOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs all checks side by side; the reports come in the order of the checks. A check that throws is wrong, and no other suffers. */
export async function runChecks(checks: readonly Check[], options: RunChecksOptions): Promise<CheckReport[]> {
  return await Promise.all(checks.map((check) => runCheck(check, options)));
}

async function runCheck(check: Check, { clock, signal }: RunChecksOptions): Promise<CheckReport> {
  const startedAtMs = clock.nowMs();
  try {
    return { name: check.name, ...await check.run(signal) };
  } catch (error) {
    if (!signal.aborted) log.error`the check ${check.name} broke down: ${error}`;
    const wrong = signal.aborted ? "stopped before it was done" : `this is a fault of the program: ${describeError(error)}`;
    return { name: check.name, ok: false, tookMs: Math.round(clock.nowMs() - startedAtMs), understood: undefined, wrong };
  }
}

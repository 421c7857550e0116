/** Other nodes, visited now and then: who can be reached, what they hear, whether they were restarted. */
import type { Clock, Timer } from "../clock.ts";
import type { Report } from "../condition.ts";
import type { RemoteNode } from "../config.ts";
import { describeError, isExpectedNetworkError } from "../errors.ts";
import type { Sentences } from "../i18n/mod.ts";
import type { ConnectFunction } from "../link/connection.ts";
import type { Slots } from "../link/slot.ts";
import { logger } from "../log.ts";
import { unlessAborted } from "../unless_aborted.ts";
import { type RemoteStanding, Standing } from "./remote_standing.ts";
import { type VisitOutcome, visitRemote } from "./remote_visit.ts";

const log = logger("health");

// At the start the bot's own node comes first.
const FIRST_VISIT_MS = 30_000;
const FIRST_SPREAD_MS = 60_000;
// Only ever later, so that a node is not visited more often than configured.
const JITTER = 0.1;
// What a visit found, or why it failed, is good for so long: the visit takes the node's only connection.
const FRESH_MS = 60_000;

/** Answers about the other nodes of the configuration. */
export interface RemoteNodes extends AsyncDisposable {
  /** The names in the order of the configuration. */
  readonly names: readonly string[];
  /** How the node of that name stands. Throws RangeError when there is none. */
  standing(name: string): RemoteStanding;
  /**
   * What a visit finds: the last one if it is at most a minute old, the one under way, or one that begins now. The signal ends the
   * waiting, with its reason, not the visit. Rejects with RangeError when there is no node of that name.
   */
  visit(name: string, signal: AbortSignal): Promise<VisitOutcome>;
}

/** What the visits need. */
export interface RemoteNodesOptions {
  readonly clock: Clock;
  readonly remotes: readonly RemoteNode[];
  /** Every connection of this process. */
  readonly slots: Slots;
  readonly say: Sentences;
  /** Told after each visit: `remote NAME` that it is gone, `remote NAME restart` each restart. */
  readonly report: Report;
  readonly connect?: ConnectFunction;
  /** From 0 to 1, for the spread of the visits. */
  readonly random?: () => number;
}

/** Visits the nodes from now on, until it is disposed of. */
export function createRemoteNodes(options: RemoteNodesOptions): RemoteNodes {
  const remotes = new Map(options.remotes.map((remote) => [remote.name, new Remote(remote, options)]));
  const find = (name: string): Remote => {
    const remote = remotes.get(name);
    if (remote === undefined) throw new RangeError(`There is no remote node ${name}`);
    return remote;
  };
  return {
    names: [...remotes.keys()],
    standing: (name) => find(name).standing,
    async visit(name, signal) {
      signal.throwIfAborted();
      return await unlessAborted(find(name).look(), signal);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...remotes.values()].map((remote) => remote.stop()));
    },
  };
}

/** One node and its visits, of which there is one at a time. */
class Remote {
  readonly standing: Standing;
  readonly #remote: RemoteNode;
  readonly #options: RemoteNodesOptions;
  readonly #random: () => number;
  readonly #stopped = new AbortController();
  #timer: Timer | undefined;
  #visiting: Promise<VisitOutcome> | undefined;
  #last: { readonly outcome: VisitOutcome; readonly atMs: number } | undefined;

  constructor(remote: RemoteNode, options: RemoteNodesOptions) {
    this.#remote = remote;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.standing = new Standing({ name: remote.name, say: options.say, report: options.report });
    this.#schedule(FIRST_VISIT_MS + FIRST_SPREAD_MS * this.#random());
  }

  look(): Promise<VisitOutcome> {
    const last = this.#last;
    if (last !== undefined && this.#options.clock.nowMs() - last.atMs < FRESH_MS) return Promise.resolve(last.outcome);
    this.#visiting ??= this.#visit().finally(() => this.#visiting = undefined);
    return this.#visiting;
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error("the bot stops"));
    this.#timer?.cancel();
    await this.#visiting?.catch(() => {
      // It was told to end, and it did.
    });
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      log.error`the visit to ${this.#remote.name} failed: ${error}`;
    }
    if (!this.#stopped.signal.aborted) this.#schedule(this.#remote.check_every_s * 1000 * (1 + JITTER * this.#random()));
  }

  async #visit(): Promise<VisitOutcome> {
    const { clock } = this.#options;
    const outcome = await visitRemote(this.#remote, { ...this.#options, signal: this.#stopped.signal });
    const before = this.standing.reach.kind;
    const nowMs = clock.nowMs();
    const restartedBeforeMs = this.standing.restartedAtMs;
    this.standing.take(outcome, { nowMs, wallMs: clock.wallMs() });
    this.#last = { outcome, atMs: nowMs };
    this.#log(outcome, before !== this.standing.reach.kind);
    if (this.standing.restartedAtMs !== restartedBeforeMs) log.warn`remote ${this.#remote.name} has restarted`;
    return outcome;
  }

  /** What has changed is told once, what goes on is for whoever looks closely. */
  #log(outcome: VisitOutcome, changed: boolean): void {
    const { name } = this.#remote;
    if (outcome.kind === "reached") {
      const took = Math.round(outcome.tookMs);
      if (changed) log.info`remote ${name} is reached, in ${took} ms`;
      else log.debug`remote ${name} was visited in ${took} ms`;
      return;
    }
    const { error } = outcome;
    const message = error instanceof Error ? error.message : describeError(error);
    if (!changed) log.debug`${message}`;
    else if (outcome.kind === "failed" && !isExpectedNetworkError(error)) log.error`cannot visit remote ${name}: ${error}`;
    else log.warn`${message}`;
  }
}

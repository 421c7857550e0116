/** The check of the node: visits it once, tells how that went, and judges its settings. */
import type { Clock, Timer } from "../clock.ts";
import { describeError, TimeLimitError } from "../errors.ts";
import { type ConnectFunction, connectTcp } from "../link/connection.ts";
import { Slots } from "../link/slot.ts";
import { type Visit, visitNode } from "../link/visit.ts";
import { formatNodeId } from "../node_id.ts";
import type { Check, CheckResult } from "./checks.ts";
import { factsOf, type NodeFacts } from "./node_facts.ts";
import type { BotSettings } from "./judges/judge.ts";
import { judgeNode } from "./node_settings.ts";

// A node in reach accepts within a second or two; the system would try for more than two minutes.
const CONNECT_LIMIT_MS = 10_000;
// 250 nodes take a slow node about a minute.
const VISIT_LIMIT_MS = 120_000;
// A node that is asked for its configuration and says nothing for so long will not.
const SILENCE_LIMIT_MS = 20_000;

/** Which node, and for which bot. */
export interface NodeCheckOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly bot?: BotSettings;
  /** The default is one of its own: right for a program that has no other connection. */
  readonly slots?: Slots;
  readonly connect?: ConnectFunction;
}

/** The check `node`. It takes the node's only connection for as long as the handshake lasts. */
export function nodeCheck(options: NodeCheckOptions): Check {
  return { name: "node", run: (signal) => run(options, signal) };
}

async function run(options: NodeCheckOptions, signal: AbortSignal): Promise<CheckResult> {
  const { host, port, clock } = options;
  const startedAtMs = clock.nowMs();
  const path = new Path(clock, options.connect ?? connectTcp);
  const stop = () => path.giveUp(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  let visit: Visit;
  try {
    signal.throwIfAborted();
    visit = await visitNode({
      name: "the node",
      host,
      port,
      slots: options.slots ?? new Slots(),
      clock,
      timeoutMs: VISIT_LIMIT_MS,
      signal: path.signal,
      connect: path.connect,
    });
  } catch (error) {
    // Told to stop: that says nothing about the node.
    signal.throwIfAborted();
    const wrong = error instanceof Error ? error.message : describeError(error);
    return { ok: false, tookMs: Math.round(clock.nowMs() - startedAtMs), understood: undefined, wrong, details: path.details };
  } finally {
    path.end();
    signal.removeEventListener("abort", stop);
  }
  const facts = factsOf(visit.messages, { readAtWallMs: clock.wallMs() });
  const findings = judgeNode(facts, options.bot);
  const badCount = findings.filter(({ level }) => level === "bad").length;
  return {
    ok: badCount === 0,
    tookMs: Math.round(clock.nowMs() - startedAtMs),
    understood: describeNode(visit.nodeNum, facts),
    wrong: badCount === 0
      ? undefined
      : badCount === 1
      ? "one setting keeps the bot from its work"
      : `${badCount} settings keep the bot from its work`,
    details: { ...path.details, handshake: `${visit.messages.length} messages in ${Math.round(visit.tookMs)} ms` },
    findings,
  };
}

function describeNode(nodeNum: number, { longName, shortName, firmwareVersion, nodeCount }: NodeFacts): string {
  const names = [shortName, longName].filter((name) => name !== "").join(", ");
  const nodes = nodeCount === undefined ? "" : `, ${nodeCount} ${nodeCount === 1 ? "node" : "nodes"}`;
  return `${formatNodeId(nodeNum)}${names === "" ? "" : ` (${names})`}, firmware ${firmwareVersion ?? "unknown"}${nodes}`;
}

/** The way to the node: measures the dial, and gives up on a node that cannot be reached or says nothing. */
class Path {
  readonly #clock: Clock;
  readonly #connect: ConnectFunction;
  readonly #over = new AbortController();
  readonly #details: Record<string, string> = {};
  #silence: Timer | undefined;
  #ended = false;

  constructor(clock: Clock, connect: ConnectFunction) {
    this.#clock = clock;
    this.#connect = connect;
  }

  /** Aborted when the visit shall end. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get details(): Readonly<Record<string, string>> {
    return { ...this.#details };
  }

  readonly connect: ConnectFunction = async (address, port, signal) => {
    const startedAtMs = this.#clock.nowMs();
    const limit = new AbortController();
    const timer = this.#clock.after(CONNECT_LIMIT_MS, () => {
      limit.abort(new TimeLimitError(`no answer from ${address}:${port} within ${CONNECT_LIMIT_MS / 1000} s`));
    });
    try {
      const socket = await this.#connect(address, port, AbortSignal.any([signal, limit.signal]));
      this.#details["address"] = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
      this.#details["connected in"] = `${Math.round(this.#clock.nowMs() - startedAtMs)} ms`;
      this.#listen();
      return {
        read: async (buffer) => {
          const count = await socket.read(buffer);
          this.#listen();
          return count;
        },
        write: (bytes) => socket.write(bytes),
        close: () => socket.close(),
      };
    } finally {
      timer.cancel();
    }
  };

  giveUp(reason: unknown): void {
    this.#over.abort(reason);
  }

  end(): void {
    this.#ended = true;
    this.#silence?.cancel();
  }

  #listen(): void {
    this.#silence?.cancel();
    if (this.#ended) return;
    this.#silence = this.#clock.after(SILENCE_LIMIT_MS, () => {
      this.giveUp(new TimeLimitError(`it took the connection, but said nothing for ${SILENCE_LIMIT_MS / 1000} s`));
    });
  }
}

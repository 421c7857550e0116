/** The way to the node, step by step: from its name to an open TCP connection, and in words what is wrong where it ends. */
import type { Clock } from "../clock.ts";
import { describeError, TimeLimitError } from "../errors.ts";
import type { ConnectFunction, Socket } from "../link/connection.ts";
import { formatTarget, type Target } from "./target.ts";

// A resolver tries several servers, and mDNS asks the whole network, within this.
const RESOLVE_LIMIT_MS = 10_000;
/** How long a node may take to accept, milliseconds: one in reach takes a second or two. */
export const CONNECT_LIMIT_MS = 5000;

/** How a dial went. `filtered`: nothing came back at all. */
export type DialOutcome = "connected" | "refused" | "unreachable" | "filtered" | "failed" | "not tried";

/** One address of the name. */
export interface AddressStep {
  readonly address: string;
  readonly outcome: DialOutcome;
  readonly tookMs: number | undefined;
  /** What the system said, where it failed. */
  readonly error?: string;
}

/** Why there is no way, and what to do. */
export interface Obstacle {
  readonly kind: "name" | Exclude<DialOutcome, "connected" | "not tried">;
  readonly meaning: string;
  readonly cure: string;
}

/** The way as it was found. */
export interface PathReport {
  readonly resolvedInMs: number;
  readonly addresses: readonly AddressStep[];
  /** Undefined when one address was connected to. */
  readonly obstacle: Obstacle | undefined;
}

/** What the walk needs. */
export interface PathOptions {
  readonly target: Target;
  readonly clock: Clock;
  readonly resolve: (host: string) => Promise<string[]>;
  readonly connect: ConnectFunction;
  readonly signal: AbortSignal;
}

/** An open connection at the end of the way; whoever gets it closes it. */
export interface OpenPath {
  readonly address: string;
  readonly socket: Socket;
}

/**
 * Resolves the name and dials its addresses in order until one accepts. A second connection would end the first, so the others are not
 * tried and the one that is open is handed on. Throws the signal's reason, and nothing else.
 */
export async function walkPath(options: PathOptions): Promise<{ readonly report: PathReport; readonly open: OpenPath | undefined }> {
  const { target, clock, signal } = options;
  const startedAtMs = clock.nowMs();
  let addresses: readonly string[];
  try {
    addresses = await within(options, RESOLVE_LIMIT_MS, "the name was not resolved", () => options.resolve(target.host));
    if (addresses.length === 0) throw new Error("the name has no address");
  } catch (error) {
    signal.throwIfAborted();
    return {
      report: { resolvedInMs: clock.nowMs() - startedAtMs, addresses: [], obstacle: nameObstacle(target.host, error) },
      open: undefined,
    };
  }
  const resolvedInMs = clock.nowMs() - startedAtMs;
  const steps: AddressStep[] = [];
  let open: OpenPath | undefined;
  for (const address of new Set(addresses)) {
    if (open !== undefined) {
      steps.push({ address, outcome: "not tried", tookMs: undefined });
      continue;
    }
    const dialedAtMs = clock.nowMs();
    try {
      const socket = await dialWithin(options, address);
      open = { address, socket };
      steps.push({ address, outcome: "connected", tookMs: clock.nowMs() - dialedAtMs });
    } catch (error) {
      signal.throwIfAborted();
      steps.push({ address, outcome: outcomeOf(error), tookMs: clock.nowMs() - dialedAtMs, error: describeError(error) });
    }
  }
  const obstacle = open === undefined ? dialObstacle(target, steps) : undefined;
  return { report: { resolvedInMs, addresses: steps, obstacle }, open };
}

async function dialWithin(options: PathOptions, address: string): Promise<Socket> {
  const limit = new AbortController();
  const abort = () => limit.abort(options.signal.reason);
  options.signal.addEventListener("abort", abort, { once: true });
  const timer = options.clock.after(CONNECT_LIMIT_MS, () => {
    limit.abort(new TimeLimitError(`no answer within ${CONNECT_LIMIT_MS / 1000} s`));
  });
  try {
    options.signal.throwIfAborted();
    return await options.connect(address, options.target.port, limit.signal);
  } finally {
    timer.cancel();
    options.signal.removeEventListener("abort", abort);
  }
}

/** A name look-up cannot be aborted; the result of one that is not waited for is nobody's. */
function within<T>({ clock, signal }: PathOptions, limitMs: number, what: string, action: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  const timer = clock.after(limitMs, () => reject(new TimeLimitError(`${what} within ${limitMs / 1000} s`)));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  action().then(resolve, reject);
  return promise.finally(() => {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  });
}

/** What an error of a dial means; Deno gives some of them no code, only the text of the system. */
export function outcomeOf(error: unknown): DialOutcome {
  const code = (error as { code?: unknown } | undefined)?.code;
  const text = describeError(error);
  if (code === "ECONNREFUSED" || /os error 111\b/.test(text)) return "refused";
  if (error instanceof TimeLimitError || code === "ETIMEDOUT" || /os error 110\b/.test(text)) return "filtered";
  const unreachable = ["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"].includes(String(code));
  if (unreachable || /unreachable|no route|os error (99|100|101|112|113)\b/i.test(text)) return "unreachable";
  return "failed";
}

function nameObstacle(host: string, error: unknown): Obstacle {
  const local = /\.local\.?$/i.test(host);
  const meaning = error instanceof TimeLimitError
    ? `the name ${host} was not resolved within ${RESOLVE_LIMIT_MS / 1000} s: no name server answers`
    : (error as { code?: unknown }).code === "EAI_AGAIN"
    ? `the name ${host} was not resolved: the name server does not answer`
    : `the name ${host} is not known here (${describeError(error)})`;
  const cure = local
    ? "names in .local are asked for on the local network by mDNS: is the node switched on and in the same network, and are avahi-daemon and libnss-mdns installed here? The node's IP address, as its screen or the router shows it, always works"
    : "look at the spelling; the node's IP address, as its screen or the router shows it, works without any name";
  return { kind: "name", meaning, cure };
}

// Of several addresses, the one that came furthest says most.
const FURTHEST: readonly DialOutcome[] = ["refused", "failed", "filtered", "unreachable"];

function dialObstacle(target: Target, steps: readonly AddressStep[]): Obstacle {
  const worst = FURTHEST.map((outcome) => steps.find((step) => step.outcome === outcome)).find((step) => step !== undefined);
  const { address, outcome, error } = worst ?? { address: target.host, outcome: "failed", error: "no address was tried" };
  const where = formatTarget({ host: address, port: target.port });
  switch (outcome) {
    case "refused":
      return {
        kind: "refused",
        meaning: `${where} refused the connection: a machine with this address is there, but nothing listens on port ${target.port}`,
        cure:
          "is it the node's address and not another machine's, and is the port right? A node that is starting refuses for some seconds; one whose Wi-Fi or Ethernet is set up serves port 4403 by itself",
      };
    case "filtered":
      return {
        kind: "filtered",
        meaning: `no answer from ${where} within ${
          CONNECT_LIMIT_MS / 1000
        } s, not even a refusal: it is switched off, asleep or out of reach, or a firewall drops what is sent to it`,
        cure:
          "is the node switched on, is its Wi-Fi strong enough, is it awake (power saving off)? Are guests or Wi-Fi clients kept apart in the router? Try: ping " +
          address,
      };
    case "unreachable":
      return {
        kind: "unreachable",
        meaning: `${where} is unreachable: there is no way to this address from here, or nobody in its network has it`,
        cure:
          "is the node switched on, are both in the same network, and has the node got another address since? The router's list of clients shows it",
      };
    default:
      return {
        kind: "failed",
        meaning: `${where} could not be connected to: ${error ?? "the reason is unknown"}`,
        cure: "look at this machine's own network and firewall first",
      };
  }
}

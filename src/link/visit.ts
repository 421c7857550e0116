/** A short visit to another node: connect, handshake, leave. It takes that node's only slot, and never our own. */
import type { Clock } from "../clock.ts";
import { describeError, SlotTakenError, TimeLimitError } from "../errors.ts";
import { unlessAborted } from "../unless_aborted.ts";
import { type ConnectFunction, connectTcp, describeCause, dial, type EndCause } from "./connection.ts";
import type { FromRadio } from "./messages.ts";
import { randomId } from "./random_id.ts";
import type { Slot, Slots } from "./slot.ts";

/** Whom to visit. */
export interface VisitOptions {
  /** For messages, e.g. the name in the configuration. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly slots: Slots;
  readonly clock: Clock;
  /** For the whole visit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly connect?: ConnectFunction;
  /** Told about each message as it comes, also in a visit that fails later. */
  readonly onMessage?: (message: FromRadio) => void;
}

/** What a visit found: every message of the node's handshake, in order. */
export interface Visit {
  readonly nodeNum: number;
  readonly messages: readonly FromRadio[];
  readonly tookMs: number;
}

/** The connection ended during the visit, and it was not we who ended it. */
export class VisitEndedError extends Error {
  override readonly name = "VisitEndedError";
  /**
   * The node closed it in order (FIN), as it does with its client when another one connects (firmware, ServerAPI.cpp). A node
   * that restarts may do the same.
   */
  readonly kicked: boolean;
  /** As the system names it. */
  readonly code: string | undefined;

  constructor(where: string, cause: EndCause) {
    const error = "error" in cause ? cause.error : undefined;
    super(`${where} ended the visit: ${describeCause(cause)}`, error === undefined ? {} : { cause: error });
    this.kicked = cause.kind === "fin";
    this.code = this.kicked ? "ECONNABORTED" : codeOf(error);
  }
}

/**
 * Visits a node and takes leave in order. Throws SlotTakenError when it is a node that this program is connected to
 * already (under any name), TimeLimitError when it takes too long, VisitEndedError when the node ends it, and otherwise an
 * Error with the `code` of its cause.
 */
export async function visitNode(options: VisitOptions): Promise<Visit> {
  const { clock, timeoutMs, signal } = options;
  const where = `${options.name} (${options.host}:${options.port})`;
  const limit = new AbortController();
  const tooLong = new TimeLimitError(`the visit to ${where} took longer than ${timeoutMs / 1000} s`);
  const timer = clock.after(timeoutMs, () => limit.abort(tooLong));
  const abort = () => limit.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await visit(options, where, limit.signal);
  } catch (error) {
    if (error === tooLong || error instanceof SlotTakenError || error instanceof VisitEndedError) throw error;
    throw wrap(error, where);
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", abort);
  }
}

async function visit(options: VisitOptions, where: string, signal: AbortSignal): Promise<Visit> {
  const { clock, name, host, port, slots } = options;
  const startedAtMs = clock.nowMs();
  const slot = await claim(slots.claim(name, host, port), signal);
  try {
    const messages: FromRadio[] = [];
    const complete = Promise.withResolvers<number>();
    complete.promise.catch(() => {
      // Awaited below; until then a refusal during the dial must not count as unhandled.
    });
    const nonce = randomId();
    let nodeNum = 0;
    signal.addEventListener("abort", () => complete.reject(signal.reason), { once: true });
    const connection = await dial({
      addresses: await unlessAborted(slot.addresses(), signal),
      port,
      clock,
      dialTimeoutMs: options.timeoutMs,
      signal,
      connect: options.connect ?? connectTcp,
      onMessage(message) {
        messages.push(message);
        options.onMessage?.(message);
        const { payloadVariant } = message;
        if (payloadVariant.case === "configCompleteId" && payloadVariant.value === nonce) complete.resolve(nodeNum);
        if (payloadVariant.case !== "myInfo") return;
        nodeNum = payloadVariant.value.myNodeNum;
        try {
          slot.identify(nodeNum);
        } catch (error) {
          complete.reject(error);
        }
      },
    });
    void connection.ended.then((cause) => complete.reject(new VisitEndedError(where, cause)));
    connection.send({ payloadVariant: { case: "wantConfigId", value: nonce } });
    connection.start();
    try {
      return { nodeNum: await complete.promise, messages, tookMs: clock.nowMs() - startedAtMs };
    } finally {
      await connection.leave();
    }
  } finally {
    slot.release();
  }
}

/** The slot, or the signal's reason: a name server may take longer than the whole visit, and a slot that comes late is given back. */
async function claim(claiming: Promise<Slot>, signal: AbortSignal): Promise<Slot> {
  try {
    return await unlessAborted(claiming, signal);
  } catch (error) {
    claiming.then((slot) => slot.release(), () => {
      // It was refused: nothing is held.
    });
    throw error;
  }
}

/** The error with the node's name in front; what tells an everyday event of a network from a fault stays as it was. */
function wrap(error: unknown, where: string): Error {
  const message = `Cannot visit ${where}: ${describeError(error)}`;
  if (error instanceof TimeLimitError) return new TimeLimitError(message, { cause: error });
  const code = codeOf(error);
  return Object.assign(new Error(message, { cause: error }), code === undefined ? {} : { code });
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** A short visit to another node: connect, handshake, leave. It takes that node's only slot, and never our own. */
import type { Clock } from "../clock.ts";
import { describeError, TimeLimitError } from "../errors.ts";
import { type ConnectFunction, connectTcp, describeCause, dial } from "./connection.ts";
import type { FromRadio } from "./messages.ts";
import { randomId } from "./random_id.ts";
import type { Slots } from "./slot.ts";

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
}

/** What a visit found: every message of the node's handshake, in order. */
export interface Visit {
  readonly nodeNum: number;
  readonly messages: readonly FromRadio[];
  readonly tookMs: number;
}

/**
 * Visits a node and takes leave in order. Throws SlotTakenError when it is a node that this program is connected to
 * already (under any name), TimeLimitError when it takes too long, and an Error when the node ends the visit.
 */
export async function visitNode(options: VisitOptions): Promise<Visit> {
  const { clock, name, host, port } = options;
  const startedAtMs = clock.nowMs();
  const slot = await options.slots.claim(name, host, port);
  const limit = new AbortController();
  const timer = clock.after(options.timeoutMs, () => {
    limit.abort(new TimeLimitError(`the visit to ${name} (${host}:${port}) took longer than ${options.timeoutMs / 1000} s`));
  });
  const abort = () => limit.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", abort, { once: true });
  if (options.signal?.aborted) abort();
  try {
    const messages: FromRadio[] = [];
    const complete = Promise.withResolvers<number>();
    complete.promise.catch(() => {
      // Awaited below; until then a refusal during the dial must not count as unhandled.
    });
    const nonce = randomId();
    let nodeNum = 0;
    limit.signal.addEventListener("abort", () => complete.reject(limit.signal.reason), { once: true });
    const connection = await dial({
      addresses: await slot.addresses(),
      port,
      clock,
      dialTimeoutMs: options.timeoutMs,
      signal: limit.signal,
      connect: options.connect ?? connectTcp,
      onMessage(message) {
        messages.push(message);
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
    void connection.ended.then((cause) => complete.reject(new Error(`${name} (${host}:${port}) ended the visit: ${describeCause(cause)}`)));
    connection.send({ payloadVariant: { case: "wantConfigId", value: nonce } });
    connection.start();
    try {
      return { nodeNum: await complete.promise, messages, tookMs: clock.nowMs() - startedAtMs };
    } finally {
      await connection.leave();
    }
  } catch (error) {
    if (error instanceof Error && error.message.includes(name)) throw error;
    throw new Error(`Cannot visit ${name} (${host}:${port}): ${describeError(error)}`, { cause: error });
  } finally {
    timer.cancel();
    options.signal?.removeEventListener("abort", abort);
    slot.release();
  }
}

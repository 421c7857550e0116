/** One visit to another node: who it is, how long it took, whom it hears. */
import type { Clock } from "../clock.ts";
import type { RemoteNode } from "../config.ts";
import { NoAnswerError, SlotTakenError, TimeLimitError } from "../errors.ts";
import type { ConnectFunction } from "../link/connection.ts";
import type { FromRadio } from "../link/messages.ts";
import type { Slots } from "../link/slot.ts";
import { VisitEndedError, visitNode } from "../link/visit.ts";
import { createNodeDb, type NodeDb, type Place } from "../mesh/node_db.ts";
import { type DirectNeighbour, directNeighbours } from "./neighbours.ts";

/** What tells a restart of a node. */
export interface NodeSigns {
  readonly nodeNum: number;
  /** From MyNodeInfo; ESP32 nodes count, others leave it at 0. */
  readonly rebootCount: number;
  /** From the node's DeviceMetrics in its own list, which may be some minutes old. */
  readonly uptimeS: number | undefined;
}

/** Whom the node heard directly. */
export interface Neighbourhood {
  /** All that its list holds, however old. */
  readonly neighbours: readonly DirectNeighbour[];
  /** Where the node itself is. */
  readonly place: Place | undefined;
}

/** How a visit went. */
export type VisitOutcome =
  /** Without a neighbourhood: the node answered, but its list was not complete when the time was up. */
  | { readonly kind: "reached"; readonly signs: NodeSigns; readonly tookMs: number; readonly neighbourhood: Neighbourhood | undefined }
  /** The node ended the visit in order, probably for another client; `heard`: after it had said something. */
  | { readonly kind: "kicked"; readonly heard: boolean; readonly error: unknown }
  /** It is a node that this program is connected to already, under this or another name. */
  | { readonly kind: "own"; readonly error: unknown }
  | { readonly kind: "failed"; readonly error: unknown };

/** What a visit needs. */
export interface RemoteVisitOptions {
  readonly clock: Clock;
  readonly slots: Slots;
  readonly signal: AbortSignal;
  readonly connect?: ConnectFunction;
}

/** Visits a node once. Throws only the signal's reason. */
export async function visitRemote(remote: RemoteNode, options: RemoteVisitOptions): Promise<VisitOutcome> {
  const { clock, signal } = options;
  const startedAtMs = clock.nowMs();
  const seen = new Seen(clock);
  try {
    const { tookMs } = await visitNode({
      ...options,
      name: remote.name,
      host: remote.host,
      port: remote.port,
      timeoutMs: remote.timeout_s * 1000,
      onMessage: (message) => seen.take(message),
    });
    const { signs } = seen;
    if (signs === undefined) {
      return { kind: "failed", error: new NoAnswerError(`${remote.name} (${remote.host}) did not say which node it is`) };
    }
    return { kind: "reached", signs, tookMs, neighbourhood: seen.neighbourhood };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SlotTakenError) return { kind: "own", error };
    if (error instanceof VisitEndedError && error.kicked) return { kind: "kicked", heard: seen.count > 0, error };
    const { signs } = seen;
    // A weak node takes a minute for a long list: it is slow, not gone.
    if (error instanceof TimeLimitError && signs !== undefined) {
      return { kind: "reached", signs, tookMs: clock.nowMs() - startedAtMs, neighbourhood: undefined };
    }
    return { kind: "failed", error };
  }
}

/** What the node has said so far. */
class Seen {
  readonly #nodes: NodeDb;
  #count = 0;
  #rebootCount = 0;

  constructor(clock: Clock) {
    this.#nodes = createNodeDb({ clock });
  }

  get count(): number {
    return this.#count;
  }

  get signs(): NodeSigns | undefined {
    const { ownNum } = this.#nodes;
    if (ownNum === undefined) return undefined;
    return { nodeNum: ownNum, rebootCount: this.#rebootCount, uptimeS: this.#nodes.get(ownNum)?.uptimeS };
  }

  get neighbourhood(): Neighbourhood {
    const { ownNum } = this.#nodes;
    const place = ownNum === undefined ? undefined : this.#nodes.get(ownNum)?.place;
    return { neighbours: directNeighbours(this.#nodes, ownNum, -Infinity), place };
  }

  take({ payloadVariant }: FromRadio): void {
    this.#count += 1;
    if (payloadVariant.case === "myInfo" && payloadVariant.value.myNodeNum !== 0) {
      this.#nodes.ownNum = payloadVariant.value.myNodeNum;
      this.#rebootCount = payloadVariant.value.rebootCount;
    }
    if (payloadVariant.case === "nodeInfo") this.#nodes.applyNodeInfo(payloadVariant.value);
  }
}

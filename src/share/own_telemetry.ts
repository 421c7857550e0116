/** What our node last told of itself, by kind: a client that asks for it needs no packet for that. */
import { PortNum } from "../link/enums.ts";
import type { Data, MeshPacket } from "../link/messages.ts";
import { fieldsOf } from "./wire.ts";

// Telemetry.variant begins at device_metrics, which is meant where nothing is named (telemetry.proto).
const TIME = 1;
const DEVICE_METRICS = 2;

/** The last measurements. */
export class OwnTelemetry {
  readonly #payloads = new Map<number, Uint8Array>();

  /** A packet of our own node. */
  take({ payloadVariant }: MeshPacket): void {
    if (payloadVariant.case !== "decoded" || payloadVariant.value.portnum !== PortNum.TELEMETRY_APP) return;
    const kind = kindOf(payloadVariant.value.payload);
    if (kind !== undefined) this.#payloads.set(kind, payloadVariant.value.payload);
  }

  /** The encoded Telemetry that answers a request; undefined when it is no request, or nothing is known. */
  answer(data: Data): Uint8Array | undefined {
    if (data.portnum !== PortNum.TELEMETRY_APP || !data.wantResponse) return undefined;
    return this.#payloads.get(kindOf(data.payload) ?? DEVICE_METRICS);
  }

  clear(): void {
    this.#payloads.clear();
  }
}

function kindOf(telemetry: Uint8Array): number | undefined {
  return fieldsOf(telemetry)?.findLast(({ number }) => number !== TIME)?.number;
}

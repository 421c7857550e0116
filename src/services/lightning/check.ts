/** The check of the broker for `meshbot check`. */
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { MqttSubscribe } from "../../io/mqtt.ts";
import type { ServiceCheck } from "../service.ts";
import { MAX_MESSAGE_BYTES, SUBSCRIBE_TIMEOUT_MS } from "./listener.ts";
import { tileTopic } from "./tiles.ts";

/** Where and what to try. */
export interface BrokerCheck {
  readonly clock: Clock;
  readonly url: URL;
  /** Undefined when the centre is not known yet: the connection is tried alone. */
  readonly tiles: readonly string[] | undefined;
  readonly signal: AbortSignal;
  readonly subscribe: MqttSubscribe;
}

/** Connects once, subscribes and says goodbye; a strike need not come. */
export async function checkBroker({ clock, url, tiles, signal, subscribe }: BrokerCheck): Promise<ServiceCheck> {
  const startedMs = clock.nowMs();
  try {
    await using _subscription = await subscribe({
      clock,
      url,
      topics: (tiles ?? []).map(tileTopic),
      timeoutMs: SUBSCRIBE_TIMEOUT_MS,
      maxBytes: MAX_MESSAGE_BYTES,
      signal,
      onMessage() {},
    });
    return { ok: true, tookMs: clock.nowMs() - startedMs, understood: understoodText(tiles), wrong: undefined };
  } catch (error) {
    return { ok: false, tookMs: clock.nowMs() - startedMs, understood: undefined, wrong: describeError(error) };
  }
}

function understoodText(tiles: readonly string[] | undefined): string {
  if (tiles === undefined) return "connected; what to listen to depends on the node's own position";
  return `connected, subscribed to ${tiles.length === 1 ? "1 tile" : `${tiles.length} tiles`}: ${
    tiles.map((tile) => tile || "the world").join(" ")
  }`;
}

/** A client that does what the official ones do: the whole handshake on each connection, then listening and a heartbeat now and then. */
import type { Clock, Timer } from "../clock.ts";
import { answersHeartbeat } from "../health/monitor.ts";
import type { EndCause } from "../link/connection.ts";
import type { Link, LinkUser } from "../link/link.ts";
import type { FromRadio } from "../link/messages.ts";
import { randomId } from "../link/random_id.ts";
import { ONLY_CONFIG_NONCE } from "../mesh/session.ts";
import type { DiagEvent } from "./events.ts";
import { Listener } from "./listener.ts";
import { RoundTrips } from "./round_trips.ts";

const HEARTBEAT_MS = 300_000;
// A short run has its heartbeat too, and time to hear the answer.
const FIRST_HEARTBEAT_MS = 3000;
/** A node that has not answered within this will not; one in reach takes a tenth of a second. */
export const ANSWER_LIMIT_MS = 5000;

/** What the client needs. */
export interface PlainClientOptions {
  readonly clock: Clock;
  readonly emit: (event: DiagEvent) => void;
  readonly onNodeNum: (nodeNum: number) => void;
  /** Of the whole run. */
  readonly durationMs: number;
}

/** The client on one link, over all its connections. */
export class PlainClient implements LinkUser {
  readonly #options: PlainClientOptions;
  readonly #listener: Listener;
  readonly #roundTrips: RoundTrips;
  readonly #endsAtMs: number;
  #link: Link | undefined;
  #nonce = 0;
  #heartbeat: Timer | undefined;
  #heartbeats = 0;

  constructor(options: PlainClientOptions) {
    this.#options = options;
    this.#endsAtMs = options.clock.nowMs() + options.durationMs;
    this.#roundTrips = new RoundTrips({
      ...options,
      limitMs: ANSWER_LIMIT_MS,
      onUnanswered: (kind) => {
        this.#listener.unanswered(kind);
        if (kind === "heartbeat") this.#ask("config");
      },
    });
    this.#listener = new Listener({ ...options, roundTrips: this.#roundTrips });
  }

  connected(link: Link): void {
    this.#link = link;
    this.#listener.connected();
    this.#nonce = freshNonce();
    link.send({ payloadVariant: { case: "wantConfigId", value: this.#nonce } });
  }

  received(message: FromRadio, bytes: Uint8Array): void {
    this.#listener.received(message, bytes);
    const { payloadVariant } = message;
    if (payloadVariant.case !== "configCompleteId") return;
    if (payloadVariant.value !== this.#nonce || this.#link?.state.kind !== "configuring") return;
    this.#link.settled();
    this.#listener.ready();
    this.#heartbeatIn(Math.min(FIRST_HEARTBEAT_MS, this.#options.durationMs / 4));
  }

  lost(cause: EndCause): void {
    this.#heartbeat?.cancel();
    this.#options.emit({ type: "lost", cause, readyForMs: this.#listener.readyForMs });
    this.#listener.lost();
  }

  /** Asks nothing more; resolves when the last answer is in or overdue. */
  async finish(): Promise<void> {
    this.#heartbeat?.cancel();
    await this.#roundTrips.settled();
  }

  /** Ends what is under way without waiting. */
  stop(): void {
    this.#heartbeat?.cancel();
    this.#roundTrips.forget();
  }

  #heartbeatIn(delayMs: number): void {
    this.#heartbeat = this.#options.clock.after(delayMs, () => {
      const leftMs = this.#endsAtMs - this.#options.clock.nowMs();
      if (this.#heartbeats > 0 && leftMs < ANSWER_LIMIT_MS) return;
      this.#heartbeats += 1;
      this.#ask(answersHeartbeat(this.#listener.node?.firmwareVersion) ? "heartbeat" : "config");
      this.#heartbeatIn(HEARTBEAT_MS);
    });
  }

  #ask(kind: "heartbeat" | "config"): void {
    const sent = this.#link?.send(
      kind === "heartbeat"
        ? { payloadVariant: { case: "heartbeat", value: { nonce: 0 } } }
        : { payloadVariant: { case: "wantConfigId", value: ONLY_CONFIG_NONCE } },
    );
    if (sent === true) this.#roundTrips.asked(kind);
  }
}

function freshNonce(): number {
  const nonce = randomId();
  return nonce === ONLY_CONFIG_NONCE ? freshNonce() : nonce;
}

/** The bot's own session and monitor, read along with: the same code on the same link, and nothing added to what it says. */
import type { Clock } from "../clock.ts";
import { answersHeartbeat, startMonitor } from "../health/monitor.ts";
import type { EndCause } from "../link/connection.ts";
import type { Link, LinkUser } from "../link/link.ts";
import type { FromRadio } from "../link/messages.ts";
import { Session } from "../mesh/session.ts";
import type { DiagEvent } from "./events.ts";
import { Listener } from "./listener.ts";
import { RoundTrips } from "./round_trips.ts";

/** The bot's settings of its monitor, milliseconds. */
export interface MonitorSettings {
  readonly checkIntervalMs: number;
  readonly silentTimeoutMs: number;
}

/** What the client needs. */
export interface BotClientOptions {
  readonly clock: Clock;
  readonly emit: (event: DiagEvent) => void;
  readonly onNodeNum: (nodeNum: number) => void;
  readonly monitor: MonitorSettings;
}

/** The client on one link, over all its connections. */
export class BotClient implements LinkUser {
  readonly #options: BotClientOptions;
  readonly #session: Session;
  readonly #listener: Listener;
  readonly #roundTrips: RoundTrips;
  #monitor: Disposable | undefined;

  constructor(options: BotClientOptions) {
    this.#options = options;
    // The monitor waits so long for the answer to its first question, too, before it asks in the other way.
    const { checkIntervalMs, silentTimeoutMs } = options.monitor;
    const limitMs = (silentTimeoutMs - Math.min(checkIntervalMs, silentTimeoutMs / 2)) / 2;
    this.#roundTrips = new RoundTrips({ ...options, limitMs, onUnanswered: (kind) => this.#listener.unanswered(kind) });
    this.#listener = new Listener({ ...options, roundTrips: this.#roundTrips });
    this.#session = new Session({
      clock: options.clock,
      sink: {
        ready: () => this.#listener.ready(),
        lost() {},
        radioChanged: ({ nodeNum }) => options.emit({ type: "note", text: `this address is another node now: ${nodeNum.toString(16)}` }),
        nodeInfo() {},
        packet() {},
        queueStatus() {},
      },
    });
  }

  /** Starts the monitor; the link exists only after the client. */
  watch(link: Link): void {
    this.#monitor = startMonitor({
      clock: this.#options.clock,
      checkIntervalMs: this.#options.monitor.checkIntervalMs,
      silentTimeoutMs: this.#options.monitor.silentTimeoutMs,
      link: {
        get state() {
          return link.state;
        },
        get traffic() {
          return link.traffic;
        },
        send: (message) => {
          const sent = link.send(message);
          // Older firmware is kept alive by heartbeats too, and answers none.
          const expected = answersHeartbeat(this.#session.radio?.firmwareVersion);
          if (sent && expected && message.payloadVariant?.case === "heartbeat") this.#roundTrips.asked("heartbeat");
          return sent;
        },
        drop: (reason) => link.drop(reason),
        listen: (listener) => link.listen(listener),
      },
      askConfig: () => {
        if (this.#session.askConfig()) this.#roundTrips.asked("config");
      },
      firmwareVersion: () => this.#session.radio?.firmwareVersion,
    });
  }

  connected(link: Link): void {
    this.#listener.connected();
    this.#session.connected(link);
  }

  received(message: FromRadio, bytes: Uint8Array): void {
    this.#listener.received(message, bytes);
    this.#session.received(message, bytes);
  }

  lost(cause: EndCause): void {
    this.#options.emit({ type: "lost", cause, readyForMs: this.#listener.readyForMs });
    this.#listener.lost();
    this.#session.lost(cause);
  }

  /** Nothing to wait for: the monitor asks when it has a reason to, and decides itself. */
  finish(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends what is under way without waiting. */
  stop(): void {
    this.#monitor?.[Symbol.dispose]();
    this.#roundTrips.forget();
  }
}

/** Watches a link for a while: everything that happens on it becomes an event. */
import type { Clock } from "../clock.ts";
import type { ConnectFunction, ReadCounts } from "../link/connection.ts";
import { describeError } from "../errors.ts";
import { openLink } from "../link/link.ts";
import { Slots } from "../link/slot.ts";
import { BotClient, type MonitorSettings } from "./bot_client.ts";
import type { DiagEvent } from "./events.ts";
import { type OpenPath, outcomeOf } from "./path.ts";
import { PlainClient } from "./plain_client.ts";
import type { Target } from "./target.ts";

/** What a run needs. */
export interface LiveOptions {
  readonly target: Target;
  /** Default or the bot's own; TCP alone is `raw.ts`. */
  readonly mode: "default" | "optimized";
  /** The connection at the end of the path: it is the link's first one. */
  readonly open: OpenPath;
  readonly durationMs: number;
  readonly monitor: MonitorSettings;
  readonly clock: Clock;
  readonly resolve: (host: string) => Promise<string[]>;
  readonly connect: ConnectFunction;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  readonly emit: (event: DiagEvent) => void;
  /** The node told its number in a handshake. */
  readonly onNodeNum: (nodeNum: number) => void;
  /** When the last bytes came, each time more may have. */
  readonly heard: (atMs: number) => void;
  /** Called every second. */
  readonly onTick: () => void;
}

// Debug text comes without a message; it is no silence either.
const LOOK_MS = 1000;

/**
 * Opens the link and watches it for `durationMs`; `conclude` gets the counts at the end, before the leave-taking that is no part of what
 * was watched.
 */
export async function watchLink(options: LiveOptions, conclude: (counts: ReadCounts) => void): Promise<void> {
  const { clock, target, signal } = options;
  let concluded = false;
  const emit = (event: DiagEvent) => {
    if (!concluded) options.emit(event);
  };
  const dials = new Dials({ ...options, emit });
  const client = options.mode === "optimized" ? new BotClient({ ...options, emit }) : new PlainClient({ ...options, emit });
  try {
    await using link = await openLink({
      ...target,
      clock,
      slots: new Slots({ resolve: dials.resolve }),
      connect: dials.connect,
      user: {
        connected: (opened) => client.connected(opened),
        received(message, bytes) {
          options.heard(clock.nowMs());
          client.received(message, bytes);
        },
        lost: (cause) => client.lost(cause),
      },
    });
    if (client instanceof BotClient) client.watch(link);
    const unlisten = link.listen(({ state }) => {
      // What a dial said is an event of its own.
      if (state.kind === "waiting" && state.reason !== dials.lastError && state.untilMs > state.sinceMs + LOOK_MS) {
        emit({ type: "waiting", ms: state.untilMs - state.sinceMs, reason: state.reason });
      }
    });
    const look = () => {
      if (link.traffic !== undefined) options.heard(link.traffic.lastReceivedAtMs);
      options.onTick();
    };
    try {
      await passTime(clock, options.durationMs, signal, look);
      await untilAborted(client.finish(), signal);
    } finally {
      unlisten();
      client.stop();
      look();
      conclude(link.counts);
      concluded = true;
    }
  } finally {
    dials.close();
  }
}

/** The link's way to its node: the connection that is open already first, and every dial told. */
class Dials {
  readonly #options: Pick<LiveOptions, "clock" | "connect" | "resolve" | "emit">;
  #open: OpenPath | undefined;
  lastError = "";

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#open = options.open;
  }

  readonly resolve = async (host: string): Promise<string[]> => {
    const first = this.#open?.address;
    if (first === undefined) return await this.#options.resolve(host);
    const found = await this.#options.resolve(host).catch(() => []);
    return [first, ...found.filter((address) => address !== first)];
  };

  readonly connect: ConnectFunction = async (address, port, signal) => {
    const { clock, connect, emit } = this.#options;
    if (this.#open?.address === address) {
      const { socket } = this.#open;
      this.#open = undefined;
      return socket;
    }
    const startedAtMs = clock.nowMs();
    try {
      const socket = await connect(address, port, signal);
      emit({ type: "connected", address, tookMs: clock.nowMs() - startedAtMs });
      return socket;
    } catch (error) {
      this.lastError = describeError(error);
      emit({ type: "dialFailed", address, outcome: outcomeOf(error), error: this.lastError });
      throw error;
    }
  };

  /** Closes a connection that nobody has taken. */
  close(): void {
    this.#open?.socket.close();
    this.#open = undefined;
  }
}

/** Waits for `ms` or until the signal, and calls `look` every second. */
export async function passTime(clock: Clock, ms: number, signal: AbortSignal, look: () => void): Promise<void> {
  const endMs = clock.nowMs() + ms;
  while (!signal.aborted && clock.nowMs() < endMs) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => resolve();
    const timer = clock.after(Math.min(LOOK_MS, endMs - clock.nowMs()), done);
    signal.addEventListener("abort", done, { once: true });
    await promise;
    timer.cancel();
    signal.removeEventListener("abort", done);
    look();
  }
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const abort = () => resolve();
  signal.addEventListener("abort", abort, { once: true });
  await Promise.race([promise, aborted]);
  signal.removeEventListener("abort", abort);
}

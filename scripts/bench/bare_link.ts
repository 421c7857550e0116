/** A bare client that dials again at once whenever its connection ends: the floor of every recovery. */
import { type Clock, delay, systemClock } from "../../src/clock.ts";
import { type BareClient, type BarePacket, connectBare, ONLY_CONFIG } from "./bare_client.ts";

const REFUSED_WAIT_MS = 100;

/** The link. */
export interface BareLink extends AsyncDisposable {
  /** Resolves when the configuration is complete, at once when it is already. */
  ready(): Promise<void>;
  /** Gives its connection up, as after a write that failed. */
  drop(): void;
}

/** What it may be told. */
export interface BareLinkOptions {
  /** Each packet of the mesh. */
  readonly packet?: (packet: BarePacket) => void;
  readonly clock?: Clock;
}

/** Opens it; it keeps dialing until it is disposed of, every 0.1 s while it is refused. */
export function openBareLink(port: number, options: BareLinkOptions = {}): BareLink {
  const { packet = () => {}, clock = systemClock } = options;
  const stop = new AbortController();
  let state = Promise.withResolvers<void>();
  let client: BareClient | undefined;
  const running = (async () => {
    while (!stop.signal.aborted) {
      let configured = false;
      client = await connectBare(port, ONLY_CONFIG, {
        packet,
        configured() {
          configured = true;
          state.resolve();
        },
      }).catch(() => undefined);
      if (stop.signal.aborted) client?.close();
      if (client === undefined) await delay(clock, REFUSED_WAIT_MS, stop.signal).catch(() => {});
      await client?.ended;
      // Whoever waits since before a dial that failed waits on.
      if (configured) state = Promise.withResolvers<void>();
    }
  })();
  return {
    ready: () => state.promise,
    drop: () => client?.close(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      client?.close();
      await running;
    },
  };
}

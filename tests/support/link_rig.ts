/** A link to a simulated node over a real socket, both on one clock that the test turns. */
import { setImmediate } from "node:timers";
import { type ConnectFunction, connectTcp, type Socket } from "../../src/link/connection.ts";
import { type Link, type LinkOptions, openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { Talker, type TalkerOptions } from "./talker.ts";

/** What a test wants to be different. */
export interface LinkRigOptions {
  readonly node?: Parameters<typeof startSimulatedNode>[0];
  readonly link?: Partial<LinkOptions>;
  readonly talker?: TalkerOptions;
  /** Told about the node before the link is opened. */
  readonly before?: (node: SimulatedNode) => void;
}

/** The parts; disposing of it closes the link and stops the node. */
export interface LinkRig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly node: SimulatedNode;
  readonly link: Link;
  readonly talker: Talker;
  readonly sockets: WatchedConnect;
}

/** Starts a node and opens a link to it; the link is dialling when this resolves. */
export async function linkRig(options: LinkRigOptions = {}): Promise<LinkRig> {
  const clock = createFakeClock();
  const node = await startSimulatedNode({ clock, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9, ...options.node });
  options.before?.(node);
  const talker = new Talker(options.talker);
  const sockets = watchedConnect(options.link?.connect);
  const link = await openLink({
    host: "127.0.0.1",
    port: node.port,
    clock,
    slots: new Slots(),
    user: talker,
    // The longest waits, so that a test can name them.
    random: () => 1,
    ...options.link,
    connect: sockets.connect,
  });
  return {
    clock,
    node,
    link,
    talker,
    sockets,
    async [Symbol.asyncDispose]() {
      await settle(clock, link.close());
      await node.stop();
    },
  };
}

/** Turns the clock in small steps until the promise has settled: for what waits for real sockets and for the clock. */
export async function settle<Result>(clock: FakeClock, promise: Promise<Result>): Promise<Result> {
  let settled = false;
  const done = () => void (settled = true);
  promise.then(done, done);
  while (!settled) {
    await clock.tick(50);
    await ioTurn();
  }
  return await promise;
}

/** Lets sockets do what they have to do: one turn of the event loop of this process. */
export function ioTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Connects, and knows how many sockets were open at each dial and what was read from them. */
export interface WatchedConnect {
  readonly connect: ConnectFunction;
  readonly openAtDial: readonly number[];
  readonly open: number;
  readonly readBytes: number;
  readonly writes: number;
  /** Resolves when so many bytes have been read from all sockets together, and the reader has dealt with them. */
  untilRead(bytes: number): Promise<void>;
}

/** Watches `connect`, the system's own by default. */
export function watchedConnect(connect: ConnectFunction = connectTcp): WatchedConnect {
  const openAtDial: number[] = [];
  const waiting = new Set<{ readonly bytes: number; resolve(): void }>();
  let open = 0;
  let readBytes = 0;
  let writes = 0;
  return {
    openAtDial,
    get open() {
      return open;
    },
    get readBytes() {
      return readBytes;
    },
    get writes() {
      return writes;
    },
    async untilRead(bytes) {
      if (readBytes < bytes) await new Promise<void>((resolve) => waiting.add({ bytes, resolve }));
      await ioTurn();
    },
    async connect(address, port, signal) {
      openAtDial.push(open);
      const socket = await connect(address, port, signal);
      open += 1;
      return wrapSocket(socket, {
        async read(into) {
          const count = await socket.read(into);
          readBytes += count ?? 0;
          for (const waiter of waiting) {
            if (readBytes < waiter.bytes) continue;
            waiting.delete(waiter);
            waiter.resolve();
          }
          return count;
        },
        write(bytes) {
          writes += 1;
          return socket.write(bytes);
        },
        close() {
          open -= 1;
          socket.close();
        },
      });
    },
  };
}

/** The socket with some of its methods replaced. */
export function wrapSocket(socket: Socket, changes: Partial<Socket>): Socket {
  return { read: (into) => socket.read(into), write: (bytes) => socket.write(bytes), close: () => socket.close(), ...changes };
}

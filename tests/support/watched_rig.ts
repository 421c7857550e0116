/** A link with the real session and the real monitor, on a simulated node whose mesh is quiet. */
import type { Clock } from "../../src/clock.ts";
import { startMonitor } from "../../src/health/monitor.ts";
import { type Link, type LinkOptions, openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { Session, type SessionSink } from "../../src/mesh/session.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import type { FakeClock } from "./fake_clock.ts";
import { ioTurn, settle, type WatchedConnect, watchedConnect } from "./link_rig.ts";

/** What is wanted; `clock` drives both sides. */
export interface WatchedRigOptions<AnyClock extends Clock> {
  readonly clock: AnyClock;
  readonly node?: SimulatedNodeOptions;
  readonly checkIntervalMs?: number;
  readonly silentTimeoutMs?: number;
  readonly connect?: LinkOptions["connect"];
  readonly sink?: Partial<SessionSink>;
  /** Told about the node before the link is opened. */
  readonly before?: (node: SimulatedNode) => void;
}

/** The parts; disposing of it closes the link and stops the node. */
export interface WatchedRig<AnyClock extends Clock> extends AsyncDisposable {
  readonly clock: AnyClock;
  readonly node: SimulatedNode;
  readonly link: Link;
  readonly sockets: WatchedConnect;
  /** What the client said, in order: the names of the ToRadio variants. */
  readonly said: string[];
}

/** Starts a node, a link to it, and whoever speaks and watches on it; the link is dialling when this resolves. */
export async function watchedRig<AnyClock extends Clock>(options: WatchedRigOptions<AnyClock>): Promise<WatchedRig<AnyClock>> {
  const { clock } = options;
  const node = await startSimulatedNode({ clock, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9, ...options.node });
  options.before?.(node);
  const said: string[] = [];
  node.on("toRadio", ({ message }) => said.push(message.payloadVariant.case ?? "nothing"));
  const session = new Session({
    clock,
    sink: {
      ready() {},
      lost() {},
      radioChanged() {},
      nodeInfo() {},
      packet() {},
      queueStatus() {},
      ...options.sink,
    },
  });
  const sockets = watchedConnect(options.connect);
  const link = await openLink({ host: "127.0.0.1", port: node.port, clock, slots: new Slots(), user: session, connect: sockets.connect });
  const monitor = startMonitor({
    clock,
    link,
    checkIntervalMs: options.checkIntervalMs ?? 30_000,
    silentTimeoutMs: options.silentTimeoutMs ?? 60_000,
    askConfig: () => void session.askConfig(),
    firmwareVersion: () => session.radio?.firmwareVersion,
  });
  return {
    clock,
    node,
    link,
    sockets,
    said,
    async [Symbol.asyncDispose]() {
      monitor[Symbol.dispose]();
      await ("tick" in clock ? settle(clock as unknown as FakeClock, link.close()) : link.close());
      await node.stop();
    },
  };
}

/** Lets so much time go by, a second at a time; when the link said something, until the node's answer has come. */
export async function passQuietTime({ clock, sockets }: WatchedRig<FakeClock>, durationMs: number): Promise<void> {
  const endMs = clock.nowMs() + durationMs;
  while (clock.nowMs() < endMs) {
    const { writes, readBytes } = sockets;
    await clock.tick(1000);
    if (sockets.writes === writes) continue;
    await sockets.untilRead(readBytes + 1);
    for (let turn = 0; turn < 5; turn += 1) await ioTurn();
  }
}

/** (a) The node ends the connection, or a write fails, and it listens all the while: when do packets flow again? */
import { delay, systemClock } from "../../src/clock.ts";
import { type ConnectFunction, connectTcp } from "../../src/link/connection.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import { wrapSocket } from "../../tests/support/link_rig.ts";
import { stateKind } from "../../tests/support/talker.ts";
import { watchedRig } from "../../tests/support/watched_rig.ts";
import { openBareLink } from "./bare_link.ts";
import { type Figure, type Measurement, median } from "./figure.ts";
import { officialComesBack } from "./official_back.ts";

const ROUNDS = 10;
const TARGET_S = 0.3;
const ACCEPT_POLL_MS = 100;
const SETTLE_MS = 200;
const PACKET_EVERY_MS = 10;
const SENDER_NUM = 0x0a0b_0c0d;
// As the firmware: it looks for new connections every 100 ms.
const NODE = { nodes: 100, acceptPollMs: ACCEPT_POLL_MS, telemetryMs: 60_000, airScale: 0.5 } as const;

const HOWS = ["orderly close (FIN)", "reset (RST)", "error while writing"] as const;
type How = typeof HOWS[number];

/** A client and its node. */
interface Subject extends AsyncDisposable {
  readonly node: SimulatedNode;
  /** When the node was started; it looks for connections at whole multiples of the pause after that. */
  readonly startedAtMs: number;
  ready(): Promise<unknown>;
  /** A write fails, and the client notices. */
  breakWrite(): Promise<void>;
  /** Told of each packet of the mesh. */
  onPacket: ((from: number) => void) | undefined;
}

/** What was measured of a client, by fault. */
interface Outcome {
  readonly seconds: Record<How, number[]>;
  readonly dials: Record<How, number[]>;
}

/** The figure. */
export const reconnectFigure: Figure = {
  letter: "a",
  title: "the node ends the connection and accepts again at once",
  waits: false,
  measure,
};

async function measure(): Promise<Measurement[]> {
  const ours = emptyOutcome();
  const bare = emptyOutcome();
  {
    await using bot = await startBot();
    await using floor = await startBare();
    for (let round = 0; round < ROUNDS; round += 1) {
      // One of each kind in turn: orderly closes in a row would be a fight for the node's slot.
      for (const how of HOWS) {
        await strike(bot, how, round, ours);
        await strike(floor, how, round, bare);
      }
    }
  }
  const official = await officialComesBack();
  return HOWS.flatMap((how): Measurement[] => [
    {
      what: `${how}: packets flow again`,
      measured: median(ours.seconds[how]),
      unit: "s",
      target: { atMost: TARGET_S },
      rival: { name: "bare socket", measured: median(bare.seconds[how]) },
      detail: `median of ${ROUNDS}, longest ${Math.max(...ours.seconds[how]).toFixed(3)} s, of a bare socket that dials again at once ${
        Math.max(...bare.seconds[how]).toFixed(3)
      } s; the node looks for connections every 0.1 s${how === "error while writing" ? "" : `; ${official}`}`,
    },
    {
      what: `${how}: new connections`,
      measured: Math.max(...ours.dials[how]),
      unit: "each",
      target: { atMost: 1 },
      detail: `${ROUNDS} times, ${ours.dials[how].join(" ")}`,
    },
  ]);
}

/** Our own link, with the session and the monitor that the bot has. */
async function startBot(): Promise<Subject> {
  let breaks = false;
  const connect: ConnectFunction = async (...args) => {
    const socket = await connectTcp(...args);
    return wrapSocket(socket, {
      // The read stays pending, as when the radio network swallows what we send.
      write: (bytes) => breaks ? Promise.reject(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")) : socket.write(bytes),
    });
  };
  const startedAtMs = systemClock.nowMs();
  const rig = await watchedRig({ clock: systemClock, node: NODE, connect, sink: { packet: ({ from }) => subject.onPacket?.(from) } });
  const { node, link } = rig;
  const subject: Subject = {
    node,
    startedAtMs,
    onPacket: undefined,
    ready: () => stateKind(link, "ready"),
    async breakWrite() {
      breaks = true;
      link.send({ payloadVariant: { case: "heartbeat", value: { nonce: 0 } } });
      await stateKind(link, "dialing");
      breaks = false;
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
  return subject;
}

/** The floor: nothing but a socket, which asks for the configuration and decodes. */
async function startBare(): Promise<Subject> {
  const startedAtMs = systemClock.nowMs();
  const node = await startSimulatedNode(NODE);
  const link = openBareLink(node.port, { packet: ({ from }) => subject.onPacket?.(from) });
  const subject: Subject = {
    node,
    startedAtMs,
    onPacket: undefined,
    ready: () => link.ready(),
    breakWrite: () => Promise.resolve(link.drop()),
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      await node.stop();
    },
  };
  return subject;
}

/** Ends the connection once, and waits until packets flow. */
async function strike(subject: Subject, how: How, round: number, { seconds, dials }: Outcome): Promise<void> {
  const { node } = subject;
  await subject.ready();
  // Any moment between two looks of the node for new connections, and the same ones for everybody.
  const phaseMs = (systemClock.nowMs() - subject.startedAtMs) % ACCEPT_POLL_MS;
  await delay(systemClock, SETTLE_MS + ACCEPT_POLL_MS * (round + 0.5) / ROUNDS + ACCEPT_POLL_MS - phaseMs);
  await subject.ready();
  const dialedBefore = node.connections.dialed;
  const startedAtMs = systemClock.nowMs();
  if (how === "orderly close (FIN)") node.hangUp();
  else if (how === "reset (RST)") node.reset();
  else await subject.breakWrite();
  // One after the other: what the node gives to a connection that it does not know to be dead is lost.
  const flowing = new AbortController();
  subject.onPacket = (from) => {
    if (from === SENDER_NUM) flowing.abort();
  };
  for (let id = dialedBefore * 1000; !flowing.signal.aborted;) {
    node.receiveFromMesh(textPacket(id += 1));
    await delay(systemClock, PACKET_EVERY_MS, flowing.signal).catch(() => {});
  }
  seconds[how].push((systemClock.nowMs() - startedAtMs) / 1000);
  dials[how].push(node.connections.dialed - dialedBefore);
}

function emptyOutcome(): Outcome {
  const none = (): Record<How, number[]> => ({ "orderly close (FIN)": [], "reset (RST)": [], "error while writing": [] });
  return { seconds: none(), dials: none() };
}

function textPacket(id: number) {
  return {
    from: SENDER_NUM,
    to: 0xffff_ffff,
    id,
    hopStart: 3,
    hopLimit: 3,
    rxSnr: 6,
    rxRssi: -80,
    payloadVariant: { case: "decoded" as const, value: { portnum: 1, payload: new TextEncoder().encode("hello") } },
  };
}

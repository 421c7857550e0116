/** (a) The node ends the connection, or a write fails, and it listens all the while: when do packets flow again? */
import { delay, systemClock } from "../../src/clock.ts";
import { type ConnectFunction, connectTcp } from "../../src/link/connection.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { wrapSocket } from "../../tests/support/link_rig.ts";
import { stateKind } from "../../tests/support/talker.ts";
import { watchedRig } from "../../tests/support/watched_rig.ts";
import { type Figure, type Measurement, median } from "./figure.ts";

const ROUNDS = 10;
const TARGET_S = 0.3;
const ACCEPT_POLL_MS = 100;
const PACKET_EVERY_MS = 10;
const SENDER_NUM = 0x0a0b_0c0d;

type How = "orderly close (FIN)" | "reset (RST)" | "error while writing";

/** The figure. */
export const reconnectFigure: Figure = {
  letter: "a",
  title: "the node ends the connection and accepts again at once",
  waits: false,
  measure,
};

async function measure(): Promise<Measurement[]> {
  let breakWrites = false;
  const connect: ConnectFunction = async (...args) => {
    const socket = await connectTcp(...args);
    return wrapSocket(socket, {
      // The read stays pending, as when the radio network swallows what we send.
      write: (bytes) => breakWrites ? Promise.reject(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")) : socket.write(bytes),
    });
  };
  let arrived: ((packet: MeshPacket) => void) | undefined;
  await using rig = await watchedRig({
    clock: systemClock,
    // As the firmware: it looks for new connections every 100 ms.
    node: { nodes: 100, acceptPollMs: ACCEPT_POLL_MS, telemetryMs: 60_000, airScale: 0.5 },
    connect,
    sink: { packet: (packet) => arrived?.(packet) },
  });
  const { node, link } = rig;
  await stateKind(link, "ready");
  const seconds: Record<How, number[]> = { "orderly close (FIN)": [], "reset (RST)": [], "error while writing": [] };
  const dials: Record<How, number[]> = { "orderly close (FIN)": [], "reset (RST)": [], "error while writing": [] };
  let id = 0;
  // One of each kind in turn: orderly closes in a row would be a fight for the node's slot.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const how of Object.keys(seconds) as How[]) {
      // Any moment between two looks of the node for new connections.
      await delay(systemClock, 200 + ACCEPT_POLL_MS * Math.random());
      await stateKind(link, "ready");
      const dialedBefore = node.connections.dialed;
      const startedAtMs = systemClock.nowMs();
      if (how === "orderly close (FIN)") node.hangUp();
      else if (how === "reset (RST)") node.reset();
      else {
        breakWrites = true;
        link.send({ payloadVariant: { case: "heartbeat", value: { nonce: 0 } } });
        await stateKind(link, "dialing");
        breakWrites = false;
      }
      // One after the other: what the node gives to a connection that it does not know to be dead is lost.
      const flowing = new AbortController();
      arrived = (packet) => {
        if (packet.from === SENDER_NUM) flowing.abort();
      };
      while (!flowing.signal.aborted) {
        node.receiveFromMesh(textPacket(id += 1));
        await delay(systemClock, PACKET_EVERY_MS, flowing.signal).catch(() => {});
      }
      seconds[how].push((systemClock.nowMs() - startedAtMs) / 1000);
      dials[how].push(node.connections.dialed - dialedBefore);
    }
  }
  return (Object.keys(seconds) as How[]).flatMap((how): Measurement[] => [
    {
      what: `${how}: packets flow again`,
      measured: median(seconds[how]),
      unit: "s",
      target: { atMost: TARGET_S },
      detail: `median of ${ROUNDS}, longest ${Math.max(...seconds[how]).toFixed(3)} s; the node looks for connections every 0.1 s`,
    },
    {
      what: `${how}: new connections`,
      measured: Math.max(...dials[how]),
      unit: "each",
      target: { atMost: 1 },
      detail: `${ROUNDS} times, ${dials[how].join(" ")}`,
    },
  ]);
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

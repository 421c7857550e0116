import assert from "node:assert/strict";
import { PortNum } from "../../src/link/enums.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { Random } from "../../src/simulator/random.ts";
import { type LinkRig, linkRig } from "../support/link_rig.ts";
import { stateKind } from "../support/talker.ts";

const SECONDS = 30;
const MARKER = [0x94, 0xc3];

/** A text from the mesh; every third has a marker in it, every ninth a whole frame of somebody's own making. */
function packet(random: Random, id: number): Init<"MeshPacket"> {
  const payload = random.bytes(random.integer(1, 200));
  if (id % 3 === 0) payload.set(MARKER.slice(0, payload.length), random.integer(0, Math.max(0, payload.length - 2)));
  if (id % 9 === 0 && payload.length > 40) payload.set([...MARKER, 0, 4, 0x38, 0x07, 0x38, 0x07], random.integer(0, payload.length - 8));
  return {
    from: random.integer(4, 0x7fff_ffff),
    to: 0xffff_ffff,
    id,
    hopStart: 3,
    hopLimit: 2,
    rxSnr: 5.25,
    rxRssi: -90,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } },
  };
}

/** One of the simulator's faults; resolves when its bytes have been read. */
async function makeNoise({ node, sockets }: LinkRig, random: Random): Promise<void> {
  const before = sockets.readBytes;
  random.pick([
    () => node.halfFrame(),
    () => node.halfFrame(),
    () => node.garbage(random.integer(1, 300)),
    () => node.garbage(new Uint8Array([0x94])),
    () => node.garbage(new Uint8Array([0x94, 0x94, 0xc3])),
    () => node.garbage(new Uint8Array(MARKER)),
    () => node.garbage(new Uint8Array([...MARKER, 0x02, 0x01])),
    () => node.garbage(new Uint8Array([...MARKER, 0xff, 0xff])),
  ])();
  await sockets.untilRead(before + 1);
}

/** A packet from the mesh; resolves when its last byte has been read. */
async function sendPacket({ node, sockets }: LinkRig, message: Init<"MeshPacket">): Promise<void> {
  const before = sockets.readBytes;
  const written = node.waitFor("fromRadio");
  node.receiveFromMesh(message);
  await sockets.untilRead(before + (await written).payload.length + 4);
}

function packetIds(messages: readonly FromRadio[]): number[] {
  return messages.flatMap(({ payloadVariant }) => payloadVariant.case === "packet" ? [payloadVariant.value.id] : []);
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`Link loses no frame and invents none in ${SECONDS} s of half frames, garbage and stray markers (seed ${seed})`, async () => {
    await using rig = await linkRig({ node: { seed } });
    const { clock, node, talker, link } = rig;
    await stateKind(link, "ready");
    const random = new Random(seed);
    const others = new Set<unknown>();
    const before = talker.messages.length;
    let id = 0;
    // The node writes a frame in one go. So each write is read before the next, and no frame that comes in pieces follows
    // noise: a half frame and what comes behind it can make up bytes that nobody can tell from one frame.
    const startedAtMs = clock.nowMs();
    while (clock.nowMs() - startedAtMs < SECONDS * 1000) {
      const noisy = random.chance(0.5);
      if (noisy) {
        await makeNoise(rig, random);
        await clock.tick(random.integer(50, 100));
      }
      node.splitWrites(noisy ? undefined : random.pick([undefined, 1, 7, 100]));
      await sendPacket(rig, packet(random, id += 1));
      node.splitWrites(undefined);
      await clock.tick(random.integer(50, 100));
    }
    // A frame that was never finished holds the next ones back until more comes.
    const last = id + 1;
    await sendPacket(rig, packet(random, last));
    await talker.until(() => packetIds(talker.messages).includes(last));
    for (const { payloadVariant } of talker.messages.slice(before)) if (payloadVariant.case !== "packet") others.add(payloadVariant.case);
    assert.deepEqual(packetIds(talker.messages), Array.from({ length: last }, (_, index) => index + 1));
    assert.deepEqual([...others].filter((kind) => kind !== "queueStatus"), []);
    assert.equal(node.connections.dialed, 1);
  });
}

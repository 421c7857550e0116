import assert from "node:assert/strict";
import { PortNum } from "../../src/link/enums.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { Random } from "../../src/simulator/random.ts";
import { ioTurn, type LinkRig, linkRig } from "../support/link_rig.ts";
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

function makeNoise({ node }: LinkRig, random: Random): void {
  random.pick([
    () => node.halfFrame(),
    () => node.garbage(random.integer(1, 300)),
    () => node.garbage(new Uint8Array([0x94])),
    () => node.garbage(new Uint8Array([0x94, 0x94, 0xc3])),
    () => node.garbage(new Uint8Array([0x94, 0xc3])),
    () => node.garbage(new Uint8Array([0x94, 0xc3, 0x02, 0x01])),
    () => node.garbage(new Uint8Array([0x94, 0xc3, 0xff, 0xff])),
    () => node.splitWrites(random.pick([undefined, 1, 7, 100])),
    () => {},
  ])();
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
    for (let nowMs = 0; nowMs < SECONDS * 1000; nowMs += 100) {
      const burst = random.integer(0, 3);
      for (let count = 0; count < burst; count += 1) {
        // Noise and packets come in reads of their own, as from a real line: a half frame whose missing part has just the
        // length of the frames that come with it in one read cannot be told from a frame that holds them in a text.
        if (random.chance(0.5)) {
          makeNoise(rig, random);
          await ioTurn();
        }
        const written = node.waitFor("fromRadio");
        node.receiveFromMesh(packet(random, id += 1));
        await written;
        await ioTurn();
      }
      await clock.tick(100);
      await ioTurn();
    }
    // A frame that was never finished holds the next ones back until more comes, at the latest a second later.
    node.splitWrites(undefined);
    const last = id + 1;
    await clock.tick(2000);
    node.receiveFromMesh(packet(random, last));
    await talker.until(() => packetIds(talker.messages).includes(last));
    for (const { payloadVariant } of talker.messages.slice(before)) if (payloadVariant.case !== "packet") others.add(payloadVariant.case);
    assert.deepEqual(packetIds(talker.messages), Array.from({ length: last }, (_, index) => index + 1));
    assert.deepEqual([...others].filter((kind) => kind !== "queueStatus"), []);
    assert.equal(node.connections.dialed, 1);
  });
}

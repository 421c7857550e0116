/** What the tests of the store share: packets as the radio gives them, and a folder that goes away. */
import { make } from "../../src/link/codec.ts";
import { PortNum, TransportMechanism } from "../../src/link/enums.ts";
import type { Init, MeshPacket } from "../../src/link/messages.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { type Batch, BatchBuilder } from "../../src/store/batch.ts";
import { collectPacket } from "../../src/store/collect.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { encode } from "../../src/link/codec.ts";
import { startWorker } from "../../src/store/start_worker.ts";
import { openStore, type StoreOptions } from "../../src/store/open.ts";
import type { KeptDraft } from "../../src/mesh/outbox_journal.ts";
import type { Request, Store } from "../../src/store/store.ts";
import { systemClock } from "../../src/clock.ts";

/** Our own node. */
export const OWN = 0x16fad3dc;

/** A text that was received by radio, over no hop, unless the test says otherwise. */
export function heardPacket(init: Init<"MeshPacket"> & { readonly data?: Init<"Data"> } = {}): MeshPacket {
  const { data, ...packet } = init;
  return make("MeshPacket", {
    from: 0x1001,
    to: BROADCAST_NUM,
    id: 1,
    rxSnr: 6.25,
    rxRssi: -90,
    hopStart: 3,
    hopLimit: 3,
    transportMechanism: TransportMechanism.TRANSPORT_LORA,
    payloadVariant: {
      case: "decoded",
      value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode("hello"), bitfield: 1, ...data },
    },
    ...packet,
  });
}

/** A batch of packets, each with the time at which it came. */
export function batchOf(packets: readonly (readonly [MeshPacket, number])[], ownNum: number | undefined = OWN): Batch {
  const builder = new BatchBuilder(Math.max(1, packets.length));
  for (const [packet, atMs] of packets) collectPacket(builder, packet, readPacket(packet), encode("MeshPacket", packet), atMs);
  return builder.take(ownNum);
}

/** A folder of its own for a test. */
export async function tempFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "store-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A store in the folder, on the real clock and with the real thread. */
export function realStore(folder: string | undefined, options: Partial<StoreOptions> = {}): Store {
  const nodes = createNodeDb({ clock: options.clock ?? systemClock });
  nodes.ownNum = OWN;
  return openStore({ folder, clock: systemClock, keepDays: 30, maxMb: 512, nodes, startWorker, ...options });
}

/** A direct message to us. */
export function request(id: number, from = 0x2001): Request {
  return { from, id, to: OWN, channel: 0, raw: new TextEncoder().encode(`/ping ${id}`), rxTimeS: 0 };
}

/** One part of an answer. */
export function entry(packetId: number, more: Partial<KeptDraft> = {}): KeptDraft {
  return {
    packetId,
    to: 0x2001,
    channel: 0,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: new TextEncoder().encode(`pong ${packetId}`),
    priority: "reply",
    person: 0x2001,
    answerId: packetId,
    wantAck: true,
    wantResponse: false,
    hopLimit: 3,
    replyId: 7,
    publicKey: new Uint8Array(32).fill(9),
    requestChannel: undefined,
    expiresInMs: 300_000,
    label: "answer to /ping",
    ...more,
  };
}

/** Fills a history with a month of a large mesh, as the bot would have written it. */
import { encode } from "../../src/link/codec.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { Random } from "../../src/simulator/random.ts";
import { BatchBuilder } from "../../src/store/batch.ts";
import { collectPacket } from "../../src/store/collect.ts";
import { openHistory } from "../../src/store/history_file.ts";
import { HOUR_MS, writeBatch } from "../../src/store/history_writer.ts";
import { OWN_NUM, PACKETS_AN_HOUR, somePacket } from "./store_packets.ts";

const BATCH_PACKETS = 500;

/** Writes the packets of `hours` hours that end at `endMs`; gives how many that were. Throws when the file cannot be used. */
export function fillHistory(path: string, hours: number, endMs: number): number {
  const { db, kind } = openHistory(path, { maxMb: 4096 }, { wallMs: () => endMs });
  using history = db;
  if (kind !== "file") throw new Error(`Cannot fill ${path}: it is not usable as a file`);
  // It is thrown away afterwards: no disk needs to have it.
  history.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -100000");
  const random = new Random(1);
  const packets = hours * PACKETS_AN_HOUR;
  const startMs = endMs - hours * HOUR_MS;
  const batch = new BatchBuilder(BATCH_PACKETS);
  for (let index = 0; index < packets; index += 1) {
    const atMs = startMs + index * (HOUR_MS / PACKETS_AN_HOUR);
    const packet = somePacket(random, atMs);
    collectPacket(batch, packet, readPacket(packet), encode("MeshPacket", packet), atMs);
    if (batch.isFull) writeBatch(history, batch.take(OWN_NUM));
  }
  if (!batch.isEmpty) writeBatch(history, batch.take(OWN_NUM));
  return packets;
}

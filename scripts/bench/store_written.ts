/** (l) What the store writes to the disk in an hour of a large mesh. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { createNodeDb, type NodeDb } from "../../src/mesh/node_db.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { Random } from "../../src/simulator/random.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import type { Figure, Measurement } from "./figure.ts";
import { OWN_NUM, PACKETS_AN_HOUR, somePacket } from "./store_packets.ts";

const HOURS = 6;
const MINUTES = 60;
const COMMANDS_AN_HOUR = 60;

/** The figure. */
export const storeWrittenFigure: Figure = {
  letter: "l",
  title: "bytes written for 2,000 packets and 60 commands an hour",
  waits: false,
  async measure(): Promise<Measurement[]> {
    const folder = await Deno.makeTempDir({ prefix: "bench-store-" });
    try {
      const clock = createFakeClock();
      const nodes = createNodeDb({ clock });
      nodes.ownNum = OWN_NUM;
      const before = writtenBytes();
      {
        await using store = openStore({ folder, clock, keepDays: 30, maxMb: 512, nodes });
        const random = new Random(1);
        for (let minute = 0; minute < HOURS * MINUTES; minute += 1) {
          for (let packet = 0; packet < PACKETS_AN_HOUR / MINUTES; packet += 1) hear(store, nodes, random, clock.wallMs());
          for (let command = 0; command < COMMANDS_AN_HOUR / MINUTES; command += 1) answerOne(store, minute * 100 + command + 1);
          await clock.tick(60_000);
          await store.history.flush();
        }
      }
      const anHour = (writtenBytes() - before) / HOURS;
      const bareAnHour = bareWrittenBytes(join(folder, "bare.db")) / HOURS;
      return [{
        what: "disk writes in an hour of a large mesh",
        measured: anHour / 1e6,
        unit: "MB",
        target: { atMost: 25 },
        rival: { name: "bare SQLite", measured: bareAnHour / 1e6 },
        detail:
          `${PACKETS_AN_HOUR} packets and ${COMMANDS_AN_HOUR} commands an hour for ${HOURS} h of turned time; all write calls (wchar); bare: times and raw bytes of the same packets alone, a transaction a minute, no command`,
      }];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

function hear(store: Store, nodes: NodeDb, random: Random, atMs: number): void {
  const packet = somePacket(random, atMs);
  const incoming = readPacket(packet);
  nodes.applyReception(incoming);
  if (incoming.kind === "nodeInfo") nodes.applyUser(incoming.from, incoming.user);
  if (incoming.kind === "position") nodes.applyPosition(incoming.from, incoming.position);
  store.history.packet(packet, incoming, encode("MeshPacket", packet));
}

/** A command, its answer and its end, as the journal is told of them. */
function answerOne(store: Store, id: number): void {
  const request = { from: 0x2001, id, to: OWN_NUM, channel: 0, raw: new Uint8Array(70), rxTimeS: 0 };
  store.journal.received(request);
  const entry = {
    packetId: id,
    to: 0x2001,
    channel: 0,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: new Uint8Array(150),
    priority: "reply",
    person: 0x2001,
    answerId: id,
    wantAck: true,
    wantResponse: false,
    hopLimit: 3,
    replyId: id,
    publicKey: new Uint8Array(32),
    requestChannel: undefined,
    expiresInMs: 300_000,
    label: "answer to /ping",
  } as const;
  const [number = 0] = store.journal.queued([entry], request);
  store.journal.sending(number);
  store.journal.outcome(number, "delivered");
}

/** What a plain table costs, kept as safely: a log that is worked into the file now and then. */
function bareWrittenBytes(path: string): number {
  const before = writtenBytes();
  {
    using db = new DatabaseSync(path);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE packets (at_us INTEGER PRIMARY KEY, raw BLOB NOT NULL)");
    const insert = db.prepare("INSERT INTO packets VALUES (?, ?)");
    const random = new Random(1);
    let at = 0;
    for (let minute = 0; minute < HOURS * MINUTES; minute += 1) {
      db.exec("BEGIN");
      for (let packet = 0; packet < PACKETS_AN_HOUR / MINUTES; packet += 1) {
        insert.run(at += 1, encode("MeshPacket", somePacket(random, minute * 60_000)));
      }
      db.exec("COMMIT");
    }
  }
  return writtenBytes() - before;
}

/** Everything that this process has given to write calls. */
function writtenBytes(): number {
  return Number(/wchar: (\d+)/.exec(Deno.readTextFileSync("/proc/self/io"))?.[1]);
}

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { delay, systemClock } from "../../src/clock.ts";
import { encode } from "../../src/link/codec.ts";
import type { FromRadio } from "../../src/link/messages.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { HOUR_MS } from "../../src/store/history_writer.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { debianProgram } from "../support/debian.ts";
import { stateKind, Talker } from "../support/talker.ts";
import { heardPacket, realStore, request, tempFolder } from "./support.ts";

const DELAY_MS = 3000;
const EVERY_MS = 10;

/** Keeps and journals what comes, as the bot does, and notes how long after its sending each packet was there. */
class KeepingTalker extends Talker {
  readonly latenessMs: number[] = [];
  keep: (message: FromRadio) => void = () => {};
  sentAtMs = new Map<number, number>();

  override received(message: FromRadio): void {
    super.received(message);
    const { payloadVariant } = message;
    if (payloadVariant.case !== "packet") return;
    const sentAtMs = this.sentAtMs.get(payloadVariant.value.id);
    if (sentAtMs === undefined) return;
    this.keep(message);
    this.latenessMs.push(systemClock.nowMs() - sentAtMs);
  }
}

Deno.test("Store makes no frame late while its disk takes 3 s for a transaction", async () => {
  await using folder = await tempFolder();
  await using store = realStore(folder.path);
  await using node = await startSimulatedNode({ acceptPollMs: 0, airScale: 0, telemetryMs: 1e9 });
  const talker = new KeepingTalker();
  await using link = await openLink({ host: "127.0.0.1", port: node.port, clock: systemClock, slots: new Slots(), user: talker });
  await stateKind(link, "ready");
  let kept = 0;
  talker.keep = ({ payloadVariant }) => {
    if (payloadVariant.case !== "packet") return;
    const packet = payloadVariant.value;
    store.journal.received({ ...request(packet.id), raw: encode("MeshPacket", packet) });
    store.history.packet(packet, readPacket(packet));
    void store.history.flush();
    kept += 1;
  };
  let nextId = 1;
  /** Sends for a while; the worst lateness of it. */
  async function sendFor(durationMs: number): Promise<number> {
    talker.latenessMs.length = 0;
    const endMs = systemClock.nowMs() + durationMs;
    const before = kept;
    let sent = 0;
    while (systemClock.nowMs() < endMs) {
      const id = nextId++;
      talker.sentAtMs.set(id, systemClock.nowMs() + EVERY_MS);
      await delay(systemClock, EVERY_MS);
      node.receiveFromMesh(heardPacket({ id }));
      sent += 1;
    }
    await talker.until(() => kept === before + sent);
    return Math.max(...talker.latenessMs);
  }
  const undisturbedMs = await sendFor(500);
  await store.history.flush();
  const other = new DatabaseSync(join(folder.path, "meshbot.db"));
  other.exec("BEGIN IMMEDIATE");
  // Something to be written stands before the question.
  store.history.linkEvent("ready");
  const asked = store.history.ask("types", { fromMs: systemClock.wallMs() - HOUR_MS, toMs: systemClock.wallMs() });
  let answered = false;
  void asked.then(() => answered = true);
  const worstMs = await sendFor(DELAY_MS);
  assert.equal(answered, false, "the thread was held up all the while");
  other.exec("COMMIT");
  other.close();
  await asked;
  const { packets } = await store.history.ask("types", { fromMs: systemClock.wallMs() - HOUR_MS, toMs: systemClock.wallMs() });
  assert.equal(packets, kept);
  assert.ok(worstMs < undisturbedMs + DELAY_MS / 4, `${worstMs} ms with a slow disk, ${undisturbedMs} ms without`);
});

debianProgram("strace").test("Store holds up nobody while each sync of the disk takes 3 s", async () => {
  await using folder = await tempFolder();
  const log = join(folder.path, "strace.log");
  const child = fileURLToPath(new URL("./slow_disk_child.ts", import.meta.url));
  const inject = `inject=fsync,fdatasync:delay_exit=${DELAY_MS * 1000}`;
  const { success, stdout, stderr } = await new Deno.Command("strace", {
    args: [
      "-f",
      "-o",
      log,
      "-e",
      "trace=fsync,fdatasync",
      "-e",
      inject,
      // Deno keeps caches of its own, whose syncs are no concern of the store's.
      ...["journal.db", "meshbot.db"].flatMap((
        name,
      ) => ["-P", join(folder.path, "data", name), "-P", join(folder.path, "data", `${name}-wal`)]),
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      child,
      join(folder.path, "data"),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const { worstMs, steps } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly worstMs: number; readonly steps: number };
  assert.ok((await Deno.readTextFile(log)).includes("sync("), "somebody waited for the disk");
  assert.ok(steps > 50, `${steps} steps`);
  assert.ok(worstMs < DELAY_MS / 2, `${worstMs} ms`);
});

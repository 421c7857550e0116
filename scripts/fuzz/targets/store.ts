/** Packets of strangers on their way into the history, and the questions that are asked of it. */
import { decode } from "../../../src/link/codec.ts";
import { packetBytes } from "../../../src/link/packet_bytes.ts";
import { createNodeDb } from "../../../src/mesh/node_db.ts";
import { readPacket } from "../../../src/mesh/packet.ts";
import { BatchBuilder } from "../../../src/store/batch.ts";
import { collectPacket } from "../../../src/store/collect.ts";
import { HistoryKeeper } from "../../../src/store/history_keeper.ts";
import { nodeCells, nodeRecord } from "../../../src/store/node_rows.ts";
import type { Asked } from "../../../src/store/protocol.ts";
import { createFakeClock } from "../../../tests/support/fake_clock.ts";
import { payloadsIn } from "../mutator.ts";
import { packetFrames } from "../packet_frames.ts";
import { allowing, mustHold, type Target } from "../target.ts";
import { isDecodeError } from "./codec.ts";

const DAY_MS = 86_400_000;
const ASK_EVERY = 50;

export const store: Target = {
  name: "store",
  shape: "frames",
  seeds: packetFrames,
  open() {
    const clock = createFakeClock();
    const said: string[] = [];
    let keeper = open();
    let runs = 0;
    return {
      run(input) {
        const nodes = createNodeDb({ clock });
        const batch = new BatchBuilder(500);
        for (const payload of payloadsIn(input)) {
          const message = allowing(isDecodeError, () => decode("FromRadio", payload));
          if (message?.payloadVariant.case !== "packet") continue;
          const packet = message.payloadVariant.value;
          const incoming = readPacket(packet);
          nodes.applyReception(incoming);
          if (incoming.kind === "nodeInfo") nodes.applyUser(incoming.from, incoming.user);
          if (incoming.kind === "position") nodes.applyPosition(incoming.from, incoming.position);
          if (incoming.kind === "telemetry") nodes.applyTelemetry(incoming.from, incoming.telemetry);
          collectPacket(batch, packet, incoming, packetBytes(payload) ?? payload, clock.wallMs());
          const record = nodes.get(packet.from);
          if (record !== undefined) batch.addRow("nodes", nodeCells(record, clock.wallMs()));
          if (batch.isFull) break;
        }
        if (!batch.isEmpty) keeper.write(batch.take(1));
        mustHold(said.length === 0, `every batch can be written: ${said[0]}`);
        runs += 1;
        if (runs % ASK_EVERY !== 1) return;
        askEverything(keeper, clock.wallMs());
        if (runs % 5000 === 1) {
          keeper.close();
          keeper = open();
        }
      },
      close: () => keeper.close(),
    };

    function open(): HistoryKeeper {
      return new HistoryKeeper({
        path: undefined,
        journalPath: undefined,
        keepDays: 30,
        maxMb: 16,
        clock,
        tell: (message) => void (message.type === "said" && message.level !== "info" && said.push(message.text)),
      });
    }
  },
};

function askEverything(keeper: HistoryKeeper, nowMs: number): void {
  for (const asked of questionsAt(nowMs)) keeper.ask(asked);
  for (const row of keeper.loadNodes().rows) nodeRecord(row);
}

/** Every question once. */
export function questionsAt(nowMs: number): Asked[] {
  const span = { fromMs: nowMs - DAY_MS, toMs: nowMs + DAY_MS };
  return [
    { name: "overview", question: span },
    { name: "top", question: { ...span, count: 5 } },
    { name: "types", question: span },
    { name: "hours", question: span },
    { name: "hops", question: { ...span, count: 5 } },
    { name: "channel", question: { ...span, count: 5 } },
    { name: "texts", question: { ...span, channels: [0, 1], count: 5 } },
    { name: "links", question: span },
    { name: "links", question: { ...span, order: "distance", ownPlace: { latitude: 48.8, longitude: 2.3 } } },
    { name: "seen", question: span },
    { name: "readings", question: { ...span, kind: "x", count: 10 } },
    { name: "linkEvents", question: { ...span, count: 5 } },
    { name: "info", question: {} },
  ];
}

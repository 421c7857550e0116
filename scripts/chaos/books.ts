/** Notes what is handed to the bot, what it gives to the node and what goes on the air. */
import { systemClock } from "../../src/clock.ts";
import { decode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { BotLink } from "./bot_link.ts";
import type { Answers, SaidText } from "./invariants/answers.ts";
import type { SharedClients } from "./invariants/shared_clients.ts";

/** What is kept, and who is told. */
export interface BooksOptions {
  readonly node: SimulatedNode;
  readonly answers: Answers;
  readonly shared: SharedClients;
  readonly link: BotLink;
  /** The command with this id has its answer on the air. */
  readonly onAnswer: (id: number) => void;
}

/** Keeps the books as long as the node lives. */
export function keepBooks({ node, answers, shared, link, onAnswer }: BooksOptions): void {
  node.on("fromRadio", ({ connection, payload }) => {
    const { payloadVariant } = decode("FromRadio", payload);
    if (payloadVariant.case !== "packet") return;
    if (link.isStranger(connection)) return answers.stolen(payloadVariant.value);
    const atMs = systemClock.nowMs();
    answers.handed(payloadVariant.value, connection, atMs);
    shared.handed(payloadVariant.value, payload, connection, atMs);
  });
  node.on("lost", ({ packet }) => {
    answers.lost(packet);
    shared.lost(packet);
  });
  node.on("toRadio", ({ connection, message: { payloadVariant } }) => {
    if (payloadVariant.case !== "packet" || link.isStranger(connection)) return;
    shared.given(payloadVariant.value, systemClock.nowMs());
    const said = textOf(payloadVariant.value);
    if (said !== undefined) answers.given(said);
  });
  node.on("transmit", ({ packet }) => {
    const said = textOf(packet);
    if (said === undefined || shared.aired(said)) return;
    const id = answers.aired(said);
    if (id !== undefined) onAnswer(id);
  });
}

function textOf({ id, to, payloadVariant }: MeshPacket): SaidText | undefined {
  if (payloadVariant.case !== "decoded" || payloadVariant.value.portnum !== PortNum.TEXT_MESSAGE_APP) return undefined;
  const { replyId, payload } = payloadVariant.value;
  return { packetId: id, to, replyId, text: new TextDecoder().decode(payload) };
}

/** Everything that leaves the program for the mesh: the outbox with the air time it may use, and the questions and orders behind it. */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { LinkView } from "../context.ts";
import { PortNum } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { type AirtimeLedger, createAirtimeLedger, modemOf, onAirBytes, timeOnAirMs } from "../mesh/airtime.ts";
import { type Budget, createBudget, utilizationOf } from "../mesh/budget.ts";
import { cureMissingKey } from "../mesh/missing_key.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import { Outbox, type OutboxOptions } from "../mesh/outbox.ts";
import type { OutboxJournal } from "../mesh/outbox_journal.ts";
import type { Draft, Outcome } from "../mesh/outgoing.ts";
import { AdminOrders } from "../mesh/remote_admin.ts";
import { Requests } from "../mesh/requests.ts";
import type { RadioInfo } from "../mesh/session.ts";
import { BROADCAST_NUM } from "../node_id.ts";

/** What sending needs. */
export interface SendingOptions {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly nodes: NodeDb;
  readonly radio: () => RadioInfo | undefined;
  /** Hands a packet to our node; false when there is no ready link. */
  readonly give: (packet: Init<"MeshPacket">) => boolean;
  /** Hands our node an encoded MeshPacket as it is; false when there is no ready link. */
  readonly giveBytes: (packet: Uint8Array, id: number) => boolean;
  readonly journal: OutboxJournal;
  readonly onSent?: OutboxOptions["onSent"];
  readonly onEnd?: OutboxOptions["onEnd"];
}

/** The ways out, and what they have used. */
export interface Sending {
  readonly outbox: Outbox;
  readonly airtime: AirtimeLedger;
  readonly budget: Budget;
  readonly requests: Requests;
  readonly orders: AdminOrders;
  /** How what was sent has ended. */
  readonly outcomes: LinkView["outcomes"];
  readonly deliveredSealed: () => number;
}

/** Builds the outbox and what sends through it. */
export function createSending(options: SendingOptions): Sending {
  const { clock, config, nodes, radio, give } = options;
  const airtime = createAirtimeLedger({ clock });
  const outcomes: Record<Outcome["kind"], number> = { delivered: 0, relayed: 0, failed: 0, unknown: 0, expired: 0 };
  let deliveredSealed = 0;
  const ownNum = () => radio()?.nodeNum;
  const budget = createBudget({
    clock,
    ledger: airtime,
    percent: () => config().mesh.airtime_percent,
    utilization: () => utilizationOf(nodes.get(ownNum() ?? 0)),
  });
  const outbox: Outbox = new Outbox({
    clock,
    send: give,
    sendBytes: options.giveBytes,
    journal: options.journal,
    refuses(draft, dataBytes) {
      const ms = onAirMs(draft, dataBytes);
      const { listen_only, listen_only_until = 0 } = config().mesh;
      if (listen_only || clock.wallMs() < listen_only_until) {
        const text = draft.portnum === PortNum.TEXT_MESSAGE_APP
          ? `: ${new TextDecoder().decode(draft.payload).replaceAll("\n", " / ")}`
          : "";
        return `listening only: ${ms} ms on the air${text}`;
      }
      return budget.affords(ms) ? undefined : "the bot's air time of this hour is used up";
    },
    onSent(sent) {
      airtime.add(onAirMs(sent.draft, sent.dataBytes), sent.draft.label);
      options.onSent?.(sent);
    },
    onEnd(ended) {
      outcomes[ended.outcome.kind] += 1;
      if (ended.outcome.kind === "delivered" && ended.draft.publicKey !== undefined) deliveredSealed += 1;
      options.onEnd?.(ended);
    },
    cureMissingKey: (to) =>
      cureMissingKey(to, {
        clock,
        node: (nodeNum) => nodes.get(nodeNum),
        ownNum,
        sendToOwnNode: give,
        enqueue: (draft) => void outbox.enqueue(draft),
      }),
  });
  const behindOutbox = {
    clock,
    enqueue: (draft: Draft) => outbox.enqueue(draft),
    answered: (requestId: number) => outbox.answered(requestId),
    ownNum,
  };
  const requests = new Requests(behindOutbox);
  const orders = new AdminOrders({ ...behindOutbox, publicKeyOf: (nodeNum) => nodes.get(nodeNum)?.publicKey });

  function onAirMs(draft: Draft, dataLengthBytes: number): number {
    const lora = radio()?.lora;
    // A message to our own node never goes on the air.
    if (draft.to === ownNum()) return 0;
    // A direct message is encrypted for its recipient's key whenever the node knows one.
    return lora === undefined ? 0 : timeOnAirMs(onAirBytes({ dataLengthBytes, pki: draft.to !== BROADCAST_NUM }), modemOf(lora));
  }

  return { outbox, airtime, budget, requests, orders, outcomes, deliveredSealed: () => deliveredSealed };
}

/** An outbox on a radio that takes everything and says nothing until the test does. */
import assert from "node:assert/strict";
import { make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { Outbox, type Ticket } from "../../src/mesh/outbox.ts";
import type { OutboxJournal } from "../../src/mesh/outbox_journal.ts";
import type { Draft, Outcome } from "../../src/mesh/outgoing.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";

/** Our own node. */
export const OWN = 0xa1b20a01;
/** Two people. */
export const ALICE = 0x1000;
export const BOB = 0x2000;

/** One packet as the node got it. */
export interface Sent {
  readonly atMs: number;
  readonly packet: Init<"MeshPacket">;
  readonly id: number;
  readonly text: string;
}

/** The outbox with what it sent and what ended. */
export class Bench {
  readonly clock: FakeClock = createFakeClock();
  readonly sent: Sent[] = [];
  readonly ended: { id: number; outcome: Outcome }[] = [];
  readonly outbox: Outbox;
  connected = true;
  #answerId = 0;

  constructor(ready = true, journal?: OutboxJournal) {
    this.outbox = new Outbox({
      clock: this.clock,
      send: (packet) => {
        if (!this.connected) return false;
        const data = packet.payloadVariant?.case === "decoded" ? packet.payloadVariant.value : {};
        this.sent.push({ atMs: this.clock.nowMs(), packet, id: packet.id ?? 0, text: new TextDecoder().decode(data.payload) });
        return true;
      },
      ...(journal === undefined ? {} : { journal }),
      onEnd: ({ id, outcome }) => void this.ended.push({ id, outcome }),
    });
    if (ready) this.ready();
  }

  ready(outageMs = 0): void {
    this.connected = true;
    this.outbox.linkReady({ nodeNum: OWN, hopLimit: 3, outageMs });
  }

  lost(): void {
    this.connected = false;
    this.outbox.linkLost();
  }

  text(text: string, draft: Partial<Draft> = {}): Ticket {
    const to = draft.to ?? ALICE;
    return this.outbox.enqueue({
      to,
      channel: 0,
      portnum: PortNum.TEXT_MESSAGE_APP,
      payload: new TextEncoder().encode(text),
      priority: "reply",
      person: to,
      answerId: ++this.#answerId,
      wantAck: true,
      expiresAtMs: this.clock.nowMs() + 600_000,
      label: "text",
      ...draft,
    });
  }

  status(id: number, res = 0, free = 15): void {
    this.outbox.queueStatus(make("QueueStatus", { res, free, maxlen: 16, meshPacketId: id }));
  }

  /** The node takes everything sent so far. */
  statusOfLast(res = 0, free = 15): void {
    this.status(this.last().id, res, free);
  }

  last(): Sent {
    const last = this.sent.at(-1);
    assert.ok(last, "nothing was sent");
    return last;
  }

  /** Lets time go on, the node taking each packet as it comes. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      const before = this.sent.length;
      await this.clock.tick(100);
      for (const { id } of this.sent.slice(Math.max(0, before - 1))) this.status(id);
    }
  }
}

/** What waits in the node for its client: packets, reports, notices. Kept between connections (MeshService.cpp). */
import { PortNum } from "../link/enums.ts";
import type { Init, MeshPacket } from "../link/messages.ts";

// mesh-pb-constants.h: MAX_RX_QUEUESTATUS_TOPHONE and MAX_RX_NOTIFICATION_TOPHONE.
const MAX_REPORTS = 2;
const MAX_NOTICES = 2;
const RANGE_TEST_APP = 66;

/** The three queues to the client. */
export class PhoneQueues {
  readonly #maxPackets: number;
  readonly #onData: () => void;
  readonly #onLost: (packet: MeshPacket) => void;
  readonly #packets: MeshPacket[] = [];
  readonly #reports: Init<"QueueStatus">[] = [];
  readonly #notices: Init<"ClientNotification">[] = [];

  constructor(options: { readonly maxPackets: number; readonly onData: () => void; readonly onLost?: (packet: MeshPacket) => void }) {
    this.#maxPackets = options.maxPackets;
    this.#onData = options.onData;
    this.#onLost = options.onLost ?? (() => {});
  }

  /** Packets that wait. */
  get packetCount(): number {
    return this.#packets.length;
  }

  /** Queues a packet. In a full queue a text pushes the oldest packet out; any other packet is lost. */
  pushPacket(packet: MeshPacket): void {
    if (this.#packets.length >= this.#maxPackets) {
      const portnum = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value.portnum : PortNum.UNKNOWN_APP;
      if (portnum !== PortNum.TEXT_MESSAGE_APP && portnum !== RANGE_TEST_APP) return this.#onLost(packet);
      this.#onLost(this.#packets.shift() as MeshPacket);
    }
    this.#packets.push(packet);
    this.#onData();
  }

  /** Queues a report; the oldest of three is lost. */
  pushReport(report: Init<"QueueStatus">): void {
    if (this.#reports.length >= MAX_REPORTS) this.#reports.shift();
    this.#reports.push(report);
    this.#onData();
  }

  /** Queues a notice for the person at the client; the oldest of three is lost. */
  pushNotice(notice: Init<"ClientNotification">): void {
    if (this.#notices.length >= MAX_NOTICES) this.#notices.shift();
    this.#notices.push(notice);
    this.#onData();
  }

  /** Takes the most urgent message: reports before notices before packets. */
  take(): NonNullable<Init<"FromRadio">["payloadVariant"]> | undefined {
    const report = this.#reports.shift();
    if (report !== undefined) return { case: "queueStatus", value: report };
    const notice = this.#notices.shift();
    if (notice !== undefined) return { case: "clientNotification", value: notice };
    const packet = this.#packets.shift();
    return packet === undefined ? undefined : { case: "packet", value: packet };
  }

  /** Forgets everything, as a restart does. */
  clear(): void {
    for (const packet of this.#packets) this.#onLost(packet);
    this.#packets.length = this.#reports.length = this.#notices.length = 0;
  }
}

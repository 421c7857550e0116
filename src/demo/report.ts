/** How the demo shows what goes over the air: for people, or one JSON object a line. */
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import type { AirDelivery, AirText } from "../simulator/mesh_events.ts";

/** How a text ended, as the simulation or as the bot knows it (`unknown` and `expired` besides). */
export type ReportedDelivery = Omit<AirDelivery, "delivery"> & {
  readonly delivery: string;
  /** Of the bot's own: whether it was encrypted for the recipient's key; then nobody else can have said that it arrived. */
  readonly pki?: boolean;
};

/** Takes the events of the air. */
export interface Report {
  text(text: AirText): void;
  delivery(delivery: ReportedDelivery): void;
}

/** One JSON object a line; only messages have `text`, only deliveries have `delivery`. */
export function jsonReport(write: (line: string) => void): Report {
  return {
    text({ at, from, to, channel, text, bytes, id, replyId }) {
      write(JSON.stringify({ at: isoTime(at), from: formatNodeId(from), to: formatNodeId(to), channel, text, bytes, id, replyId }));
    },
    delivery({ at, from, to, id, delivery, pki, reason }) {
      const why = reason === undefined ? {} : { reason };
      write(
        JSON.stringify({
          at: isoTime(at),
          from: formatNodeId(from),
          to: formatNodeId(to),
          id,
          delivery,
          ...(pki === undefined ? {} : { pki }),
          ...why,
        }),
      );
    },
  };
}

/** What a person's report needs to know. */
export interface PersonReportOptions {
  readonly write: (line: string) => void;
  /** The person in front of the screen: what others say to each other directly does not reach them. */
  readonly personNum: number;
  readonly botNum: number;
  readonly nameOf: (nodeNum: number) => string;
  /** Time on the air of a text of so many bytes, milliseconds. */
  readonly airtimeMs: (text: AirText) => number;
}

const MARKS: Record<string, string> = {
  delivered: "✓✓ delivered",
  relayed: "✓ relayed by a neighbour",
  failed: "✗ failed",
  unknown: "? unknown",
  expired: "✗ expired",
};

/** What this person's radio would show, with delivery marks and air time. */
export function personReport(options: PersonReportOptions): Report {
  const { write, personNum, botNum, nameOf, airtimeMs } = options;
  return {
    text(text) {
      if (text.to !== BROADCAST_NUM && text.to !== personNum && text.from !== personNum) return;
      const where = text.to === BROADCAST_NUM ? `#${text.channel}` : text.from === personNum ? `→ ${nameOf(text.to)}` : "direct";
      const who = text.from === personNum ? "you" : text.from === botNum ? `${nameOf(text.from)} (the bot)` : nameOf(text.from);
      const cost = `${text.bytes} bytes, ${Math.round(airtimeMs(text))} ms on the air`;
      write(`${clockTime(text.at)} [${where}] ${who}: ${text.text.split("\n").join("\n         ")}   (${cost})`);
    },
    delivery({ at, from, to, delivery, pki, reason }) {
      if (from !== personNum && to !== personNum && !(from === botNum && to === BROADCAST_NUM)) return;
      const whose = from === personNum ? "your message" : "the bot's answer";
      write(
        `${clockTime(at)}          ${whose}: ${MARKS[delivery] ?? delivery}${pki === true ? ", encrypted" : ""}${
          reason === undefined ? "" : ` (${reason})`
        }`,
      );
    },
  };
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

function clockTime(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}

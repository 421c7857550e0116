/** What the numbers mean, in a sentence, and what to do next. */
import type { Summary } from "./summary.ts";
import { formatTarget } from "./target.ts";
import { count, formatMs } from "./words.ts";

/** The judgement of a run. */
export interface Verdict {
  readonly healthy: boolean;
  /** One sentence. */
  readonly verdict: string;
  /** What to do, the most promising first; empty when there is nothing. */
  readonly next: readonly string[];
}

const CLOSE_OTHERS =
  "close the network connection of the phone apps to this node (the app may go on by Bluetooth only when nothing else shall read), and stop every other program that uses port 4403: another bot, Home Assistant, a map feeder, a second diag";
const ONE_READER =
  "close the node's web page and the app's USB or Bluetooth connection to it: every client takes packets out of the same queue";
// A node in the same network answers in a tenth of that.
const SLOW_MS = 1000;

/** Judges a run. */
export function judge(summary: Summary): Verdict {
  if (summary.path.obstacle !== undefined) {
    return { healthy: false, verdict: `No connection: ${summary.path.obstacle.meaning}.`, next: [summary.path.obstacle.cure] };
  }
  if (summary.mode === "raw") return judgeRaw(summary);
  const fault = noHandshake(summary) ?? otherClient(summary) ?? silence(summary) ?? losses(summary) ?? lostAnswers(summary);
  return fault === undefined ? healthy(summary) : { healthy: false, ...fault };
}

type Fault = Pick<Verdict, "verdict" | "next">;

function judgeRaw(summary: Summary): Verdict {
  const where = formatTarget(summary.target);
  const heldFor = formatMs(summary.durationMs);
  if (summary.disconnects === 0) {
    return {
      healthy: true,
      verdict: `The TCP connection to ${where} held for ${heldFor}${summary.stoppedEarly ? ", until you stopped it" : ""}.`,
      next: ["this says nothing about the node's answers: run it again without --raw"],
    };
  }
  if (summary.causes.fin > 0) {
    return {
      healthy: true,
      verdict:
        `The node closed the TCP connection in order after ${heldFor}: it does so with a client that says nothing (for 15 minutes, from firmware 2.7.21 on), and when another client connects.`,
      next: ["run it again without --raw: a client that speaks is not closed for its silence"],
    };
  }
  return {
    healthy: true,
    verdict: `The TCP connection to ${where} broke after ${heldFor} (${
      causesText(summary)
    }), although not a word of the protocol was spoken.`,
    next: ["look at the Wi-Fi, the router and the node's power supply before anything else, then run it again without --raw"],
  };
}

function noHandshake(summary: Summary): Fault | undefined {
  if (summary.handshakes > 0) return undefined;
  const { totals, disconnects } = summary;
  const where = formatTarget(summary.target);
  if (totals.frames === 0 && totals.skippedBytes > 0) {
    return {
      verdict: `No handshake: something answers at ${where}, but it does not speak the Meshtastic protocol.`,
      next: ["look at the address and the port: the node's API is on port 4403, its web page is not"],
    };
  }
  if (disconnects > 0) {
    return {
      verdict: `No handshake: ${where} accepts the connection and ends it before the handshake is complete (${causesText(summary)}).`,
      next: [
        "restart the node; one with little memory and a long node list breaks off here, and a node database reset helps",
        CLOSE_OTHERS,
      ],
    };
  }
  if (totals.frames > 0) {
    return {
      verdict: `No handshake: the node began to answer and did not finish within ${formatMs(summary.durationMs)}.`,
      next: ["give it more time with --duration; a long node list takes up to a minute", "restart the node if it stays so"],
    };
  }
  return {
    verdict: `No handshake: ${where} accepted the connection but says nothing.`,
    next: ["restart the node: its network part answers and its program does not", "make sure that this is the node's address"],
  };
}

function otherClient(summary: Summary): Fault | undefined {
  const { replaced } = summary.causes;
  if (replaced === 0 && !summary.fought) return undefined;
  return {
    verdict: `Another client keeps taking the node's only TCP connection: it was replaced ${count(Math.max(replaced, 1), "time")} in ${
      formatMs(summary.durationMs)
    }.`,
    next: [CLOSE_OTHERS],
  };
}

function silence(summary: Summary): Fault | undefined {
  if (summary.causes.silence === 0 && summary.phase !== "silent" && summary.probes.config.unanswered === 0) return undefined;
  const times = summary.causes.silence === 0 ? "" : ` (${count(summary.causes.silence, "time")})`;
  return {
    verdict: `The connection stayed open but the node fell silent and answered no question${times}; the longest silence was ${
      formatMs(summary.longestSilenceMs)
    }.`,
    next: [
      "look at the node's Wi-Fi signal and power supply: a node that has lost its network says no goodbye",
      "switch the node's power saving off, and update its firmware",
    ],
  };
}

function losses(summary: Summary): Fault | undefined {
  if (summary.disconnects === 0) return undefined;
  const { causes, restarts } = summary;
  const lost = `The connection was lost ${count(summary.disconnects, "time")} in ${formatMs(summary.durationMs)} (${causesText(summary)})`;
  if (restarts > 0) {
    return {
      verdict: `${lost}: the node has restarted ${count(restarts, "time")}.`,
      next: [
        "look at the node's power supply and cable first, then update its firmware: a node that restarts by itself has crashed or lost its power",
      ],
    };
  }
  if (causes.fin > 0) {
    return {
      verdict: `${lost}: the node closed it in order and has not restarted, as it does when another client connects.`,
      next: [CLOSE_OTHERS, "run it for longer to see whether it comes again"],
    };
  }
  if (causes.rst > 0) {
    return {
      verdict: `${lost}: the node, or something between, broke it off by a reset.`,
      next: [
        "look whether the node restarts (its uptime in the app), and whether a router or firewall between ends connections",
        "try --raw",
      ],
    };
  }
  return {
    verdict: `${lost}: the network between here and the node broke it.`,
    next: ["look at the node's Wi-Fi signal, the router and the cables; try --raw to leave the protocol out"],
  };
}

function lostAnswers(summary: Summary): Fault | undefined {
  const { unanswered, sent } = summary.probes.heartbeat;
  if (unanswered === 0) return undefined;
  const missed = `${unanswered} of ${count(sent, "heartbeat")} got no answer, although the connection held`;
  if (summary.otherReader) {
    return {
      verdict: `Another program reads from the same node: ${missed} and the node answers other questions.`,
      next: [ONE_READER],
    };
  }
  return {
    verdict: `The node answers badly: ${missed}.`,
    next: ["look at the node's Wi-Fi signal and load, and run it for longer", ONE_READER],
  };
}

function healthy(summary: Summary): Verdict {
  const held = `The link is healthy: it held for ${formatMs(summary.durationMs)} without a loss`;
  const median = summary.roundTripMs?.median;
  const answers = median === undefined ? "" : `, and the node answers in ${formatMs(median)}`;
  const next: string[] = [];
  if (summary.otherReader) next.push(ONE_READER);
  if (median !== undefined && median > SLOW_MS) next.push("the answers are slow: look at the node's Wi-Fi signal");
  if (summary.totals.skippedFrames > 0) next.push("some frames came garbled: if that grows, look at the network and the firmware");
  if (summary.packets === 0) {
    next.push(
      "no packet came: a quiet mesh is no fault of the link, but look at the antenna, region and channel if it should not be quiet",
    );
  }
  const but = summary.otherReader
    ? "; but another program takes packets out of the node's queue, so that messages get lost without a trace"
    : "";
  return { healthy: true, verdict: `${held}${answers}${but}.`, next };
}

/** The causes of the losses in a few words: `2 by FIN, 1 by RST`. */
export function causesText({ causes }: Pick<Summary, "causes">): string {
  return Object.entries(CAUSE_TEXT).flatMap(([cause, text]) => {
    const times = causes[cause as keyof typeof causes];
    return times === 0 ? [] : [`${times} by ${text}`];
  }).join(", ");
}

const CAUSE_TEXT = {
  fin: "FIN",
  rst: "RST",
  silence: "silence",
  writeError: "write error",
  replaced: "another client",
  other: "read error",
} as const;

/** The report of a run, for people and for programs. */
import { formatNodeId } from "../node_id.ts";
import { nodeText } from "./events.ts";
import { MODE_TEXT } from "./mode.ts";
import type { PathReport } from "./path.ts";
import { type Summary, TIMELINE_COLUMNS } from "./summary.ts";
import { formatTarget } from "./target.ts";
import { LEGEND, timelineScale } from "./timeline.ts";
import { causesText, type Verdict } from "./verdict.ts";
import { formatMs, oneLine } from "./words.ts";

type Row = readonly [string, string];

/** The lines for people. */
export function reportLines(summary: Summary, verdict: Verdict): string[] {
  const lines = ["", `${formatTarget(summary.target)}, ${MODE_TEXT[summary.mode]}`, ""];
  if (summary.path.obstacle === undefined) {
    lines.push(...table(rowsOf(summary)), "", ...timelineLines(summary), "");
  }
  lines.push(`Verdict: ${verdict.verdict}`);
  for (const step of verdict.next) lines.push(`  - ${step}`);
  return lines;
}

/** The same as one line of JSON: `verdict`, `healthy`, `disconnects`, `frames` and all the rest. */
export function reportJson(summary: Summary, verdict: Verdict): string {
  const { totals, path, node, mode, target } = summary;
  return JSON.stringify({
    ...verdict,
    host: target.host,
    port: target.port,
    mode,
    durationMs: Math.round(summary.durationMs),
    stoppedEarly: summary.stoppedEarly,
    path: { resolvedInMs: path.resolvedInMs, addresses: path.addresses, obstacle: path.obstacle ?? null },
    node: node === undefined ? null : { id: formatNodeId(node.nodeNum), firmware: node.firmwareVersion ?? null },
    connections: summary.connections,
    handshakes: summary.handshakes,
    failedDials: summary.failedDials,
    uptime: summary.uptime,
    disconnects: summary.disconnects,
    causes: summary.causes,
    restarts: summary.restarts,
    longestGapMs: Math.round(summary.longestGapMs),
    longestSilenceMs: Math.round(summary.longestSilenceMs),
    packets: summary.packets,
    ports: summary.ports,
    frames: totals.frames,
    framesSkipped: totals.skippedFrames,
    debugTextBytes: totals.skippedBytes,
    ...(totals.bytes === undefined ? {} : { bytes: totals.bytes }),
    heartbeats: summary.probes.heartbeat,
    configQuestions: summary.probes.config,
    roundTripMs: summary.roundTripMs ?? null,
    otherTcpClient: summary.fought || summary.causes.replaced > 0,
    otherReader: summary.otherReader,
    timeline: summary.timeline,
  });
}

/** The way to the node, a line for each step. */
export function pathLines({ host, port }: Summary["target"], path: PathReport): string[] {
  const lines: string[] = [];
  const addresses = path.addresses.map(({ address }) => address);
  if (addresses.length > 0 && addresses.join() !== host) {
    lines.push(`${host} is ${addresses.join(", ")} (resolved in ${formatMs(path.resolvedInMs)})`);
  }
  for (const { address, outcome, tookMs, error } of path.addresses) {
    const where = formatTarget({ host: address, port });
    if (outcome === "connected") lines.push(`${where}: connected in ${formatMs(tookMs ?? 0)}`);
    else if (outcome === "not tried") lines.push(`${where}: not tried, a second connection would end the first`);
    else lines.push(`${where}: ${outcome} after ${formatMs(tookMs ?? 0)}${error === undefined ? "" : ` (${oneLine(error)})`}`);
  }
  return lines;
}

function rowsOf(summary: Summary): Row[] {
  const { totals, mode, probes, roundTripMs } = summary;
  const raw = mode === "raw";
  const rows: Row[] = [];
  if (summary.node !== undefined) rows.push(["node", nodeText(summary.node)]);
  rows.push(
    ["watched for", formatMs(summary.durationMs) + (summary.stoppedEarly ? ", then stopped" : "")],
    ["uptime", `${percent(summary.uptime)} %`],
    ["connections", `${summary.connections}${summary.failedDials > 0 ? `, and ${summary.failedDials} dials without one` : ""}`],
    ["disconnects", summary.disconnects === 0 ? "0" : `${summary.disconnects}: ${causesText(summary)}`],
    ["longest gap", summary.longestGapMs === 0 ? "none" : formatMs(summary.longestGapMs)],
    ["longest silence", formatMs(summary.longestSilenceMs)],
  );
  if (raw) return [...rows, ["bytes read", String(totals.bytes ?? 0)]];
  const perMinute = summary.durationMs > 0 ? summary.packets * 60_000 / summary.durationMs : 0;
  rows.push(["packets", `${summary.packets} (${perMinute.toFixed(1)} a minute)`]);
  for (const [name, number] of Object.entries(summary.ports)) rows.push([`  ${name}`, String(number)]);
  rows.push(
    ["frames", `${totals.frames}, ${totals.skippedFrames} skipped`],
    ["debug text", `${totals.skippedBytes} bytes`],
    ["heartbeats", probeText(probes.heartbeat)],
  );
  if (probes.config.sent > 0) rows.push(["questions for the configuration", probeText(probes.config)]);
  rows.push([
    "round trip",
    roundTripMs === undefined
      ? "not measured"
      : `min ${formatMs(roundTripMs.min)}, median ${formatMs(roundTripMs.median)}, max ${formatMs(roundTripMs.max)}`,
  ]);
  return rows;
}

function timelineLines({ timeline, durationMs }: Summary): string[] {
  return [`  ${timeline}`, `  ${timelineScale(durationMs, TIMELINE_COLUMNS)}`, `  ${LEGEND}`];
}

function probeText({ sent, answered, unanswered }: Summary["probes"]["heartbeat"]): string {
  return sent === 0 ? "none sent" : `${sent} sent, ${answered} answered${unanswered === 0 ? "" : `, ${unanswered} without an answer`}`;
}

/** Never 100 when something was lost. */
function percent(share: number): string {
  return share === 1 ? "100" : (Math.floor(share * 1000) / 10).toFixed(1);
}

function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
}

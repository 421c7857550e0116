/** Counts what happens on the link, from its events alone. */
import type { Clock } from "../clock.ts";
import type { EndCause } from "../link/connection.ts";
import { FightDetector } from "../link/fight.ts";
import type { DiagEvent, NodeIdentity, ProbeKind } from "./events.ts";
import type { Mode } from "./mode.ts";
import { portName } from "./port_names.ts";

/** How the link stood: no connection, in the handshake, in use, or open without an answer. */
export type Phase = "away" | "handshake" | "linked" | "silent";

/** The link stood so until the next span begins. */
export interface Span {
  readonly fromMs: number;
  readonly phase: Phase;
}

/** Why a connection was lost. `replaced`: another client took it; `other`: the read failed in another way than by a reset. */
export type LossCause = "fin" | "rst" | "silence" | "writeError" | "replaced" | "other";

interface Loss {
  readonly atMs: number;
  cause: LossCause;
}

/** Questions to the node and its answers. */
export interface ProbeCounts {
  readonly sent: number;
  readonly answered: number;
  readonly unanswered: number;
}

// A node closes the old client within 0.3 s of a new one; a client that is closed so is back within seconds, and so on.
const REPLACED_WITHIN_MS = 5000;
const REPLACED_CLOSES = 2;
const PACKET_WINDOW_MS = 60_000;
// A day of a probe a second would not fill it.
const MAX_ROUND_TRIPS = 100_000;

/** What has happened so far. All times are monotonic milliseconds of the clock. */
export class Tally {
  readonly startedAtMs: number;
  readonly #clock: Clock;
  readonly #mode: Mode;
  readonly #spans: Span[];
  readonly #losses: Loss[] = [];
  readonly #ports = new Map<string, number>();
  readonly #roundTripsMs: number[] = [];
  readonly #probes: Record<ProbeKind, { sent: number; answered: number; unanswered: number }>;
  readonly #fight = new FightDetector();
  #recentPackets: number[] = [];
  #shortCloses: Loss[] = [];
  #node: NodeIdentity | undefined;
  #connections = 0;
  #handshakes = 0;
  #restarts = 0;
  #failedDials = 0;
  #packets = 0;
  #otherReader = false;
  #fought = false;
  #openSinceMs: number | undefined;
  #heardAtMs: number | undefined;
  #longestSilenceMs = 0;

  constructor(clock: Clock, mode: Mode) {
    this.#clock = clock;
    this.#mode = mode;
    this.startedAtMs = clock.nowMs();
    this.#spans = [{ fromMs: this.startedAtMs, phase: "away" }];
    this.#probes = { heartbeat: { sent: 0, answered: 0, unanswered: 0 }, config: { sent: 0, answered: 0, unanswered: 0 } };
  }

  /** Counts one event, now. */
  take(event: DiagEvent): void {
    switch (event.type) {
      case "connected":
        this.#connections += 1;
        this.#heardAtMs = this.#openSinceMs = this.#clock.nowMs();
        return this.#enter(this.#mode === "raw" ? "linked" : "handshake");
      case "dialFailed":
        this.#failedDials += 1;
        return this.#enter("away");
      case "ready":
        this.#handshakes += 1;
        this.#node = event.node;
        if (event.restarted) {
          this.#restarts += 1;
          this.#shortCloses = [];
        }
        return this.#enter("linked");
      case "lost":
        return this.#lost(event.cause, event.readyForMs);
      case "packet":
        return this.#packet(event.portnum);
      case "asked":
        this.#probes[event.kind].sent += 1;
        return;
      case "answered":
        this.#probes[event.kind].answered += 1;
        if (this.#roundTripsMs.length < MAX_ROUND_TRIPS) this.#roundTripsMs.push(event.tookMs);
        return;
      case "unanswered":
        this.#probes[event.kind].unanswered += 1;
        // The question that every firmware answers is the last resort: without an answer the link is dead since the last byte.
        if (event.kind === "config" && this.phase === "linked") this.#enter("silent", this.#heardAtMs);
        return;
      case "otherReader":
        this.#otherReader = true;
        return;
      case "waiting":
      case "note":
        return;
    }
  }

  /** Bytes came at that time. */
  heard(atMs: number): void {
    if (this.#heardAtMs === undefined || atMs <= this.#heardAtMs) return;
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, atMs - this.#heardAtMs);
    this.#heardAtMs = atMs;
    if (this.phase === "silent") this.#enter("linked");
  }

  get phase(): Phase {
    return this.#spans.at(-1)?.phase ?? "away";
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  get node(): NodeIdentity | undefined {
    return this.#node;
  }

  get connections(): number {
    return this.#connections;
  }

  get handshakes(): number {
    return this.#handshakes;
  }

  /** Restarts of the node that its handshakes told of. */
  get restarts(): number {
    return this.#restarts;
  }

  get failedDials(): number {
    return this.#failedDials;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Packets by the name of their port, the most frequent first. */
  get ports(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#ports].sort(([a, countA], [b, countB]) => countB - countA || a.localeCompare(b)));
  }

  /** Packets of the last minute; after less than a minute, the rate so far. */
  get packetsPerMinute(): number {
    const nowMs = this.#clock.nowMs();
    this.#recentPackets = this.#recentPackets.filter((atMs) => nowMs - atMs < PACKET_WINDOW_MS);
    const elapsedMs = Math.min(PACKET_WINDOW_MS, nowMs - this.startedAtMs);
    return elapsedMs < 1000 ? this.#recentPackets.length : this.#recentPackets.length * 60_000 / elapsedMs;
  }

  get disconnects(): number {
    return this.#losses.length;
  }

  /** When connections were lost. */
  get lostAtMs(): readonly number[] {
    return this.#losses.map(({ atMs }) => atMs);
  }

  /** Lost connections by cause. */
  get causes(): Readonly<Record<LossCause, number>> {
    const causes = { fin: 0, rst: 0, silence: 0, writeError: 0, replaced: 0, other: 0 };
    for (const { cause } of this.#losses) causes[cause] += 1;
    return causes;
  }

  /** Another client has thrown this one out again and again. */
  get fought(): boolean {
    return this.#fought;
  }

  /** Another program takes packets out of the node's queue. */
  get otherReader(): boolean {
    return this.#otherReader;
  }

  /** Questions to the node by kind. */
  get probes(): Readonly<Record<ProbeKind, ProbeCounts>> {
    return this.#probes;
  }

  get roundTripsMs(): readonly number[] {
    return this.#roundTripsMs;
  }

  /** Time without a byte from the node, while there is a connection. */
  get silentForMs(): number | undefined {
    return this.#openSinceMs === undefined || this.#heardAtMs === undefined ? undefined : this.#clock.nowMs() - this.#heardAtMs;
  }

  get longestSilenceMs(): number {
    return Math.max(this.#longestSilenceMs, this.silentForMs ?? 0);
  }

  /** Share of the time since the link was first in use in which it was, 0 to 1; 0 when it never was. */
  get uptime(): number {
    const nowMs = this.#clock.nowMs();
    const first = this.#spans.find(({ phase }) => phase === "linked");
    if (first === undefined) return 0;
    const linkedMs = this.#spans.reduce((sumMs, { fromMs, phase }, index) => {
      return phase === "linked" ? sumMs + (this.#spans[index + 1]?.fromMs ?? nowMs) - fromMs : sumMs;
    }, 0);
    return nowMs === first.fromMs ? 1 : linkedMs / (nowMs - first.fromMs);
  }

  /** The longest time in one piece without a link in use, after it had been in use once; without that, the whole time. */
  get longestGapMs(): number {
    const nowMs = this.#clock.nowMs();
    const first = this.#spans.findIndex(({ phase }) => phase === "linked");
    if (first < 0) return nowMs - this.startedAtMs;
    let longestMs = 0;
    let sinceMs: number | undefined;
    for (const { fromMs, phase } of this.#spans.slice(first)) {
      if (phase !== "linked") sinceMs ??= fromMs;
      else if (sinceMs !== undefined) {
        longestMs = Math.max(longestMs, fromMs - sinceMs);
        sinceMs = undefined;
      }
    }
    return sinceMs === undefined ? longestMs : Math.max(longestMs, nowMs - sinceMs);
  }

  #enter(phase: Phase, fromMs = this.#clock.nowMs()): void {
    if (this.phase !== phase) this.#spans.push({ fromMs, phase });
  }

  #packet(portnum: number | undefined): void {
    this.#packets += 1;
    const name = portName(portnum);
    this.#ports.set(name, (this.#ports.get(name) ?? 0) + 1);
    this.#recentPackets.push(this.#clock.nowMs());
  }

  #lost(cause: EndCause, readyForMs: number | undefined): void {
    this.#longestSilenceMs = this.longestSilenceMs;
    this.#openSinceMs = undefined;
    this.#enter("away");
    const kind = lossCause(cause);
    if (kind === undefined) return;
    const loss: Loss = { atMs: this.#clock.nowMs(), cause: kind };
    this.#losses.push(loss);
    this.#fight.ended({ cause: cause.kind, readyForMs });
    this.#fought ||= this.#fight.reason !== undefined;
    const short = kind === "fin" && readyForMs !== undefined && readyForMs <= REPLACED_WITHIN_MS;
    this.#shortCloses = short ? [...this.#shortCloses, loss] : [];
    if (this.#shortCloses.length < REPLACED_CLOSES) return;
    for (const close of this.#shortCloses) close.cause = "replaced";
    this.#shortCloses = this.#shortCloses.slice(-REPLACED_CLOSES);
  }
}

function lossCause(cause: EndCause): LossCause | undefined {
  switch (cause.kind) {
    case "fin":
      return "fin";
    case "readFailed": {
      const { code, message } = (cause.error ?? {}) as { code?: unknown; message?: unknown };
      return code === "ECONNRESET" || /reset/i.test(String(message)) ? "rst" : "other";
    }
    case "writeFailed":
      return "writeError";
    case "dropped":
      return "silence";
    case "left":
      return undefined;
  }
}

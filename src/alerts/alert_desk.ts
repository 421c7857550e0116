/**
 * The desk of alerts: conditions come in from all over the program, and each destination hears once of what is new to it, in as few
 * messages as can be. The desk decides what is said when; it does not send.
 */
import type { Clock, Timer } from "../clock.ts";
import type { Condition } from "../condition.ts";
import type { Config } from "../config.ts";
import { describeError } from "../errors.ts";
import type { Sentences } from "../i18n/mod.ts";
import { logger } from "../log.ts";
import type { Budget } from "../mesh/budget.ts";
import { describeOutcome, type Outcome } from "../mesh/outgoing.ts";
import type { People } from "../mesh/people.ts";
import type { RadioInfo } from "../mesh/session.ts";
import { textLimitBytes } from "../mesh/text.ts";
import { joinAlerts } from "./alert_text.ts";
import { type AlertsFile, keptAlerts, parseKeptAlerts } from "./alerts_file.ts";
import { alertRecipients, type Target, targetName } from "./destinations.ts";
import { type DueAlert, Mailbox, type SaidAlert } from "./mailbox.ts";
import { isQuiet } from "./quiet_hours.ts";
import { wentOut } from "./went_out.ts";

const log = logger("app");

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
// One alert a destination in this time, counted from when it is known how the last one went.
const PAUSE_MS = 10 * MINUTE_MS;
// What happens at one moment is told in one message: several parts of the program may see the same thing.
const GATHER_MS = 3000;
// Quiet hours end by the wall clock, which may jump, and a channel becomes free whenever it likes.
const LOOK_MS = 30_000;
// A channel that is always full must not swallow alerts.
const FULL_CHANNEL_LIMIT_MS = 30 * MINUTE_MS;
// A person may be away for days; on a channel somebody always listens.
const LONGEST_RETRY_MS = { node: 6 * HOUR_MS, channel: HOUR_MS } as const;
// What nobody watched for a day may have ended and begun anew: it is news again.
const SAID_KEEP_MS = 24 * HOUR_MS;
const KEEP_EVERY_MS = HOUR_MS;

/** An alert that is ready to go; the text fits in one message. */
export interface Alert {
  readonly to: Target;
  readonly text: string;
  /** For the log, e.g. `alert vigilance`. */
  readonly label: string;
}

/** What the desk needs. What can change while it runs is asked each time. */
export interface AlertDeskOptions {
  readonly clock: Clock;
  readonly config: () => Pick<Config, "alerts" | "mesh">;
  readonly radio: () => RadioInfo | undefined;
  /** True while the link is ready: without it everything waits here, where it stays up to date. */
  readonly linked: () => boolean;
  readonly people: Pick<People, "subscribers" | "isStopped" | "isBanned" | "mutedUntilWallMs">;
  readonly budget: Pick<Budget, "rule">;
  readonly file: AlertsFile;
  /** Takes an alert and tells in the end how it went: what never reached the air is said again. */
  readonly send: (alert: Alert) => Promise<Outcome>;
  readonly say: () => Sentences;
}

/**
 * Where conditions are reported. What is under way when the desk is disposed of counts as said: dispose of it first where the outbox keeps
 * messages over a restart, and else after the outbox has ended them all.
 */
export interface AlertDesk extends Disposable {
  /** Takes a condition as it stands now; returns at once and never throws. */
  report(condition: Condition): void;
  /** Reads what was said before the last restart; to be awaited once, before the first report. */
  load(): Promise<void>;
  /** The link is ready, or the configuration has changed: what can go out now does. */
  linkReady(): void;
}

/** A desk that has said nothing yet. */
export function createAlertDesk(options: AlertDeskOptions): AlertDesk {
  return new Desk(options);
}

class Desk implements AlertDesk {
  readonly #options: AlertDeskOptions;
  readonly #conditions = new Map<string, Condition>();
  readonly #boxes = new Map<string, Mailbox>();
  /** When each condition was last known to hold, milliseconds since 1970. */
  readonly #heldAtWallMs = new Map<string, number>();
  #keptAtMs = -Infinity;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const kept = await this.#options.file.read(parseKeptAlerts);
    if (kept === undefined) return;
    const { clock } = this.#options;
    const wallMs = clock.wallMs();
    for (const [key, heldAtWallMs] of kept.heldAtWallMs) {
      if (wallMs - heldAtWallMs <= SAID_KEEP_MS) this.#heldAtWallMs.set(key, heldAtWallMs);
    }
    for (const [name, { sentAtWallMs, said }] of kept.boxes) {
      const box = this.#box(name);
      for (const [key, facts] of said) if (this.#heldAtWallMs.has(key) && facts.length > 0) box.said.set(key, facts);
      box.sentAtWallMs = sentAtWallMs;
      const agoMs = wallMs - (sentAtWallMs ?? -Infinity);
      if (agoMs >= 0 && agoMs < PAUSE_MS) box.notBeforeMs = clock.nowMs() + PAUSE_MS - agoMs;
    }
  }

  report(condition: Condition): void {
    this.#conditions.set(condition.key, condition);
    const { clock } = this.#options;
    if (condition.facts.length > 0) {
      this.#heldAtWallMs.set(condition.key, clock.wallMs());
      const isSaid = [...this.#boxes.values()].some((box) => box.said.has(condition.key));
      if (isSaid && clock.nowMs() - this.#keptAtMs >= KEEP_EVERY_MS) this.#keep();
    }
    this.#look();
  }

  linkReady(): void {
    for (const box of this.#boxes.values()) box.retryAtMs = -Infinity;
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Says what can be said now, and comes back for the rest. */
  #look(): void {
    this.#timer?.cancel();
    const { clock, config, linked, people } = this.#options;
    const radio = this.#options.radio();
    // Nothing is lost meanwhile: `linkReady` comes back.
    if (radio === undefined || !linked() || this.#closed) return;
    const recipients = alertRecipients(config().alerts, radio, people);
    if (radio.channels.length > 0) this.#forgetOthers(new Set(recipients.map(({ target }) => targetName(target))));
    let againInMs = Infinity;
    for (const { target, silent } of recipients) {
      const box = this.#box(targetName(target));
      const due = box.due(this.#conditions.values(), clock.nowMs());
      if (due.length === 0 || silent || box.sending) continue;
      againInMs = Math.min(againInMs, this.#serve(target, box, due));
    }
    if (againInMs !== Infinity) this.#timer = clock.after(Math.min(againInMs, LOOK_MS), () => this.#look());
  }

  /** Says what is due as far as it may be said; milliseconds until the next look, Infinity when the end of the message will bring it. */
  #serve(target: Target, box: Mailbox, due: readonly DueAlert[]): number {
    const nowMs = this.#options.clock.nowMs();
    const allowed = this.#allowed(box, due, nowMs);
    const waitMs = Math.max(box.notBeforeMs, box.retryAtMs) - nowMs;
    if (waitMs > 0) return waitMs;
    const [oldest] = allowed;
    if (oldest === undefined) return LOOK_MS;
    const gatherMs = oldest.sinceMs + GATHER_MS - nowMs;
    if (gatherMs > 0) return gatherMs;
    this.#say(target, box, allowed.map(({ condition }) => condition));
    return Infinity;
  }

  /** Those that neither the hour, nor the admins, nor a full channel hold back. */
  #allowed(box: Mailbox, due: readonly DueAlert[], nowMs: number): DueAlert[] {
    const { budget, clock, config, people } = this.#options;
    const { quiet, timezone } = config().alerts;
    const held = people.mutedUntilWallMs() !== undefined || isQuiet(quiet, timezone, clock.wallMs());
    const full = budget.rule().rule === "admins";
    if (!full) box.airIsFree();
    return due.filter(({ condition: { key, urgent } }) => {
      if (urgent === true) return true;
      return !held && (!full || box.waitedForAirMs(key, nowMs) >= FULL_CHANNEL_LIMIT_MS);
    });
  }

  #say(target: Target, box: Mailbox, conditions: readonly Condition[]): void {
    const { clock, config, send } = this.#options;
    const urgentFirst = conditions.toSorted((a, b) => Number(b.urgent === true) - Number(a.urgent === true));
    const direct = "node" in target;
    // The node encrypts a direct message for the recipient's key whenever it knows one.
    const limitBytes = Math.min(config().mesh.message_bytes, textLimitBytes({ direct, pki: direct, reply: false }));
    const { text, count } = joinAlerts(urgentFirst.map((condition) => condition.text), limitBytes, this.#options.say());
    const told = urgentFirst.slice(0, count);
    const said = box.say(told);
    box.sending = true;
    box.notBeforeMs = clock.nowMs() + PAUSE_MS;
    box.sentAtWallMs = clock.wallMs();
    this.#keep();
    const label = `alert ${told.map(({ key }) => key).join(", ")}`;
    let outcome: Promise<Outcome>;
    try {
      outcome = send({ to: target, text, label });
    } catch (error) {
      outcome = Promise.reject(error);
    }
    outcome.catch((error): Outcome => ({ kind: "failed", reason: describeError(error) }))
      .then((outcome) => this.#ended(target, box, said, label, outcome));
  }

  #ended(target: Target, box: Mailbox, said: readonly SaidAlert[], label: string, outcome: Outcome): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    box.sending = false;
    if (outcome.kind === "expired") {
      // It never left the node, so the next one need not wait for it.
      box.notBeforeMs = -Infinity;
      box.sentAtWallMs = undefined;
    } else {
      box.notBeforeMs = nowMs + PAUSE_MS;
      box.sentAtWallMs = clock.wallMs();
    }
    if (wentOut(outcome, target)) {
      box.failures = 0;
    } else {
      box.unsay(said);
      const retryMs = Math.min(PAUSE_MS * 2 ** box.failures, LONGEST_RETRY_MS["node" in target ? "node" : "channel"]);
      box.failures += 1;
      box.retryAtMs = nowMs + retryMs;
      log.warn`${label} to ${targetName(target)} did not arrive: ${describeOutcome(outcome)}; if it still holds then, again in ${
        retryMs / MINUTE_MS
      } min`;
    }
    this.#keep();
    this.#look();
  }

  /** Whom alerts are no longer for knows nothing when they come back; how lately they were written to is not forgotten. */
  #forgetOthers(names: ReadonlySet<string>): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [name, box] of this.#boxes) {
      if (names.has(name) || box.sending) continue;
      if (box.said.size === 0 && nowMs < box.notBeforeMs) continue;
      box.said.clear();
      if (nowMs >= box.notBeforeMs) this.#boxes.delete(name);
      this.#keep();
    }
  }

  #box(name: string): Mailbox {
    let box = this.#boxes.get(name);
    if (box === undefined) this.#boxes.set(name, box = new Mailbox());
    return box;
  }

  #keep(): void {
    this.#keptAtMs = this.#options.clock.nowMs();
    const saidKeys = new Set([...this.#boxes.values()].flatMap((box) => [...box.said.keys()]));
    const held = new Map([...this.#heldAtWallMs].filter(([key]) => saidKeys.has(key)));
    this.#options.file.write(keptAlerts(this.#boxes, held));
  }
}

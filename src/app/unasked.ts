/** What the bot says unasked: alerts, scheduled answers, the station's telemetry. All of it goes the way of the outbox. */
import { type Alert, type AlertDesk, createAlertDesk } from "../alerts/alert_desk.ts";
import type { AlertsFile } from "../alerts/alerts_file.ts";
import { destinationFaults, resolveDestination, type Target } from "../alerts/destinations.ts";
import { type Schedule, startSchedule } from "../alerts/schedule.ts";
import { scheduledRequest, scheduledText } from "../alerts/scheduled_answer.ts";
import type { Clock } from "../clock.ts";
import type { Config, ScheduledCommand } from "../config.ts";
import { formatDestination } from "../config.ts";
import { sentences } from "../i18n/mod.ts";
import { PortNum } from "../link/enums.ts";
import { randomId } from "../link/random_id.ts";
import { logger } from "../log.ts";
import type { Draft, OutgoingPriority } from "../mesh/outgoing.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import type { People } from "../mesh/people.ts";
import type { RadioInfo } from "../mesh/session.ts";
import { type StationMetrics, stationTelemetry } from "../mesh/station_telemetry.ts";
import { splitText, textLimitBytes } from "../mesh/text.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import type { Answering } from "./answering.ts";
import type { Sending } from "./sending.ts";

const log = logger("app");

const EXPIRES_MS = 600_000;
const TELEMETRY_CHANNEL = 0;
const MAX_PARTS = 2;

/** What speaking unasked needs. */
export interface UnaskedOptions {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly radio: () => RadioInfo | undefined;
  readonly linked: () => boolean;
  readonly nodes: NodeDb;
  readonly people: People;
  readonly sending: Pick<Sending, "outbox" | "budget">;
  readonly hopLimit: () => number;
  readonly answering: () => Pick<Answering, "ask">;
  /** Keeps what was said. */
  readonly file: AlertsFile;
}

/** The voice of the bot where nobody asked. */
export interface Unasked extends Disposable {
  /** Reads what was said before the last restart; to be awaited once, first. */
  load(): Promise<void>;
  readonly report: AlertDesk["report"];
  readonly telemetry: (metrics: StationMetrics) => void;
  /** A handshake is complete. */
  linkReady(): void;
  /** The configuration is another: the schedule begins anew. */
  configure(): void;
}

/** Says nothing before the link is ready. */
export function createUnasked(options: UnaskedOptions): Unasked {
  const { clock, config, radio, nodes } = options;
  const { outbox, budget } = options.sending;
  let schedule: Schedule | undefined;
  let saidFaults = "";
  const desk = createAlertDesk({
    clock,
    config,
    radio,
    linked: options.linked,
    people: options.people,
    budget,
    file: options.file,
    send: ({ to, text, label }: Alert) => outbox.enqueue(textDraft(to, text, "alert", label)).outcome,
    say: () => sentences(config().language),
  });
  return {
    load: () => desk.load(),
    report: (condition) => desk.report(condition),
    telemetry,
    linkReady() {
      sayFaults();
      if (schedule === undefined) startPlan();
      desk.linkReady();
    },
    configure() {
      schedule?.[Symbol.dispose]();
      schedule = undefined;
      if (radio() === undefined) return;
      sayFaults();
      startPlan();
      desk.linkReady();
    },
    [Symbol.dispose]() {
      schedule?.[Symbol.dispose]();
      desk[Symbol.dispose]();
    },
  };

  function startPlan(): void {
    const { alerts, node, schedule: entries } = config();
    schedule = startSchedule({ clock, entries, timezone: alerts.timezone, seed: node.host, run: (entry) => void run(entry) });
  }

  /** Once for each set of them: a link that comes and goes must not repeat it. */
  function sayFaults(): void {
    const known = radio();
    const faults = known === undefined ? [] : destinationFaults(config(), known);
    if (faults.join("\n") !== saidFaults) { for (const fault of faults) log.error`${fault}`; }
    saidFaults = faults.join("\n");
  }

  async function run({ command, to }: ScheduledCommand): Promise<void> {
    const known = radio();
    if (known === undefined || !options.linked()) return log.warn`the scheduled ${command} is left out: the link is away`;
    if (options.people.mutedUntilWallMs() !== undefined) return log.info`the scheduled ${command} is left out: the bot is mute`;
    if (budget.rule().rule === "admins") return log.warn`the scheduled ${command} is left out: the channel is full`;
    const resolved = resolveDestination(to, known, { allowPublic: config().alerts.allow_public });
    // Why not has been said when the link was ready.
    if ("fault" in resolved) return;
    const { target } = resolved;
    if ("node" in target && (options.people.isStopped(target.node) || options.people.isBanned(target.node))) return;
    const text = scheduledText(command, config().commands.prefix);
    const reply = await options.answering().ask(scheduledRequest({ id: randomId(), ownNum: known.nodeNum, text }));
    if (reply === undefined) return log.warn`the scheduled ${command} for ${formatDestination(to)} had nothing to say`;
    const maxBytes = Math.min(
      config().mesh.message_bytes,
      textLimitBytes({ direct: "node" in target, pki: "node" in target, reply: false }),
    );
    const parts = splitText(reply, { maxBytes }).slice(0, budget.rule().rule === "free" ? MAX_PARTS : 1);
    const answerId = randomId();
    outbox.enqueueAll(parts.map((part) => textDraft(target, part, "announcement", `scheduled ${command}`, answerId)), undefined);
  }

  function telemetry(metrics: StationMetrics): void {
    const known = radio();
    if (known === undefined || !options.linked()) return;
    const drafts = stationTelemetry(metrics, {
      ownNum: known.nodeNum,
      channel: TELEMETRY_CHANNEL,
      expiresAtMs: clock.nowMs() + EXPIRES_MS,
      answerId: randomId(),
    });
    for (const draft of drafts) outbox.enqueue(draft);
  }

  function textDraft(target: Target, text: string, priority: OutgoingPriority, label: string, answerId: number = randomId()): Draft {
    const node = "node" in target ? target.node : undefined;
    const publicKey = node === undefined ? undefined : nodes.get(node)?.publicKey;
    return {
      to: node ?? BROADCAST_NUM,
      channel: "channel" in target ? target.channel : 0,
      portnum: PortNum.TEXT_MESSAGE_APP,
      payload: new TextEncoder().encode(text),
      priority,
      person: node ?? BROADCAST_NUM,
      answerId,
      wantAck: true,
      hopLimit: options.hopLimit(),
      expiresAtMs: clock.nowMs() + EXPIRES_MS,
      label,
      ...(publicKey === undefined || publicKey.length === 0 ? {} : { publicKey }),
    };
  }
}

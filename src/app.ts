/** The composition root: builds each part once, joins the pipeline, and takes it down in order. */
import { join } from "node:path";
import { type Clock, systemClock } from "./clock.ts";
import { createCommands } from "./commands/mod.ts";
import { type Config, KEY_CONFLICTS_FILE, PEOPLE_FILE } from "./config.ts";
import type { BotContext } from "./context.ts";
import { UsageError } from "./errors.ts";
import { startMonitor } from "./health/monitor.ts";
import { createOtherClient } from "./health/other_client.ts";
import { sentences } from "./i18n/mod.ts";
import { createStateFile } from "./io/state_file.ts";
import { PortNum } from "./link/enums.ts";
import { type Link, openLink } from "./link/link.ts";
import type { Init, MeshPacket } from "./link/messages.ts";
import { Slots } from "./link/slot.ts";
import { logger } from "./log.ts";
import { createAirtimeLedger, modemOf, onAirBytes, timeOnAirMs } from "./mesh/airtime.ts";
import { createKeyConflicts } from "./mesh/key_conflicts.ts";
import { queueAnswer } from "./mesh/answer.ts";
import { createBudget, utilizationOf } from "./mesh/budget.ts";
import { includesChannel, warnOfMissingChannels } from "./mesh/channels.ts";
import { ownHopLimit } from "./mesh/hop_limit.ts";
import { cureMissingKey } from "./mesh/missing_key.ts";
import { createNodeDb, type NodeDb } from "./mesh/node_db.ts";
import { Outbox, type OutboxOptions } from "./mesh/outbox.ts";
import type { Draft, Outcome } from "./mesh/outgoing.ts";
import { readPacket, type TextMessage } from "./mesh/packet.ts";
import { packetLine } from "./mesh/packet_line.ts";
import { createParked } from "./mesh/parked.ts";
import { createPeople } from "./mesh/people.ts";
import { createRateLimit, type RateLimit } from "./mesh/rate_limit.ts";
import { createRecentIds } from "./mesh/recent_ids.ts";
import { AdminOrders } from "./mesh/remote_admin.ts";
import { Requests } from "./mesh/requests.ts";
import { type RadioInfo, Session, type SessionSink } from "./mesh/session.ts";
import { BROADCAST_NUM } from "./node_id.ts";
import { isAdmin } from "./router/admin.ts";
import type { Command } from "./router/command.ts";
import { createFixedAnswers } from "./router/fixed_answers.ts";
import { ignoreBacklog, ignoreDuplicates, ignoreMqtt, ignoreOwn, ignoreTapback, limitRate, onlyForUs } from "./router/guards.ts";
import { Router } from "./router/router.ts";

const log = logger("app");
const meshLog = logger("mesh");

const DAY_MS = 24 * 3_600_000;
const RATE_WINDOW_MS = 300_000;
// The node's packets from the time of our absence come right after the handshake.
const LONG_AWAY_MS = 600_000;
const KEPT_PACKETS_MS = 5000;
const MAX_PARTS = 2;

/** What the bot is built from; everything but `config` and `version` has a default. */
export interface AppOptions {
  readonly config: Config;
  readonly version: string;
  readonly clock?: Clock;
  /** The connections of this process; shared with whoever else dials nodes. */
  readonly slots?: Slots;
  readonly commands?: readonly Command[];
  /** Reads the configuration anew for /reload; throws UsageError with a mistake a line. */
  readonly readConfig?: () => Config;
  /** Told about every packet that was given to the node, every packet whose end is known, every text that was dealt with. */
  readonly onSent?: OutboxOptions["onSent"];
  readonly onEnd?: OutboxOptions["onEnd"];
  readonly onHandled?: (request: TextMessage) => void;
}

/** The running bot. */
export interface App {
  readonly link: Link;
  readonly nodes: NodeDb;
  readonly outbox: Pick<Outbox, "openParts">;
  /** Settles when the bot has stopped. */
  readonly ended: Promise<void>;
  /** Takes leave of the node and stops everything; harmless when called again. */
  stop(): Promise<void>;
}

/** Starts the bot. Throws SlotTakenError when this process already has a connection to the node. */
export async function startApp(options: AppOptions): Promise<App> {
  let { config } = options;
  const clock = options.clock ?? systemClock;
  const nodes = createNodeDb({ clock });
  const airtime = createAirtimeLedger({ clock });
  const radio = (): RadioInfo | undefined => session.radio;
  const hopLimit = (): number => ownHopLimit(radio()?.lora);

  // deno-lint-ignore prefer-const -- what stands below reads it before it has its value
  let link: Link | undefined;
  let deliveredSealed = 0;
  const outcomes: Record<Outcome["kind"], number> = { delivered: 0, relayed: 0, failed: 0, unknown: 0, expired: 0 };
  const otherClient = createOtherClient({ clock });
  let awayLongUntilMs = 0;
  const budget = createBudget({
    clock,
    ledger: airtime,
    percent: () => config.mesh.airtime_percent,
    utilization: () => utilizationOf(nodes.get(radio()?.nodeNum ?? 0)),
  });
  const parked = createParked({ clock });

  const outbox = new Outbox({
    clock,
    send: give,
    refuses(draft, dataBytes) {
      const ms = onAirMs(draft, dataBytes);
      if (config.mesh.listen_only) {
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
        ownNum: () => radio()?.nodeNum,
        sendToOwnNode: give,
        enqueue: (draft) => void outbox.enqueue(draft),
      }),
  });
  const requests = new Requests({
    clock,
    enqueue: (draft) => outbox.enqueue(draft),
    answered: (requestId) => outbox.answered(requestId),
    ownNum: () => radio()?.nodeNum,
  });
  const orders = new AdminOrders({
    clock,
    enqueue: (draft) => outbox.enqueue(draft),
    answered: (requestId) => outbox.answered(requestId),
    ownNum: () => radio()?.nodeNum,
    publicKeyOf: (nodeNum) => nodes.get(nodeNum)?.publicKey,
  });
  const peopleFile = createStateFile(join(config.data_dir, PEOPLE_FILE));
  const people = createPeople({ clock, file: peopleFile });
  const conflictsFile = createStateFile(join(config.data_dir, KEY_CONFLICTS_FILE));
  const keyConflicts = createKeyConflicts(conflictsFile);
  await Promise.all([people.load(), keyConflicts.load()]);
  const session = new Session({ clock, sink: createSink(), setClock: config.node.set_clock });
  const parts: Omit<BotContext, "config" | "say"> = {
    clock,
    nodes,
    radio,
    airtime,
    budget,
    requests: {
      traceroute: (target, waiting) => requests.traceroute(target, waiting),
      reboot: (nodeNum, seconds, waiting) => orders.reboot(nodeNum, seconds, waiting),
    },
    people,
    more: parked,
    services: { weather: undefined, lightning: undefined, vigilance: undefined, esphome: undefined },
    remotes: { names: [], [Symbol.asyncDispose]: () => Promise.resolve() },
    reload: () => Promise.resolve(reload()),
    startedAtWallMs: clock.wallMs(),
    version: options.version,
    link: () => ({
      state: link?.state.kind ?? "idle",
      sinceWallMs: clock.wallMs() - (clock.nowMs() - (link?.state.sinceMs ?? clock.nowMs())),
      reconnects: link?.reconnects ?? 0,
      queueLength: outbox.length,
      outcomes,
      deliveredSealed,
      otherClient: otherClient.suspected,
    }),
  };
  const commands = options.commands ?? createCommands();
  const recentIds = createRecentIds({ clock });
  let rateLimit = createLimit();
  const routers = [createRouter()];

  function createLimit(): RateLimit {
    return createRateLimit({ clock, windowMs: RATE_WINDOW_MS, max: config.mesh.commands_per_5_minutes });
  }

  /** The router of the configuration as it is now. */
  function createRouter(): Router {
    const say = sentences(config.language);
    return new Router({
      clock,
      context: { ...parts, config, say },
      commands,
      prefix: config.commands.prefix,
      disabled: config.commands.disabled,
      aliases: config.commands.aliases,
      fixedAnswer: createFixedAnswers(config.answer),
      isAdmin: (message) =>
        isAdmin(message, config.mesh.admins, people, { licensed: nodes.get(radio()?.nodeNum ?? 0)?.isLicensed ?? false }),
      guards: [
        ignoreOwn(() => radio()?.nodeNum),
        onlyForUs({ ownNum: () => radio()?.nodeNum, listensOn: (channel) => includesChannel(config.mesh.channels, channel, radio()) }),
        ignoreTapback,
        ignoreBacklog({ wallMs: () => clock.wallMs(), justBackFromLongAway: () => clock.nowMs() < awayLongUntilMs }),
        ignoreMqtt({ answerMqtt: config.mesh.answer_mqtt, heardByRadio }),
        ignoreDuplicates(recentIds),
      ],
      limit: limitRate(rateLimit, say.router.tooMany),
      answersIn: (channel) => includesChannel(config.mesh.reply_in_channels, channel, radio()),
      answer: (answer) => void queueAnswer(answer, { clock, outbox, messageBytes: config.mesh.message_bytes, hopLimit, parked, maxParts }),
      ...(options.onHandled === undefined ? {} : { onHandled: options.onHandled }),
    });
  }

  function createSink(): SessionSink {
    return {
      ready(radio, { first, outageMs }) {
        nodes.ownNum = radio.nodeNum;
        if (first) warnOfMissingChannels(channelsIn(config), radio);
        if (!first && outageMs > LONG_AWAY_MS) awayLongUntilMs = clock.nowMs() + KEPT_PACKETS_MS;
        outbox.linkReady({ nodeNum: radio.nodeNum, hopLimit: hopLimit(), outageMs });
      },
      lost: () => outbox.linkLost(),
      radioChanged: () => nodes.clear(),
      nodeInfo(info) {
        const conflict = nodes.get(info.num)?.keyConflict;
        nodes.applyNodeInfo(info);
        if (conflict === true && nodes.get(info.num)?.keyConflict === false) keyConflicts.cured(info.num);
      },
      packet: receive,
      queueStatus(status) {
        otherClient.reported(status.meshPacketId);
        outbox.queueStatus(status);
      },
    };
  }

  /** The way of a packet: what it tells of its sender, then whoever waits for it, then the commands. */
  function receive(packet: MeshPacket): void {
    const incoming = readPacket(packet);
    meshLog.debug((line) => line`${packetLine(incoming)}`);
    const ownNum = radio()?.nodeNum;
    otherClient.packet({ id: incoming.id, fromOwnNode: incoming.from === ownNum, wantsResponse: incoming.wantsResponse });
    nodes.applyReception(incoming);
    switch (incoming.kind) {
      case "nodeInfo":
        nodes.applyUser(incoming.from, incoming.user);
        if (nodes.get(incoming.from)?.keyConflict === true) keyConflicts.seen(incoming.from, nodes.nameOf(incoming.from));
        else keyConflicts.cured(incoming.from);
        return;
      case "position":
        return nodes.applyPosition(incoming.from, incoming.position);
      case "telemetry":
        nodes.applyTelemetry(incoming.from, incoming.telemetry);
        if (incoming.from === ownNum) session.ownUptime(nodes.get(ownNum)?.uptimeS ?? 0);
        return;
      case "routing":
        return outbox.routing(incoming);
      case "traceroute":
        return void requests.incoming(incoming);
      case "admin":
        return void orders.incoming(incoming);
      case "text":
        return void routers.at(-1)?.handle(incoming);
      default:
        return;
    }
  }

  function onAirMs(draft: Draft, dataLengthBytes: number): number {
    const lora = radio()?.lora;
    // A message to our own node never goes on the air.
    if (draft.to === radio()?.nodeNum) return 0;
    // A direct message is encrypted for its recipient's key whenever the node knows one.
    return lora === undefined ? 0 : timeOnAirMs(onAirBytes({ dataLengthBytes, pki: draft.to !== BROADCAST_NUM }), modemOf(lora));
  }

  function maxParts(): number {
    return budget.rule().rule === "free" ? MAX_PARTS : 1;
  }

  /** Hands a packet to our node; what it reports on it is then no riddle. */
  function give(packet: Init<"MeshPacket">): boolean {
    otherClient.sent(packet.id ?? 0);
    return link?.send({ payloadVariant: { case: "packet", value: packet } }) ?? false;
  }

  function heardByRadio(nodeNum: number): boolean {
    const heardWallMs = nodes.get(nodeNum)?.radioHeardWallMs;
    return heardWallMs !== undefined && clock.wallMs() - heardWallMs < DAY_MS;
  }

  log.info`MeshBot ${options.version} is starting; its node is ${config.node.host}:${config.node.port}`;
  link = await openLink({ host: config.node.host, port: config.node.port, clock, slots: options.slots ?? new Slots(), user: session });
  let monitor = watch(link);

  function watch(link: Link): Disposable {
    return startMonitor({
      clock,
      link,
      checkIntervalMs: config.health.check_interval_s * 1000,
      silentTimeoutMs: config.health.silent_timeout_s * 1000,
      askConfig: () => void session.askConfig(),
      firmwareVersion: () => radio()?.firmwareVersion,
    });
  }

  /** Reads the configuration again; with a mistake in it the old one stays. Link, queue and what is under way go on. */
  function reload(): readonly string[] {
    let next: Config | undefined;
    try {
      next = options.readConfig?.();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      log.error`the configuration was not read again: ${error.message}`;
      const [headline, ...mistakes] = error.message.split("\n").map((line) => line.trim());
      return mistakes.length === 0 ? [headline ?? ""] : mistakes;
    }
    if (next === undefined) return ["this bot was started without a file to read again"];
    for (const key of ["node", "data_dir", "debug", "log"] as const) {
      if (JSON.stringify(next[key]) !== JSON.stringify(config[key])) log.warn`the new ${key} of the configuration holds after a restart`;
    }
    const sameLimit = next.mesh.commands_per_5_minutes === config.mesh.commands_per_5_minutes;
    config = { ...next, node: config.node, data_dir: config.data_dir };
    // Who has been refused once knows it: another limit alone begins a new count.
    if (!sameLimit) rateLimit = createLimit();
    routers.push(createRouter());
    monitor[Symbol.dispose]();
    if (link !== undefined) monitor = watch(link);
    const known = radio();
    if (known !== undefined) warnOfMissingChannels(channelsIn(config), known);
    log.info`the configuration was read again`;
    return [];
  }

  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    log.info`stopping`;
    await Promise.all(routers.map((router) => router.stop()));
    outbox.close();
    monitor[Symbol.dispose]();
    await link?.close();
    await Promise.all([peopleFile.flush(), conflictsFile.flush()]);
    log.info`stopped: the node's connection is free`;
    ended.resolve();
  }
  return { link, nodes, outbox, ended: ended.promise, stop: () => stopping ??= stop() };
}

function channelsIn({ mesh, echo }: Config): (number | string)[] {
  return [...mesh.channels, ...mesh.reply_in_channels, ...(echo.channel === undefined ? [] : [echo.channel])];
}

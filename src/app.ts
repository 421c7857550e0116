/** The composition root: builds each part once, joins the pipeline, and takes it down in order. */
import { join } from "node:path";
import { createAnswering, type ProcessContext } from "./app/answering.ts";
import { RadioLink } from "./app/radio_link.ts";
import { createReceiving } from "./app/receiving.ts";
import { reread } from "./app/reread.ts";
import { resume } from "./app/resuming.ts";
import { createSending } from "./app/sending.ts";
import type { Sharing } from "./app/sharing.ts";
import { createStationHistory } from "./app/station_history.ts";
import { statusReport } from "./app/status_report.ts";
import { createUnasked } from "./app/unasked.ts";
import { createWindows } from "./app/windows.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createCommands } from "./commands/mod.ts";
import { ALERTS_FILE, type Config, KEY_CONFLICTS_FILE, PEOPLE_FILE, SHARE_FILE } from "./config.ts";
import { createOtherClient } from "./health/other_client.ts";
import { createSystemReader, type SystemReader } from "./health/system.ts";
import { createStateFile } from "./io/state_file.ts";
import { type ConnectFunction, describeCause, type EndCause } from "./link/connection.ts";
import type { Link, LinkEvent, LinkState } from "./link/link.ts";
import type { FromRadio, Init } from "./link/messages.ts";
import { toRadioOf } from "./link/packet_bytes.ts";
import { Slots } from "./link/slot.ts";
import { logger } from "./log.ts";
import { warnOfMissingChannels } from "./mesh/channels.ts";
import { ownHopLimit } from "./mesh/hop_limit.ts";
import { createKeyConflicts } from "./mesh/key_conflicts.ts";
import { createNodeDb, type NodeDb, type Place } from "./mesh/node_db.ts";
import type { Outbox, OutboxOptions } from "./mesh/outbox.ts";
import type { TextMessage } from "./mesh/packet.ts";
import { createParked } from "./mesh/parked.ts";
import { createPeople } from "./mesh/people.ts";
import { type RadioInfo, Session, type SessionSink } from "./mesh/session.ts";
import type { Command } from "./router/command.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";

const log = logger("app");

// The node's packets from the time of our absence come right after the handshake.
const LONG_AWAY_MS = 600_000;
const KEPT_PACKETS_MS = 5000;

/** What the bot is built from; everything but `config` and `version` has a default. */
export interface AppOptions {
  readonly config: Config;
  readonly version: string;
  readonly clock?: Clock;
  /** The connections of this process; shared with whoever else dials nodes. */
  readonly slots?: Slots;
  /** How a connection to the node is opened; by default as the system does it. */
  readonly connect?: ConnectFunction;
  readonly commands?: readonly Command[];
  /** How this machine is read; by default as it is. */
  readonly readSystem?: SystemReader;
  /** What the bot remembers; by default what is in `data_dir`. Closed when the bot stops. */
  readonly store?: (nodes: NodeDb) => Store;
  /** Reads the configuration anew for /reload; throws UsageError with a mistake a line. */
  readonly readConfig?: () => Config;
  /** Told the new configuration before it is applied. */
  readonly onReload?: (config: Config) => void;
  /** Told about every packet that was given to the node, every packet whose end is known, every text that was dealt with. */
  readonly onSent?: OutboxOptions["onSent"];
  readonly onEnd?: OutboxOptions["onEnd"];
  readonly onHandled?: (request: TextMessage) => void;
}

/** The running bot. */
export interface App {
  readonly link: Pick<RadioLink, "state" | "reconnects" | "stepAside" | "comeBack"> & {
    /** Calls `listener` for every event of the link, in the turn it happens; returns how to stop that. */
    listen(listener: (event: LinkEvent) => void): () => void;
  };
  readonly nodes: NodeDb;
  readonly outbox: Pick<Outbox, "openParts">;
  /** What the handshake told about our own node; undefined before the first. */
  readonly radio: () => RadioInfo | undefined;
  /** How the bot stands, for `meshbot status`. */
  status(): object;
  /** Reads the configuration again; gives the mistakes, and goes on with the old one when there are any. */
  reload(): readonly string[];
  /** Settles when the bot has stopped. */
  readonly ended: Promise<void>;
  /** Takes leave of the node and stops everything; harmless when called again. */
  stop(): Promise<void>;
}

/** Starts the bot. Throws SlotTakenError when this process already has a connection to the node. */
export async function startApp(options: AppOptions): Promise<App> {
  let { config } = options;
  const clock = options.clock ?? systemClock;
  const slots = options.slots ?? new Slots();
  const nodes = createNodeDb({ clock });
  const store = (options.store ?? openStoreIn(config, clock))(nodes);
  const kept = await store.loadNodes();
  nodes.restore(kept.nodes);
  const radio = (): RadioInfo | undefined => session.radio;
  const hopLimit = (): number => ownHopLimit(radio()?.lora);

  const listeners = new Set<(event: LinkEvent) => void>();
  let awayLongUntilMs = 0;
  let resumed = false;
  const otherClient = createOtherClient({ clock });
  const sending = createSending({
    clock,
    config: () => config,
    nodes,
    radio,
    give,
    onSent(sent) {
      sharing?.botSent(sent.draft, sent.id);
      options.onSent?.(sent);
    },
    giveBytes,
    ...(options.onEnd === undefined ? {} : { onEnd: options.onEnd }),
    journal: store.journal,
  });
  const { outbox, requests, orders } = sending;
  const parked = createParked({ clock });
  const peopleFile = createStateFile(join(config.data_dir, PEOPLE_FILE));
  const people = createPeople({ clock, file: peopleFile });
  const conflictsFile = createStateFile(join(config.data_dir, KEY_CONFLICTS_FILE));
  const keyConflicts = createKeyConflicts(conflictsFile);
  const alertsFile = createStateFile(join(config.data_dir, ALERTS_FILE));
  const unasked = createUnasked({
    clock,
    config: () => config,
    radio,
    linked: () => link.state.kind === "ready",
    nodes,
    people,
    sending,
    hopLimit,
    answering: () => answering,
    file: alertsFile,
  });
  await Promise.all([people.load(), keyConflicts.load(), unasked.load()]);
  const readSystem = options.readSystem ?? createSystemReader();
  const stationHistory = createStationHistory({ clock, history: store.history });
  const windows = createWindows({ clock, slots, readSystem, place, report: unasked.report, telemetry: unasked.telemetry, stationHistory });
  const parts: ProcessContext = {
    clock,
    nodes,
    radio,
    airtime: sending.airtime,
    budget: sending.budget,
    requests: {
      traceroute: (target, waiting) => requests.traceroute(target, waiting),
      reboot: (nodeNum, seconds, waiting) => orders.reboot(nodeNum, seconds, waiting),
    },
    people,
    more: parked,
    history: store.history,
    services: windows.services,
    remotes: windows.remotes,
    reload: () => Promise.resolve(reload()),
    startedAtWallMs: clock.wallMs(),
    version: options.version,
    link: () => ({
      state: link.state.kind,
      sinceWallMs: clock.wallMs() - (clock.nowMs() - link.state.sinceMs),
      reconnects: link.reconnects,
      queueLength: outbox.length,
      outcomes: sending.outcomes,
      deliveredSealed: sending.deliveredSealed(),
      clients: sharing?.view.clients.length,
      otherClient: otherClient.suspected,
    }),
  };
  const answering = createAnswering(config, {
    parts,
    commands: options.commands ?? createCommands({ readSystem }),
    journal: store.journal,
    outbox,
    parked,
    hopLimit,
    justBackFromLongAway: () => clock.nowMs() < awayLongUntilMs,
    ...(options.onHandled === undefined ? {} : { onHandled: options.onHandled }),
  });
  const receiving = createReceiving({
    clock,
    nodes,
    keyConflicts,
    otherClient,
    sending,
    radio,
    ready,
    history: store.history,
    text: (message, raw) => answering.handle(message, raw),
    ownUptime: (uptimeS) => session.ownUptime(uptimeS),
  });
  const session = new Session({
    clock,
    setClock: config.node.set_clock,
    sink: receiving,
    ...(kept.ownNum === undefined ? {} : { knownNode: kept.ownNum }),
  });

  const link = new RadioLink({
    clock,
    config: () => config,
    slots,
    session,
    user: { connected, received, lost },
    onEvent,
    ...(options.connect === undefined ? {} : { connect: options.connect }),
  });
  const { listen, http } = config.share;
  const sharing = listen === undefined && http === undefined ? undefined : await startSharing();

  log.info`MeshBot ${options.version} is starting; its node is ${config.node.host}:${config.node.port}`;
  await link.open();
  if (config.esphome.url !== undefined) await stationHistory.load(config.esphome.sensors.map(({ id }) => id));
  windows.configure(config);

  async function startSharing(): Promise<Sharing> {
    // Only who shares the radio needs what belongs to it.
    const { createSharing } = await import("./app/sharing.ts");
    const path = join(config.data_dir, SHARE_FILE);
    return createSharing({ clock, config: () => config, path, nodes, outbox, link, session, radio, answering: () => answering });
  }

  /** What the session itself sends, such as the time, the node reports on too. */
  function connected(to: Link): void {
    session.connected({
      get state() {
        return to.state;
      },
      send(message) {
        if (message.payloadVariant?.case === "packet") otherClient.sent(message.payloadVariant.value.id ?? 0);
        return to.send(message);
      },
      identify: (nodeNum) => to.identify(nodeNum),
      settled: () => to.settled(),
    });
  }

  function received(message: FromRadio, bytes: Uint8Array): void {
    sharing?.fromRadio(message, bytes);
    session.received(message, bytes);
  }

  function lost(cause: EndCause): void {
    session.lost(cause);
    sharing?.linkLost();
  }

  function onEvent(event: LinkEvent): void {
    if (event.type === "lost") store.history.linkEvent("lost", describeCause(event.cause));
    else if (event.state.kind === "ready") store.history.linkEvent("ready");
    for (const listener of [...listeners]) listener(event);
  }

  function ready(known: RadioInfo, { first, outageMs }: Parameters<SessionSink["ready"]>[1]): void {
    nodes.ownNum = known.nodeNum;
    if (first) warnOfMissingChannels(channelsIn(config), known);
    if (!first && outageMs > LONG_AWAY_MS) awayLongUntilMs = clock.nowMs() + KEPT_PACKETS_MS;
    const firstOfLife = !resumed;
    resumed = true;
    if (firstOfLife) resume({ journal: store.journal, outbox, answering, rxTimeS: receiving.meshTimeS() });
    // What an earlier run left open is owed, however long the node takes to come up.
    outbox.linkReady({ nodeNum: known.nodeNum, hopLimit: hopLimit(), outageMs: firstOfLife ? 0 : outageMs });
    unasked.linkReady();
    sharing?.linkReady();
  }

  /** Where our node stands: as configured, else as it says itself. */
  function place(): Place | undefined {
    const { latitude, longitude } = config.place;
    if (latitude !== undefined && longitude !== undefined) return { latitude, longitude };
    return nodes.get(radio()?.nodeNum ?? 0)?.place;
  }

  /** Hands a packet to our node; what it reports on it is then no riddle. */
  function give(packet: Init<"MeshPacket">): boolean {
    otherClient.sent(packet.id ?? 0);
    return link.send({ payloadVariant: { case: "packet", value: packet } });
  }

  /** Hands our node a client's packet as the client has written it. */
  function giveBytes(packet: Uint8Array, id: number): boolean {
    otherClient.sent(id);
    return link.sendBytes(toRadioOf(packet));
  }

  /** Reads the configuration again; with a mistake in it the old one stays. Link, queue and what is under way go on. */
  function reload(): readonly string[] {
    const next = reread(config, options.readConfig);
    if ("mistakes" in next) return next.mistakes;
    config = next.config;
    options.onReload?.(config);
    answering.configure(config);
    windows.configure(config);
    unasked.configure();
    link.watch();
    const known = radio();
    if (known !== undefined) warnOfMissingChannels(channelsIn(config), known);
    log.info`the configuration was read again`;
    return [];
  }

  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    log.info`stopping`;
    await sharing?.[Symbol.asyncDispose]();
    // What alerts are under way stays in the journal: they count as said.
    unasked[Symbol.dispose]();
    await answering.stop();
    outbox.close();
    await link.close();
    await Promise.all([windows[Symbol.asyncDispose](), peopleFile.flush(), conflictsFile.flush(), alertsFile.flush()]);
    await store[Symbol.asyncDispose]();
    log.info`stopped: the node's connection is free`;
    ended.resolve();
  }
  return {
    link: {
      get state(): LinkState {
        return link.state;
      },
      get reconnects() {
        return link.reconnects;
      },
      stepAside: () => link.stepAside(),
      comeBack: () => link.comeBack(),
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    nodes,
    outbox,
    radio,
    status: () => statusReport({ clock, config, parts, store: store.state, share: sharing?.view }),
    reload,
    ended: ended.promise,
    stop: () => stopping ??= stop(),
  };
}

/** What is remembered in `data_dir`. */
export function openStoreIn({ data_dir, store }: Config, clock: Clock): (nodes: NodeDb) => Store {
  return (nodes) => openStore({ folder: data_dir, clock, keepDays: store.keep_days, maxMb: store.max_mb, nodes });
}

function channelsIn({ mesh, echo }: Config): (number | string)[] {
  return [...mesh.channels, ...mesh.reply_in_channels, ...(echo.channel === undefined ? [] : [echo.channel])];
}

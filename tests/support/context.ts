/** A CommandContext for tests: a clock that stands still, a real node database, the real sentences and configuration. */
import { loadConfig } from "../../src/config.ts";
import type { CommandContext, LinkView } from "../../src/context.ts";
import { type Language, sentences } from "../../src/i18n/mod.ts";
import { make } from "../../src/link/codec.ts";
import { createBudget, utilizationOf } from "../../src/mesh/budget.ts";
import { createNodeDb, type NodeDb } from "../../src/mesh/node_db.ts";
import type { Reception, TextMessage } from "../../src/mesh/packet.ts";
import { createPeople, type People, type PeopleFile } from "../../src/mesh/people.ts";
import type { RemoteNodes } from "../../src/health/remote_nodes.ts";
import type { RemoteAdmin } from "../../src/mesh/remote_admin.ts";
import type { MeshRequests } from "../../src/mesh/requests.ts";
import type { RadioInfo } from "../../src/mesh/session.ts";
import type { Services } from "../../src/services/mod.ts";
import { HistoryError } from "../../src/store/history_error.ts";
import type { History } from "../../src/store/store.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";

/** Our own node in tests, `!16fad3dc`. */
export const OWN_NUM = 0x16fad3dc;
/** The one who asks, `!a1b2e4ed`. */
export const ASKER_NUM = 0xa1b2e4ed;
/** Where our own node stands when a test gives it a place. */
export const OWN_PLACE = { latitude: 48.8252, longitude: 2.3622 } as const;

/** What a test wants to be different. */
export interface ContextOptions {
  readonly language?: Language;
  readonly args?: string;
  readonly clock?: FakeClock;
  readonly nodes?: NodeDb;
  /** The request; by default a direct text from ASKER_NUM heard at 0 hops with SNR 7.5 and RSSI -92. */
  readonly message?: Partial<TextMessage>;
  readonly onChannel?: boolean;
  /** As environment variables, e.g. `MESHBOT_ECHO_CHANNEL`. */
  readonly config?: Readonly<Record<string, string>>;
  /** null: there was no handshake yet. */
  readonly radio?: Partial<RadioInfo> | null;
  readonly link?: Partial<LinkView>;
  readonly airtimeMs?: number;
  readonly traceroute?: MeshRequests["traceroute"];
  readonly reboot?: RemoteAdmin["reboot"];
  /** By default nobody is known, and nothing is kept. */
  readonly people?: People;
  /** What is left of the last answer to the asker. */
  readonly rest?: string;
  /** By default there is none: every question meets a HistoryError. */
  readonly history?: Pick<History, "ask">;
  /** By default all are switched off. */
  readonly services?: Partial<Services>;
  /** By default there are none. */
  readonly remotes?: RemoteNodes;
  readonly reload?: () => Promise<readonly string[]>;
  /** The asker is an admin. */
  readonly admin?: boolean;
  readonly signal?: AbortSignal;
}

const NO_OUTCOMES = { delivered: 0, relayed: 0, failed: 0, unknown: 0, expired: 0 } as const;

/** Everything a command sees. */
export function makeContext(options: ContextOptions = {}): CommandContext {
  const clock = options.clock ?? createFakeClock();
  const nodes = options.nodes ?? createNodeDb({ clock });
  const env = { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/var/lib/meshbot", ...options.config };
  const airtime = { add() {}, usedMsLastHour: () => options.airtimeMs ?? 0 };
  const message: TextMessage = { ...makeReception(), kind: "text", text: "", lengthBytes: 0, replyId: 0, emoji: false, ...options.message };
  return {
    config: loadConfig({ file: null, env, cwd: "/" }).config,
    clock,
    say: sentences(options.language ?? "en"),
    nodes,
    radio: () => options.radio === null ? undefined : makeRadio(options.radio),
    link: () => ({
      state: "ready",
      sinceWallMs: clock.wallMs(),
      reconnects: 0,
      queueLength: 0,
      outcomes: NO_OUTCOMES,
      deliveredSealed: 0,
      clients: undefined,
      otherClient: false,
      ...options.link,
    }),
    airtime,
    budget: createBudget({ clock, ledger: airtime, percent: () => 2, utilization: () => utilizationOf(nodes.get(OWN_NUM)) }),
    requests: {
      traceroute: options.traceroute ?? (() => Promise.reject(new Error("this test traces nothing"))),
      reboot: options.reboot ?? (() => Promise.reject(new Error("this test restarts nothing"))),
    },
    people: options.people ?? createPeople({ clock, file: forgetfulFile }),
    more: { next: () => options.rest },
    history: options.history ?? { ask: () => Promise.reject(new HistoryError("this test has no history")) },
    services: { weather: undefined, lightning: undefined, vigilance: undefined, esphome: undefined, ...options.services },
    remotes: options.remotes ?? noRemotes,
    reload: options.reload ?? (() => Promise.reject(new Error("this test reloads nothing"))),
    startedAtWallMs: clock.wallMs(),
    version: "0.0.0",
    message,
    fromNode: nodes.get(message.from),
    args: options.args ?? "",
    onChannel: options.onChannel ?? false,
    admin: options.admin ?? false,
    signal: options.signal ?? new AbortController().signal,
  };
}

/** A file that keeps nothing. */
export const forgetfulFile: PeopleFile = { read: () => Promise.resolve(undefined), write() {} };

const noRemotes = { names: [], [Symbol.asyncDispose]: () => Promise.resolve() } as unknown as RemoteNodes;

function makeRadio(radio: Partial<RadioInfo> = {}): RadioInfo {
  return {
    nodeNum: OWN_NUM,
    firmwareVersion: "2.7.26",
    rebootCount: 3,
    lora: undefined,
    channels: [
      { index: 0, name: "LongFast", primary: true },
      { index: 2, name: "Paris", primary: false },
    ],
    ...radio,
  };
}

/** A packet from ASKER_NUM, heard at 0 hops. */
export function makeReception(reception: Partial<Reception> = {}): Reception {
  return {
    id: 1,
    from: ASKER_NUM,
    to: OWN_NUM,
    channel: 0,
    hopsUsed: 0,
    hopLimit: 3,
    hopStart: 3,
    snr: 7.5,
    rssi: -92,
    viaMqtt: false,
    relayNode: 0,
    rxTimeS: 0,
    pkiEncrypted: true,
    publicKey: new Uint8Array(32),
    wantAck: true,
    wantsResponse: false,
    ...reception,
  };
}

/** What a test tells the node database of one node. */
export interface NodeSpec {
  readonly num: number;
  readonly longName?: string;
  readonly shortName?: string;
  readonly publicKey?: Uint8Array;
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly altitude?: number; readonly precisionBits?: number };
  readonly batteryPercent?: number;
  readonly channelUtilization?: number;
  readonly airUtilTx?: number;
  /** A packet of the node that was heard now; false: none was. */
  readonly heard?: Partial<Reception> | false;
}

/** Enters a node as its own packets would. */
export function addNode(nodes: NodeDb, spec: NodeSpec): void {
  const { num, longName = "", shortName = "", publicKey = new Uint8Array(0), place, heard = {} } = spec;
  nodes.applyUser(num, make("User", { longName, shortName, publicKey }));
  if (place !== undefined) {
    const { latitude, longitude, altitude, precisionBits = 32 } = place;
    const latitudeI = Math.round(latitude * 1e7);
    const longitudeI = Math.round(longitude * 1e7);
    nodes.applyPosition(num, make("Position", { latitudeI, longitudeI, precisionBits, ...(altitude === undefined ? {} : { altitude }) }));
  }
  const value = {
    ...(spec.batteryPercent === undefined ? {} : { batteryLevel: spec.batteryPercent }),
    ...(spec.channelUtilization === undefined ? {} : { channelUtilization: spec.channelUtilization }),
    ...(spec.airUtilTx === undefined ? {} : { airUtilTx: spec.airUtilTx }),
  };
  if (Object.keys(value).length > 0) nodes.applyTelemetry(num, make("Telemetry", { variant: { case: "deviceMetrics", value } }));
  if (heard !== false) nodes.applyReception(makeReception({ from: num, ...heard }));
}

/**
 * The conversation with our own node: the handshake, what it tells, and everything else that the node says sorted by
 * kind. Packets that arrive during the handshake are packets like any other.
 */
import type { Clock, Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import { ChannelRole, enumName, ModemPreset } from "../link/enums.ts";
import type { EndCause } from "../link/connection.ts";
import type { LinkState, LinkUser } from "../link/link.ts";
import type { FromRadio, Init, LoRaConfig, MeshPacket, MyNodeInfo, NodeInfo, QueueStatus } from "../link/messages.ts";
import { randomId } from "../link/random_id.ts";
import { logger } from "../log.ts";
import { formatNodeId } from "../node_id.ts";
import { type ChannelKey, channelKey } from "./channel_key.ts";
import { adminPacket } from "./own_node.ts";

const log = logger("mesh");

/** want_config_id that asks for the configuration without the node list (firmware, PhoneAPI.h). */
export const ONLY_CONFIG_NONCE = 69420;
/** want_config_id that asks for the node list alone. */
export const ONLY_NODES_NONCE = 69421;

// The list of 100 to 250 nodes is what overruns weak nodes, and NODEINFO packets keep ours fresh meanwhile.
const NODE_LIST_KEEP_MS = 12 * 3_600_000;
// A node that has just been connected to has its hands full with the packets that it kept for us.
const NODE_LIST_DELAY_MS = 60_000;
// A Pi has no clock chip: before the network has told it the time it believes in the past.
const PLAUSIBLE_WALL_MS = Date.UTC(2025, 0, 1);
// After this many full handshakes that the node broke off, the list is asked for alone and later.
const FULL_HANDSHAKES_TRIED = 2;

/** One of the node's eight channel slots that is in use. */
export interface ChannelInfo {
  readonly index: number;
  /** The channel's own name, or the preset's (`LongFast`) when it has none. */
  readonly name: string;
  readonly primary: boolean;
  /** Encrypted with a key that not everybody has; absent where the key is public or there is none. The key itself is not kept. */
  readonly ownKey?: true;
}

/** A channel slot as the node tells of it. */
interface ChannelSlot {
  readonly index: number;
  readonly role: number;
  readonly name: string;
  readonly key: ChannelKey;
}

/** What the handshake told about our own node. */
export interface RadioInfo {
  readonly nodeNum: number;
  readonly firmwareVersion: string;
  readonly rebootCount: number;
  readonly lora: LoRaConfig | undefined;
  readonly channels: readonly ChannelInfo[];
}

/** Who takes what the node says; called in the turn in which the frame was read. */
export interface SessionSink {
  /** A handshake is complete. `first`: of this program's life; `outageMs`: how long there was no ready link. */
  ready(radio: RadioInfo, handshake: { readonly first: boolean; readonly outageMs: number }): void;
  lost(cause: EndCause): void;
  /** This address is another node than before: what is known of the mesh was seen by another radio. */
  radioChanged(radio: { readonly nodeNum: number }): void;
  nodeInfo(info: NodeInfo): void;
  packet(packet: MeshPacket, bytes: Uint8Array): void;
  queueStatus(status: QueueStatus): void;
}

/** The part of the link that the session needs. */
export interface SessionLink {
  readonly state: LinkState;
  send(message: Init<"ToRadio">): boolean;
  identify(nodeNum: number): void;
  settled(): void;
}

/** What a session needs. */
export interface SessionOptions {
  readonly clock: Clock;
  readonly sink: SessionSink;
  /** Tells the node the time right after it has said who it is: without it the times of its packets are 0. */
  readonly setClock?: boolean;
  /** The node whose list is kept from an earlier run: while it answers, the first handshake leaves the list out too. */
  readonly knownNode?: number;
}

/** The session on one link, over all its connections. */
export class Session implements LinkUser {
  readonly #clock: Clock;
  readonly #sink: SessionSink;
  readonly #setClock: boolean;
  /** The node that what is known of the mesh was heard by. */
  #listOf: number | undefined;
  #link: SessionLink | undefined;
  #radio: RadioInfo | undefined;
  #nonce = 0;
  #wanted: { nonce: number; full: boolean } | undefined;
  #brokenFullHandshakes = 0;
  #nodeListAtMs: number | undefined;
  #nodeListTimer: Timer | undefined;
  #startedAtMs = 0;
  #ready = false;
  #uptimeS: number | undefined;
  #lostAtMs: number;
  #messages = 0;
  #draft: { my?: MyNodeInfo; firmwareVersion?: string; lora?: LoRaConfig; channels: Map<number, ChannelSlot> } = { channels: new Map() };

  constructor(options: SessionOptions) {
    this.#clock = options.clock;
    this.#sink = options.sink;
    this.#setClock = options.setClock ?? false;
    this.#listOf = options.knownNode;
    this.#lostAtMs = this.#clock.nowMs();
  }

  /** What the last complete handshake told; undefined before the first. */
  get radio(): RadioInfo | undefined {
    return this.#radio;
  }

  connected(link: SessionLink): void {
    this.#link = link;
    this.#messages = 0;
    this.#startedAtMs = this.#clock.nowMs();
    const full = this.#listOf === undefined && this.#brokenFullHandshakes < FULL_HANDSHAKES_TRIED;
    this.#want(full ? freshNonce() : ONLY_CONFIG_NONCE, full);
  }

  /** Asks for the configuration once more on the same connection: every node answers that, so it is a probe too. */
  askConfig(): boolean {
    return this.#want(ONLY_CONFIG_NONCE, false);
  }

  /** Asks for the list of nodes alone, with what the node knows of each now. */
  askNodes(): boolean {
    return this.#want(ONLY_NODES_NONCE, false);
  }

  /** Our node's own uptime in seconds, from its telemetry: falling, it tells of a restart that the link did not see. */
  ownUptime(uptimeS: number): void {
    const before = this.#uptimeS;
    this.#uptimeS = uptimeS;
    if (before === undefined || uptimeS >= before) return;
    log.warn`our node has restarted: its uptime fell from ${before} s to ${uptimeS} s`;
    this.#askNodesLater();
  }

  received(message: FromRadio, bytes: Uint8Array): void {
    this.#messages += 1;
    const { payloadVariant } = message;
    switch (payloadVariant.case) {
      case "packet":
        return this.#sink.packet(payloadVariant.value, bytes);
      case "queueStatus":
        return this.#sink.queueStatus(payloadVariant.value);
      case "nodeInfo":
        return this.#sink.nodeInfo(payloadVariant.value);
      case "clientNotification":
        log.warn`our node says: ${payloadVariant.value.message}`;
        return;
      case "myInfo":
        return this.#myInfo(payloadVariant.value);
      case "metadata":
        this.#draft.firmwareVersion = payloadVariant.value.firmwareVersion;
        return;
      case "config":
        if (payloadVariant.value.payloadVariant.case === "lora") this.#draft.lora = payloadVariant.value.payloadVariant.value;
        return;
      case "channel": {
        const { index, role, settings } = payloadVariant.value;
        this.#draft.channels.set(index, { index, role, name: settings?.name ?? "", key: channelKey(settings?.psk) });
        return;
      }
      case "configCompleteId":
        return this.#complete(payloadVariant.value);
      case "logRecord":
        log.debug`our node logs: ${payloadVariant.value.message}`;
        return;
      default:
        return;
    }
  }

  lost(cause: EndCause): void {
    this.#nodeListTimer?.cancel();
    if (this.#wanted?.full === true && this.#messages > 0) this.#brokenFullHandshakes += 1;
    this.#wanted = undefined;
    // A connection that never came to be ready is part of the outage before it.
    if (this.#ready) this.#lostAtMs = this.#clock.nowMs();
    this.#ready = false;
    this.#sink.lost(cause);
  }

  #want(nonce: number, full: boolean): boolean {
    this.#nonce = nonce;
    if (nonce !== ONLY_NODES_NONCE) {
      this.#wanted = { nonce, full };
      this.#draft = { channels: new Map() };
    }
    return this.#link?.send({ payloadVariant: { case: "wantConfigId", value: nonce } }) ?? false;
  }

  #myInfo(my: MyNodeInfo): void {
    this.#draft.my = my;
    try {
      this.#link?.identify(my.myNodeNum);
    } catch (error) {
      // The visit that holds this node ends by itself when the node closes it; the bot's own link stays.
      log.error`${describeError(error)}`;
    }
    const wallMs = this.#clock.wallMs();
    if (this.#setClock && wallMs > PLAUSIBLE_WALL_MS) {
      const value = adminPacket(my.myNodeNum, { payloadVariant: { case: "setTimeOnly", value: Math.floor(wallMs / 1000) } });
      this.#link?.send({ payloadVariant: { case: "packet", value } });
    }
    const before = this.#radio?.nodeNum ?? this.#listOf;
    if (before === undefined || before === my.myNodeNum) return;
    log.warn`this address is another node now: ${formatNodeId(my.myNodeNum)}, before it was ${formatNodeId(before)}`;
    this.#listOf = undefined;
    this.#sink.radioChanged({ nodeNum: my.myNodeNum });
    this.#radio = undefined;
    this.#nodeListAtMs = undefined;
  }

  #complete(nonce: number): void {
    if (nonce !== this.#nonce) return;
    const nowMs = this.#clock.nowMs();
    if (nonce === ONLY_NODES_NONCE) {
      this.#nodeListAtMs = nowMs;
      log.info`the node list is fresh`;
      return;
    }
    const { my, firmwareVersion, lora, channels } = this.#draft;
    if (my === undefined) {
      log.warn`the node ended the handshake without saying who it is; asking again`;
      this.#want(freshNonce(), true);
      return;
    }
    const first = this.#radio === undefined;
    const radio: RadioInfo = {
      nodeNum: my.myNodeNum,
      firmwareVersion: firmwareVersion ?? "unknown",
      rebootCount: my.rebootCount,
      lora,
      channels: channelInfos(channels, lora),
    };
    const rebooted = this.#radio !== undefined && radio.rebootCount > this.#radio.rebootCount;
    if (rebooted) log.warn`our node has restarted (reboot ${radio.rebootCount})`;
    const full = this.#wanted?.full === true;
    this.#radio = radio;
    this.#listOf = radio.nodeNum;
    this.#wanted = undefined;
    this.#brokenFullHandshakes = 0;
    if (full) this.#nodeListAtMs = nowMs;
    if (rebooted || this.#nodeListAtMs === undefined || nowMs - this.#nodeListAtMs >= NODE_LIST_KEEP_MS) this.#askNodesLater();
    if (this.#link?.state.kind !== "configuring") return;
    this.#link.settled();
    this.#ready = true;
    const what = `${formatNodeId(radio.nodeNum)}, firmware ${radio.firmwareVersion}`;
    log.info`ready: our node is ${what}; handshake of ${this.#messages} messages in ${Math.round(nowMs - this.#startedAtMs)} ms`;
    this.#sink.ready(radio, { first, outageMs: nowMs - this.#lostAtMs });
  }

  #askNodesLater(): void {
    this.#nodeListTimer?.cancel();
    this.#nodeListTimer = this.#clock.after(NODE_LIST_DELAY_MS, () => this.#want(ONLY_NODES_NONCE, false));
  }
}

function freshNonce(): number {
  const nonce = randomId();
  return nonce === ONLY_CONFIG_NONCE || nonce === ONLY_NODES_NONCE ? freshNonce() : nonce;
}

function channelInfos(slots: ReadonlyMap<number, ChannelSlot>, lora: LoRaConfig | undefined): ChannelInfo[] {
  const used = [...slots.values()].filter(({ role }) => role !== ChannelRole.DISABLED);
  const primaryKey = used.find(({ role }) => role === ChannelRole.PRIMARY)?.key;
  return used.map(({ index, role, name, key }) => {
    const primary = role === ChannelRole.PRIMARY;
    // A secondary channel without a key of its own has the primary's (firmware, Channels.cpp).
    const ownKey = (key === "none" && !primary ? primaryKey : key) === "own";
    return { index, name: name || presetName(lora), primary, ...(ownKey ? { ownKey } : {}) };
  });
}

/** The name that the firmware gives a channel without one: the preset's in CamelCase, `Custom` without a preset. */
function presetName(lora: LoRaConfig | undefined): string {
  if (lora !== undefined && !lora.usePreset) return "Custom";
  return enumName(ModemPreset, lora?.modemPreset ?? ModemPreset.LONG_FAST)
    .toLowerCase().replace(/(^|_)(\w)/g, (_match, _underscore, letter: string) => letter.toUpperCase());
}

/** One answer to want_config_id, message by message: complete, in the firmware's order (PhoneAPI.cpp, the states of getFromRadio). */
import type { FromRadio } from "../../../src/link/messages.ts";
import { ONLY_CONFIG_NONCE, ONLY_NODES_NONCE } from "../../../src/mesh/session.ts";
import { formatNodeId } from "../../../src/node_id.ts";

const CHANNEL_SLOTS = 8;

/** The places in the order. Kinds without a place of their own are newer than the field table, and stand before the channels. */
const PLACES: Readonly<Record<string, number>> = {
  myInfo: 0,
  deviceuiConfig: 1,
  ownNodeInfo: 2,
  metadata: 3,
  unknown: 4,
  channel: 5,
  config: 6,
  moduleConfig: 7,
  nodeInfo: 8,
  fileInfo: 9,
  configCompleteId: 10,
};
const ONCE: readonly string[] = ["myInfo", "ownNodeInfo", "metadata"];
const SETTINGS: readonly string[] = ["myInfo", "deviceuiConfig", "metadata", "unknown", "channel", "config", "moduleConfig", "fileInfo"];

/** The handshake under way. */
export class HandshakeOrder {
  readonly #nonce: number;
  readonly #ownNum: number;
  readonly #counts = new Map<string, number>();
  readonly #nodes = new Set<number>();
  #last = "";

  constructor(options: { readonly nonce: number; readonly ownNum: number }) {
    this.#nonce = options.nonce;
    this.#ownNum = options.ownNum;
  }

  /** Whether such a message belongs to a handshake. */
  static has({ payloadVariant }: FromRadio): boolean {
    return payloadVariant.case === undefined || payloadVariant.case in PLACES;
  }

  /** Takes the next message; gives what is wrong with it. */
  take(message: FromRadio): string[] {
    const kind = this.#kindOf(message);
    const broken: string[] = [];
    const before = this.#last;
    if (before === "" && kind !== this.#first) broken.push(`begins with ${kind}, not with ${this.#first}`);
    if (before !== "" && (PLACES[kind] as number) < (PLACES[before] as number)) broken.push(`${kind} comes behind ${before}`);
    this.#last = kind;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (ONCE.includes(kind) && count > 1) broken.push(`${kind} comes ${count} times`);
    if (this.#nonce === ONLY_NODES_NONCE && SETTINGS.includes(kind)) broken.push(`${kind} where the nodes alone were asked for`);
    if (this.#nonce === ONLY_CONFIG_NONCE && kind === "nodeInfo") broken.push("another node where the settings alone were asked for");
    const { payloadVariant } = message;
    if (payloadVariant.case === "nodeInfo") broken.push(...this.#node(payloadVariant.value.num));
    if (payloadVariant.case === "channel" && payloadVariant.value.index !== count - 1) {
      broken.push(`channel ${payloadVariant.value.index} stands where ${count - 1} belongs`);
    }
    if (payloadVariant.case === "configCompleteId") broken.push(...this.#complete(payloadVariant.value));
    return broken;
  }

  get #first(): string {
    return this.#nonce === ONLY_NODES_NONCE ? "ownNodeInfo" : "myInfo";
  }

  #kindOf({ payloadVariant }: FromRadio): string {
    if (payloadVariant.case === "nodeInfo" && payloadVariant.value.num === this.#ownNum) return "ownNodeInfo";
    return payloadVariant.case ?? "unknown";
  }

  #node(num: number): string[] {
    const again = this.#nodes.has(num);
    this.#nodes.add(num);
    return again ? [`node ${formatNodeId(num)} comes twice`] : [];
  }

  #complete(nonce: number): string[] {
    const needed = this.#nonce === ONLY_NODES_NONCE ? ["ownNodeInfo"] : [...ONCE, "config", "moduleConfig"];
    const missing = needed.filter((kind) => !this.#counts.has(kind));
    const channels = this.#counts.get("channel") ?? 0;
    return [
      ...(nonce === this.#nonce ? [] : [`ends with ${nonce}, not with the ${this.#nonce} that was asked for`]),
      ...(missing.length === 0 ? [] : [`ends without ${missing.join(", ")}`]),
      ...(this.#nonce === ONLY_NODES_NONCE || channels === CHANNEL_SLOTS ? [] : [`ends with ${channels} channels`]),
    ];
  }
}

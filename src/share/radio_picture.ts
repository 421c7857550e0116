/**
 * What the radio told in its last complete handshake, for the handshakes of the clients: the same bytes in the same order.
 * A handshake that is under way or broken off changes nothing; nodes are kept up to date by what is heard of them.
 */
import { encode } from "../link/codec.ts";
import type { FromRadio, MeshPacket, MyNodeInfo } from "../link/messages.ts";
import { ONLY_CONFIG_NONCE, ONLY_NODES_NONCE } from "../mesh/session.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import { heard, keyOf, remembered, userOf } from "./node_picture.ts";
import { FROM_RADIO } from "./patch_packet.ts";
import { bytesField, fieldsOf, partOf } from "./wire.ts";

// The firmware's own list holds 100 to 250.
const MAX_NODES = 500;
const LIVE: ReadonlySet<number> = new Set([
  FROM_RADIO.packet,
  FROM_RADIO.logRecord,
  FROM_RADIO.rebooted,
  FROM_RADIO.queueStatus,
  FROM_RADIO.xmodem,
  FROM_RADIO.mqttProxy,
  FROM_RADIO.clientNotification,
]);

/** The parts of a handshake that say nothing of other nodes: FromRadio payloads. */
interface Settings {
  readonly my: MyNodeInfo;
  /** Before our own NodeInfo: my_info and whatever comes with it. */
  readonly head: Uint8Array[];
  /** Our own NodeInfo, without its FromRadio. */
  own: Uint8Array | undefined;
  /** From the metadata to the last module configuration. */
  readonly tail: Uint8Array[];
  /** Behind the nodes. */
  readonly files: Uint8Array[];
}

/** What the end of a handshake with the radio has brought. */
export interface Completed {
  readonly nonce: number;
  /** The settings are other ones than before, or the radio has restarted. */
  readonly changed: boolean;
}

/** The picture. */
export class RadioPicture {
  readonly #rememberedNodes: () => Iterable<NodeRecord>;
  #settings: Settings | undefined;
  #draft: Settings | undefined;
  #nodes = new Map<number, Uint8Array>();
  #draftNodes = new Map<number, Uint8Array>();
  /** Heard of since the radio began to tell its list. */
  readonly #heardMeanwhile = new Set<number>();
  #listing = false;
  #hasList = false;

  constructor(options: { readonly rememberedNodes?: () => Iterable<NodeRecord> } = {}) {
    this.#rememberedNodes = options.rememberedNodes ?? (() => []);
  }

  /** Our node's number; undefined while there is nothing to show. */
  get ownNum(): number | undefined {
    return this.#settings?.my.myNodeNum;
  }

  /** How often the radio has restarted, as it last said. */
  get rebootCount(): number {
    return this.#settings?.my.rebootCount ?? 0;
  }

  /** The radio has told its list of nodes. */
  get hasList(): boolean {
    return this.#hasList;
  }

  /** The encoded User of our own node. */
  get ownUser(): Uint8Array | undefined {
    return this.#settings?.own === undefined ? undefined : userOf(this.#settings.own);
  }

  /** Whether there is such a node. */
  has(num: number): boolean {
    return this.#nodes.has(num) || num === this.ownNum;
  }

  /** The key that the radio knows of a node; empty when none. */
  keyOf(num: number): Uint8Array {
    const info = num === this.ownNum ? this.#settings?.own : this.#nodes.get(num);
    return info === undefined ? new Uint8Array(0) : keyOf(info);
  }

  /** Takes a message of the radio; tells when it was the last of a handshake. */
  take(message: FromRadio, bytes: Uint8Array): Completed | undefined {
    const { payloadVariant } = message;
    switch (payloadVariant.case) {
      case "packet":
        this.#heard(payloadVariant.value);
        return undefined;
      case "myInfo":
        this.#begin();
        this.#draft = { my: payloadVariant.value, head: [bytes], own: undefined, tail: [], files: [] };
        return undefined;
      case "nodeInfo":
        this.#nodeInfo(payloadVariant.value.num, bytes);
        return undefined;
      case "configCompleteId":
        return this.#complete(payloadVariant.value);
      default:
        this.#other(bytes);
        return undefined;
    }
  }

  /** The connection to the radio is lost: what it was telling remains unsaid. */
  lost(): void {
    this.#draft = undefined;
    this.#draftNodes.clear();
    this.#heardMeanwhile.clear();
    this.#listing = false;
  }

  /** Another radio: nothing of this is true any more. */
  clear(): void {
    this.lost();
    this.#settings = undefined;
    this.#nodes.clear();
    this.#hasList = false;
  }

  /** The answer to want_config_id: FromRadio payloads in the firmware's order; none before the radio has told its settings. */
  handshake(nonce: number, guests: readonly Uint8Array[] = []): Uint8Array[] {
    const settings = this.#settings;
    if (settings?.own === undefined) return [];
    const own = bytesField(FROM_RADIO.nodeInfo, settings.own);
    const wantsSettings = nonce !== ONLY_NODES_NONCE;
    const nodes = nonce === ONLY_CONFIG_NONCE ? [] : [...guests, ...this.#nodes.values()];
    return [
      ...(wantsSettings ? settings.head : []),
      own,
      ...(wantsSettings ? settings.tail : []),
      ...nodes.map((info) => bytesField(FROM_RADIO.nodeInfo, info)),
      ...(wantsSettings ? settings.files : []),
      encode("FromRadio", { payloadVariant: { case: "configCompleteId", value: nonce } }),
    ];
  }

  #begin(): void {
    this.#draftNodes.clear();
    this.#heardMeanwhile.clear();
    this.#listing = true;
  }

  #nodeInfo(num: number, bytes: Uint8Array): void {
    const info = partOf(bytes, FROM_RADIO.nodeInfo);
    if (info === undefined) return;
    // Our own comes first; where no settings stand before it, the list alone was asked for.
    if (this.#draft !== undefined && num === this.#draft.my.myNodeNum) this.#draft.own = info;
    else if (num === this.ownNum) {
      this.#begin();
      if (this.#settings !== undefined) this.#settings.own = info;
    } else this.#draftNodes.set(num, info);
  }

  #other(bytes: Uint8Array): void {
    const draft = this.#draft;
    const number = fieldsOf(bytes)?.findLast((field) => field.number > 1)?.number ?? 0;
    if (draft === undefined || LIVE.has(number)) return;
    if (draft.own === undefined) draft.head.push(bytes);
    else if (number === FROM_RADIO.fileInfo || this.#draftNodes.size > 0 || draft.files.length > 0) draft.files.push(bytes);
    else draft.tail.push(bytes);
  }

  #complete(nonce: number): Completed {
    const draft = this.#draft;
    const before = this.#settings;
    this.#draft = undefined;
    let changed = false;
    if (nonce !== ONLY_NODES_NONCE && draft?.own !== undefined) {
      changed = before !== undefined && differs(before, draft);
      if (before !== undefined && before.my.myNodeNum !== draft.my.myNodeNum) this.#nodes.clear();
      this.#settings = draft;
      if (before === undefined && !this.#hasList) this.#recall(draft.my.myNodeNum);
    }
    if (nonce !== ONLY_CONFIG_NONCE) this.#takeList();
    return { nonce, changed };
  }

  #takeList(): void {
    const list = new Map(this.#draftNodes);
    for (const num of this.#heardMeanwhile) {
      const info = this.#nodes.get(num);
      if (info !== undefined && !list.has(num)) list.set(num, info);
    }
    this.#nodes = list;
    this.#hasList = true;
    this.lost();
  }

  #recall(ownNum: number): void {
    const known = [...this.#rememberedNodes()].filter(({ num }) => num !== ownNum);
    known.sort((a, b) => (b.lastHeardWallMs ?? 0) - (a.lastHeardWallMs ?? 0));
    for (const node of known.slice(0, MAX_NODES)) if (!this.#nodes.has(node.num)) this.#nodes.set(node.num, remembered(node));
  }

  #heard(packet: MeshPacket): void {
    const { from } = packet;
    if (from === 0) return;
    if (from === this.ownNum) {
      const settings = this.#settings;
      if (settings?.own !== undefined) settings.own = heard(packet, settings.own);
      return;
    }
    if (this.#listing) this.#heardMeanwhile.add(from);
    const drafted = this.#draftNodes.get(from);
    if (drafted !== undefined) this.#draftNodes.set(from, heard(packet, drafted));
    const known = this.#nodes.get(from);
    // Whoever was heard last stands last, so that the first one is who may be forgotten.
    this.#nodes.delete(from);
    this.#nodes.set(from, heard(packet, known));
    if (this.#nodes.size > MAX_NODES) this.#nodes.delete(this.#nodes.keys().next().value as number);
  }
}

/** Whether a client has to ask again. What changes by itself (times, measurements, the number of nodes) is no reason. */
function differs(a: Settings, b: Settings): boolean {
  if (a.my.rebootCount !== b.my.rebootCount || a.my.myNodeNum !== b.my.myNodeNum) return true;
  const userA = a.own === undefined ? undefined : userOf(a.own);
  const userB = b.own === undefined ? undefined : userOf(b.own);
  const lists = [[a.head.slice(1), b.head.slice(1)], [a.tail, b.tail]] as const;
  return !sameBytes(userA, userB) ||
    lists.some(([one, other]) => one.length !== other.length || one.some((bytes, index) => !sameBytes(bytes, other[index])));
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || a !== undefined && b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** The history as the main thread has it: it collects, hands over, and never waits for the disk. */
import type { Clock, Timer } from "../clock.ts";
import { encode } from "../link/codec.ts";
import type { MeshPacket } from "../link/messages.ts";
import { logger } from "../log.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import type { Incoming } from "../mesh/packet.ts";
import { BatchBuilder } from "./batch.ts";
import { collectPacket } from "./collect.ts";
import { HistoryThread } from "./history_thread.ts";
import { nodeCells, nodeRecord } from "./node_rows.ts";
import type { Asked, FromHistory, LoadedNodes, OpenHistoryOptions } from "./protocol.ts";
import type { Answers, Questions } from "./questions.ts";
import type { History, KeptNodes, StoreState } from "./store.ts";

const log = logger("app");

const MAX_PACKETS = 500;
const MAX_WAIT_MS = 60_000;
// Packets and rows that the thread has not taken yet: half a day of a large mesh, a second of a flood.
const MAX_UNTAKEN = 32_000;
// Last heard and the like change with every packet, and packets tell them again after a crash.
const NODES_EVERY_MS = 600_000;
// A flood fills batches within milliseconds; what each tells of the nodes is overtaken by the next.
const SOON_NODES_EVERY_MS = 1000;
const MAX_KIND = 100;
const MAX_DETAIL = 200;

/** What the client needs. */
export interface HistoryClientOptions extends OpenHistoryOptions {
  readonly clock: Clock;
  readonly nodes: Pick<NodeDb, "get" | "ownNum">;
  readonly startWorker: () => Worker;
}

/** The client of one history. */
export class HistoryClient implements History, AsyncDisposable {
  readonly #options: HistoryClientOptions;
  readonly #clock: Clock;
  readonly #batch = new BatchBuilder(MAX_PACKETS);
  readonly #changedNodes = new Set<number>();
  readonly #soonNodes = new Set<number>();
  readonly #thread: HistoryThread;
  #untaken = 0;
  #kind: "file" | "memory";
  #lostHere = 0;
  #lostThere = 0;
  #lossSaid = false;
  #batchTimer: Timer | undefined;
  #nodesKeptAtMs: number;
  #soonNodesKeptAtMs = -Infinity;
  #closing = false;

  constructor(options: HistoryClientOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#nodesKeptAtMs = this.#clock.nowMs();
    const { path, journalPath, keepDays, maxMb } = options;
    this.#kind = path === undefined ? "memory" : "file";
    this.#thread = new HistoryThread({
      clock: options.clock,
      startWorker: options.startWorker,
      opening: { type: "open", options: { path, journalPath, keepDays, maxMb } },
      heard: (message) => this.#heard(message),
      started: () => this.#untaken = 0,
    });
  }

  get kind(): StoreState["history"] {
    return this.#thread.isDown ? "down" : this.#kind;
  }

  get lostPackets(): number {
    return this.#lostHere + this.#lostThere;
  }

  packet(packet: MeshPacket, incoming: Incoming, raw?: Uint8Array): void {
    if (this.#refusesPackets()) return;
    collectPacket(this.#batch, packet, incoming, raw ?? encode("MeshPacket", packet), this.#clock.wallMs());
    this.nodeChanged(packet.from, incoming.kind === "nodeInfo" || incoming.kind === "position" ? "soon" : undefined);
    this.#added();
  }

  nodeChanged(num: number, soon?: "soon"): void {
    if (soon === "soon") this.#soonNodes.add(num);
    else this.#changedNodes.add(num);
  }

  forgetNodes(): void {
    this.#handOver();
    this.#changedNodes.clear();
    this.#thread.tell({ type: "forgetNodes" });
  }

  linkEvent(kind: string, detail = ""): void {
    this.#batch.addRow("link_events", [this.#wallMs(), plain(kind, MAX_KIND), plain(detail, MAX_DETAIL)]);
    this.#added();
  }

  reading(kind: string, value: number): void {
    if (!Number.isFinite(value)) return;
    this.#batch.addRow("service_history", [plain(kind, MAX_KIND), this.#wallMs(), value]);
    this.#added();
  }

  async flush(): Promise<void> {
    this.#handOver();
    await this.#thread.ask((id) => ({ type: "flush", id })).catch(() => {});
  }

  async ask<Name extends keyof Questions>(name: Name, question: Questions[Name], signal?: AbortSignal): Promise<Answers[Name]> {
    signal?.throwIfAborted();
    this.#handOver();
    const asked = { name, question } as unknown as Asked;
    return await this.#thread.ask((id) => ({ type: "ask", id, asked }), signal) as Answers[Name];
  }

  /** Empty when they cannot be read. */
  async loadNodes(): Promise<KeptNodes> {
    try {
      const { ownNum, rows } = await this.#thread.ask((id) => ({ type: "loadNodes", id })) as LoadedNodes;
      return { ownNum, nodes: rows.map(nodeRecord) };
    } catch {
      return { ownNum: undefined, nodes: [] };
    }
  }

  /** The journal has changed, and should be on the disk soon. */
  syncJournal(moved: boolean): void {
    this.#thread.tell({ type: "syncJournal", moved });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#handOver("all");
    await this.#thread[Symbol.asyncDispose]();
  }

  #heard(message: FromHistory): void {
    switch (message.type) {
      case "taken":
        this.#untaken -= message.count;
        if (this.#untaken === 0) this.#lossSaid = false;
        return;
      case "said":
        return say(message.level, message.text);
      case "state":
        this.#kind = message.kind;
        this.#lostThere = message.lostPackets;
        return;
      default:
        return;
    }
  }

  /** Counts a packet for which there is no room. */
  #refusesPackets(): boolean {
    if (this.#closing) return true;
    if (!this.#thread.isDown && this.#untaken < MAX_UNTAKEN) return false;
    this.#lostHere += 1;
    if (!this.#lossSaid && !this.#thread.isDown) {
      log.warn`the disk is too slow for what comes in: packets are left out of the history until it has caught up`;
    }
    this.#lossSaid = true;
    return true;
  }

  #added(): void {
    if (this.#closing) return;
    if (this.#batch.isFull) return this.#handOver(this.#clock.nowMs() - this.#soonNodesKeptAtMs < SOON_NODES_EVERY_MS ? "none" : "soon");
    this.#batchTimer ??= this.#clock.after(MAX_WAIT_MS, () => this.#handOver());
  }

  /** Gives the thread what was collected, with the nodes that are to be kept `soon`, with `all` that have changed, or with `none`. */
  #handOver(nodes: "none" | "soon" | "all" = "soon"): void {
    this.#batchTimer?.cancel();
    this.#batchTimer = undefined;
    if (nodes !== "none") this.#addNodes(nodes);
    else if (this.#soonNodes.size > 0) this.#batchTimer = this.#clock.after(MAX_WAIT_MS, () => this.#handOver());
    if (this.#batch.isEmpty) return;
    const count = this.#batch.packets + this.#batch.rows;
    const batch = this.#batch.take(this.#options.nodes.ownNum);
    if (!this.#thread.isRunning || this.#untaken >= MAX_UNTAKEN * 2) {
      this.#lostHere += batch.packets;
      return;
    }
    this.#untaken += count;
    this.#thread.tell({ type: "batch", batch, count });
  }

  #addNodes(which: "soon" | "all"): void {
    const nowMs = this.#clock.nowMs();
    this.#soonNodesKeptAtMs = nowMs;
    if (which === "all" || nowMs - this.#nodesKeptAtMs >= NODES_EVERY_MS) {
      this.#nodesKeptAtMs = nowMs;
      for (const num of this.#changedNodes) this.#soonNodes.add(num);
    }
    for (const num of this.#soonNodes) {
      const record = this.#options.nodes.get(num);
      if (record !== undefined) this.#batch.addRow("nodes", nodeCells(record, this.#clock.wallMs()));
      this.#changedNodes.delete(num);
    }
    this.#soonNodes.clear();
  }

  #wallMs(): number {
    return Math.round(this.#clock.wallMs());
  }
}

function plain(text: string, maxLength: number): string {
  return text.slice(0, maxLength).toWellFormed();
}

function say(level: "info" | "warn" | "error", text: string): void {
  if (level === "info") log.info`${text}`;
  else if (level === "warn") log.warn`${text}`;
  else log.error`${text}`;
}

/** The bot's connections as the node sees them: which is whose, and when one is ready. */
import { delay, systemClock } from "../../src/clock.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { Answers } from "./invariants/answers.ts";
import type { OneConnection } from "./invariants/one_connection.ts";
import type { SharedClients } from "./invariants/shared_clients.ts";

/** What it needs. */
export interface BotLinkOptions {
  readonly node: SimulatedNode;
  readonly answers: Answers;
  readonly shared: SharedClients;
  readonly oneConnection: OneConnection;
}

/** Watches the bot's connections and tells the books. */
export class BotLink {
  readonly #answers: Answers;
  readonly #shared: SharedClients;
  readonly #oneConnection: OneConnection;
  readonly #ports = new Map<number, number>();
  readonly #open = new Set<number>();
  /** Connections of others whose ports belong to somebody else by now. */
  readonly #strangers = new Set<number>();
  /** Ports that the bot of this life has dialed from, and those of the dead: what they dialed may still be taken up. */
  readonly #dialed = new Set<number>();
  readonly #dead = new Map<number, number>();
  readonly #configured = new Map<number, number>();
  readonly #waiting = new Set<() => void>();
  #lostAtMs: number | undefined;
  #latest = 0;

  constructor({ node, answers, shared, oneConnection }: BotLinkOptions) {
    this.#answers = answers;
    this.#shared = shared;
    this.#oneConnection = oneConnection;
    node.on("dial", ({ remotePort }) => {
      for (const [connection, port] of this.#ports) if (port === remotePort && this.isStranger(connection)) this.#strangers.add(connection);
      this.#dead.delete(remotePort);
      this.#dialed.add(remotePort);
      void oneConnection.dialed(remotePort);
    });
    node.on("accept", ({ connection, remotePort }) => {
      this.#latest = connection;
      this.#ports.set(connection, remotePort);
      this.#open.add(connection);
      const diedAtMs = this.#dead.get(remotePort);
      if (diedAtMs !== undefined) this.#over(connection, diedAtMs);
    });
    node.on("configured", ({ connection }) => this.#isConfigured(connection));
    node.on("closed", ({ connection }) => this.#closed(connection));
  }

  /** The number of the last connection that the node took up. */
  get latest(): number {
    return this.#latest;
  }

  /** Whether the bot has a connection whose handshake is complete. */
  get ready(): boolean {
    return [...this.#open].some((connection) => this.#configured.has(connection) && this.#isOfThisLife(connection));
  }

  /** What is known of the last connections, for whoever looks for a fault. */
  describe(): string {
    return [...this.#ports].slice(-5).map(([connection, port]) => {
      const state = this.#configured.has(connection) ? "configured" : "not configured";
      const whose = this.isStranger(connection) ? "a stranger's" : this.#isOfThisLife(connection) ? "the bot's" : "a dead bot's";
      return `connection ${connection} from port ${port} is ${this.#open.has(connection) ? "open" : "closed"}, ${state}, ${whose}`;
    }).join(", ");
  }

  isStranger(connection: number): boolean {
    return this.#strangers.has(connection) || this.#oneConnection.isStranger(this.#ports.get(connection) ?? 0);
  }

  /** The process is dead: nothing more is read from any of its connections. */
  died(atMs: number): void {
    for (const connection of this.#open) if (!this.isStranger(connection)) this.#over(connection, atMs);
    this.#shared.died(atMs);
    for (const port of this.#dialed) this.#dead.set(port, atMs);
    this.#dialed.clear();
    this.#lostAtMs ??= atMs;
  }

  /** When the bot first completed a handshake on a connection after that one; undefined when it does not within the limit. */
  async readyAfter(connection: number, limitMs: number): Promise<number | undefined> {
    const limit = new AbortController();
    const late = delay(systemClock, limitMs, limit.signal).catch(() => {});
    let isLate = false;
    void late.then(() => isLate = true);
    try {
      for (;;) {
        const atMs = [...this.#configured].find(([number]) => number > connection && this.#isOfThisLife(number))?.[1];
        if (atMs !== undefined || isLate) return atMs;
        let wake = () => {};
        await Promise.race([late, new Promise<void>((resolve) => this.#waiting.add(wake = resolve))]);
        this.#waiting.delete(wake);
      }
    } finally {
      limit.abort();
    }
  }

  #isOfThisLife(connection: number): boolean {
    return !this.isStranger(connection) && !this.#dead.has(this.#ports.get(connection) ?? 0);
  }

  #isConfigured(connection: number): void {
    if (this.#configured.has(connection)) return;
    const nowMs = systemClock.nowMs();
    this.#configured.set(connection, nowMs);
    if (this.#isOfThisLife(connection) && this.#lostAtMs !== undefined) {
      this.#answers.outage(this.#lostAtMs, nowMs);
      this.#lostAtMs = undefined;
    }
    for (const wake of [...this.#waiting]) wake();
  }

  #over(connection: number, atMs: number): void {
    this.#answers.over(connection, atMs);
    this.#shared.over(connection, atMs);
  }

  #closed(connection: number): void {
    this.#open.delete(connection);
    if (this.isStranger(connection)) return;
    this.#over(connection, systemClock.nowMs());
    if (this.#configured.has(connection)) this.#lostAtMs ??= systemClock.nowMs();
  }
}

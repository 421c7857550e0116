/** The whole bot that dies and comes again, on one clock that the test turns; what it finds is what kill -9 would have left. */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import type { Command } from "../../src/router/command.ts";
import { openStore } from "../../src/store/open.ts";
import { readyState } from "./bot.ts";
import { ObedientNode } from "./obedient_node.ts";
import { createSteppedClock, type SteppedClock } from "./stepped_clock.ts";

/** A row of the journal's outbox, as far as tests look at it. */
export interface OutboxRow {
  readonly packet_id: number;
  readonly state: string;
  readonly tries: number;
}

/** The bot over all its lives, its node and its clock. */
export class CrashRig implements AsyncDisposable {
  readonly clock: SteppedClock = createSteppedClock();
  readonly node: ObedientNode;
  /** Added to the wall clock of the bot. */
  wallOffsetMs = 0;
  /** Which start of the machine it is. */
  boot = "boot 1";
  readonly #folder = Deno.makeTempDirSync({ prefix: "meshbot-test-" });
  readonly #commands: readonly Command[];
  #life = 1;
  #app: App | undefined;

  constructor(commands: readonly Command[]) {
    this.node = new ObedientNode(this.clock, this.clock.traffic);
    this.#commands = commands;
  }

  get app(): App {
    if (this.#app === undefined) throw new Error("The bot does not run");
    return this.#app;
  }

  /** Starts the bot on what the last one left; resolves when its link is ready. */
  async start(): Promise<void> {
    const { clock } = this;
    const env = {
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(this.node.port),
      MESHBOT_DATA_DIR: this.#data,
      MESHBOT_WEATHER_ENABLED: "false",
      MESHBOT_MONITOR_ENABLED: "false",
      MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "100",
    };
    const { config } = loadConfig({ file: null, env, cwd: "/" });
    const { boot } = this;
    const botClock = { ...clock.speaking, wallMs: () => clock.wallMs() + this.wallOffsetMs };
    this.#app = await startApp({
      config,
      version: "0.0.0",
      clock: botClock,
      commands: this.#commands,
      store: (nodes) =>
        openStore({
          folder: this.#data,
          clock: botClock,
          keepDays: 30,
          maxMb: 512,
          nodes,
          boot: { id: boot, upMs: () => clock.nowMs() },
        }),
    });
    await clock.settle(readyState(this.#app));
  }

  /** The bot dies in this instant: all that outlives it is what its journal holds now. */
  async crash(): Promise<void> {
    const left = this.#data;
    this.#life += 1;
    mkdirSync(this.#data);
    // The history has no part in this, and its thread may be writing. Of the journal, the log overrules what is half worked in.
    for (const name of ["journal.db", "journal.db-wal"]) {
      if (existsSync(join(left, name))) copyFileSync(join(left, name), join(this.#data, name));
    }
    // Nothing that its remains do from here on is heard by anybody.
    this.node.hangUp();
    const remains = this.app;
    this.#app = undefined;
    await this.clock.settle(remains.stop());
  }

  /** The bot is asked to stop, and does. */
  async stop(): Promise<void> {
    const { app } = this;
    this.#app = undefined;
    await this.clock.settle(app.stop());
    await this.node.over();
  }

  /** Lets time pass, and sockets have their turn. */
  async pass(ms: number): Promise<void> {
    await this.clock.run(ms);
  }

  /** Lets time pass until the promise has settled. */
  async settle<Result>(promise: Promise<Result>): Promise<Result> {
    return await this.clock.settle(promise);
  }

  /** The outbox as it is on file. */
  outbox(): OutboxRow[] {
    return this.#rows("SELECT packet_id, state, tries FROM outbox ORDER BY number") as unknown as OutboxRow[];
  }

  /** Lets time pass until the file says so. */
  async until(holds: () => boolean): Promise<void> {
    for (let turns = 0; !holds(); turns += 1) {
      if (turns > 2000) throw new Error(`It stays ${JSON.stringify(this.outbox())} ${JSON.stringify(this.inbox())}`);
      await this.pass(1);
    }
  }

  /** How the requests stand on file, by id. */
  inbox(): Record<number, string> {
    return Object.fromEntries(this.#rows("SELECT packet_id, state FROM inbox").map(({ packet_id, state }) => [packet_id, state]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#app !== undefined) await this.stop();
    await this.node[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  get #data(): string {
    return join(this.#folder, `life ${this.#life}`);
  }

  #rows(sql: string): Record<string, unknown>[] {
    using file = new DatabaseSync(join(this.#data, "journal.db"), { readOnly: true });
    return file.prepare(sql).all().map((row) => ({ ...row }));
  }
}

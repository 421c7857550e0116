/** What each fault of the plan does to the bot and its node. */
import { join } from "node:path";
import { delay, systemClock } from "../../src/clock.ts";
import type { FirmwareVersion } from "../../src/simulator/firmware.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import { knownNode } from "../../src/simulator/node_table.ts";
import { populate } from "../../src/simulator/population.ts";
import type { Bot } from "./bot.ts";
import type { Disk } from "./disk.ts";
import type { LogLines } from "./invariants/log_lines.ts";
import type { OneConnection } from "./invariants/one_connection.ts";
import type { FaultKind, PlannedFault } from "./schedule.ts";
import type { Services } from "./services.ts";
import { behave } from "./stranger.ts";

/** What faults are done to. */
export interface Scene {
  readonly node: SimulatedNode;
  readonly bot: Bot;
  readonly disk: Disk;
  readonly services: Services;
  readonly oneConnection: OneConnection;
  readonly log: LogLines;
  /** The firmware that the node gets next. */
  readonly nextFirmware: () => FirmwareVersion;
}

/** How a fault was done. */
export interface Done {
  /** From then on (monotonic milliseconds) the bot can be back; undefined when the fault does not cost the link. */
  readonly fromMs: number | undefined;
}

// What a node with much memory holds (MAX_NUM_NODES of an ESP32-S3 with 8 MB and more).
const HUGE_NODE_DB = 250;
const GARBAGE_BYTES = 3000;
const GARBAGE_EVERY_MS = 60;
const BYTES_PER_WRITE = 7;

const FAULTS: Readonly<Record<FaultKind, (scene: Scene, fault: PlannedFault) => Done | Promise<Done>>> = {
  fin: ({ node }) => sinceNow(() => node.hangUp()),
  rst: ({ node }) => sinceNow(() => node.reset()),
  silence: ({ node }) => sinceNow(() => node.mute()),

  async freeze({ node }, { forMs }) {
    node.goSilent(true);
    await wait(forMs);
    return sinceNow(() => node.goSilent(false));
  },

  async halfFrame({ node }, { roll }) {
    for (let count = 0; count < 1 + roll * 5; count += 1) {
      node.halfFrame();
      await wait(GARBAGE_EVERY_MS * (1 + roll));
    }
    return { fromMs: undefined };
  },

  async garbage({ node }, { roll }) {
    for (let lengthBytes = GARBAGE_BYTES * roll; lengthBytes > 0; lengthBytes -= 300) {
      node.garbage(300);
      await wait(GARBAGE_EVERY_MS);
    }
    return { fromMs: undefined };
  },

  async pieces({ node }, { forMs }) {
    node.splitWrites(BYTES_PER_WRITE);
    await wait(forMs);
    node.hangUp();
    const fromMs = systemClock.nowMs();
    await wait(forMs);
    node.splitWrites(undefined);
    return { fromMs };
  },

  async refused({ node }, { forMs, roll }) {
    node.refuse();
    if (roll < 0.5) node.hangUp();
    else node.reset();
    await wait(forMs);
    await node.accept();
    return { fromMs: systemClock.nowMs() };
  },

  async slowAccept({ node }, { forMs }) {
    node.slowAccept(forMs);
    const done = sinceNow(() => node.hangUp());
    await wait(forMs + 300);
    node.slowAccept(0);
    return done;
  },

  async acceptAndDrop({ node }, { forMs, roll }) {
    const stop = node.on("accept", () => queueMicrotask(() => roll < 0.5 ? node.hangUp() : node.reset()));
    node.reset();
    await wait(forMs);
    stop();
    return { fromMs: systemClock.nowMs() };
  },

  reboot: ({ node }, { forMs }) => reboot(node, forMs),
  firmware: ({ node, nextFirmware }, { forMs }) => reboot(node, forMs, nextFirmware()),

  async thief({ node, oneConnection }, { forMs, roll }) {
    const connecting = Deno.connect({ hostname: "127.0.0.1", port: node.port });
    await oneConnection.stranger(connecting);
    const fromMs = systemClock.nowMs();
    const conn = await connecting;
    const { localAddr } = conn;
    await behave(conn, { stayMs: forMs, roll });
    oneConnection.strangerLeft({ localAddr });
    return { fromMs };
  },

  async kill({ node, bot }, { forMs, roll }) {
    // Every other one while it is just coming back.
    if (roll < 0.5) {
      node.reset();
      await wait(forMs);
    }
    const fromMs = systemClock.nowMs();
    await bot.killAndRestart();
    return { fromMs };
  },

  async hugeNodeDb({ node, bot, disk }) {
    for (const spec of populate({ count: HUGE_NODE_DB - node.station.nodes.size, seed: 77, wallMs: systemClock.wallMs() })) {
      node.station.nodes.learn(knownNode(spec));
    }
    const fromMs = systemClock.nowMs();
    // A bot that remembers the nodes would not ask for all of them.
    await bot.killAndRestart(() => forgetHistory(disk.folder));
    return { fromMs };
  },

  servicesHang({ services }, { forMs }) {
    services.hang(true);
    systemClock.after(forMs, () => services.hang(false));
    return { fromMs: undefined };
  },

  async diskFull({ node, bot, disk, log }, { forMs, roll }) {
    log.happened("diskFull");
    await disk.fill(bot.pid);
    await wait(forMs * roll);
    const done = sinceNow(() => node.hangUp());
    await wait(forMs * (1 - roll));
    await disk.free(bot.pid);
    // A crash now may lose what was not written; the bot tries again within a second or two.
    await wait(3000);
    log.over("diskFull");
    return done;
  },
};

/** Does the fault; resolves when nothing more is wrong. */
export async function doFault(scene: Scene, fault: PlannedFault): Promise<Done> {
  return await FAULTS[fault.kind](scene, fault);
}

async function forgetHistory(folder: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(join(folder, `meshbot.db${suffix}`)).catch(() => {});
}

async function reboot(node: SimulatedNode, downMs: number, firmware?: FirmwareVersion): Promise<Done> {
  const listening = node.waitFor("listening");
  node.reboot(downMs, firmware);
  await listening;
  return { fromMs: systemClock.nowMs() };
}

function sinceNow(action: () => void): Done {
  const fromMs = systemClock.nowMs();
  action();
  return { fromMs };
}

async function wait(ms: number): Promise<void> {
  await delay(systemClock, ms);
}

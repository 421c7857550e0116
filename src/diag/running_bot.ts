/** The bot that may be running on the node that shall be looked at: it must not lose its link without being asked. */
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { describeError, UsageError } from "../errors.ts";
import { askToStepAside, BotRefusedError, type Leave } from "../io/control_client.ts";
import { MAX_ASIDE_S } from "../io/control_server.ts";
import { SOCKET_NAME } from "../io/control_socket.ts";
import { findInstance, type InstanceHolder } from "../io/instance_lock.ts";
import { canonicalAddress } from "../link/slot.ts";
import { formatTarget, type Target } from "./target.ts";
import { oneLine } from "./words.ts";

/** Where systemd puts the runtime folder of the service. */
export const SYSTEM_RUNTIME_FOLDER = "/run/meshbot";

// The path, the leave-taking and a last answer that is waited for.
const MARGIN_S = 30;

/** A bot that runs on this machine. */
export interface RunningBot {
  readonly folder: string;
  readonly holder: InstanceHolder;
}

/** The bots whose locks are held in these folders. */
export function findBots(folders: readonly string[]): RunningBot[] {
  return [...new Set(folders)].flatMap((folder) => {
    const found = findInstance(folder);
    return found?.held === true && found.holder !== undefined ? [{ folder, holder: found.holder }] : [];
  });
}

/** Where bots may be: the folder of this process's own service, the system's service, and the data folder. */
export function botFolders(env: Readonly<Record<string, string>>, dataDir: string | undefined): string[] {
  const own = env["RUNTIME_DIRECTORY"]?.split(":")[0];
  return [...(own ? [own] : []), SYSTEM_RUNTIME_FOLDER, ...(dataDir === undefined ? [] : [dataDir])];
}

/** True when the bot's node is this one, by name or by address. */
export function isSameNode(holder: InstanceHolder, target: Target, addresses: readonly string[], own: readonly string[]): boolean {
  if (holder.port !== target.port) return false;
  const here = new Set(own.map(canonicalAddress));
  const key = (address: string) => here.has(canonicalAddress(address)) ? "loopback" : canonicalAddress(address);
  const theirs = new Set([holder.host, ...holder.addresses].map(key));
  return [target.host, ...addresses].some((address) => theirs.has(key(address)));
}

/** What to say to somebody who wants a bot's node without asking for it. */
export function botRunningMessage({ holder }: RunningBot, target: Target): string {
  return `a bot is running on ${formatTarget(target)} (pid ${holder.pid}, user ${holder.user}), and a node serves one client only: ` +
    "diag would throw it out. Add --take-over, and the bot steps aside for that time and comes back by itself; or stop it first";
}

/** Asks the bot to leave its node; throws UsageError with what to do when it cannot be asked or does not. */
export async function takeOver(
  bot: RunningBot,
  options: { readonly clock: Clock; readonly durationMs: number; readonly signal?: AbortSignal },
): Promise<Leave> {
  const path = join(bot.folder, SOCKET_NAME);
  const seconds = Math.min(MAX_ASIDE_S, options.durationMs / 1000 + MARGIN_S);
  try {
    return await askToStepAside({
      path,
      clock: options.clock,
      seconds,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    // The sentence says what the cause was.
    throw new UsageError(takeOverFailure(bot, path, error));
  }
}

/** Why the bot could not be asked, and what to do. */
export function takeOverFailure({ holder }: RunningBot, path: string, error: unknown): string {
  const bot = `the bot (pid ${holder.pid}, user ${holder.user})`;
  if (error instanceof Deno.errors.PermissionDenied || (error as { code?: unknown }).code === "EACCES") {
    return `this user may not ask ${bot}: ${whoMay(holder.user, path)} may. Try: sudo meshbot diag … --take-over`;
  }
  if (error instanceof BotRefusedError) return `${bot} does not step aside: ${oneLine(error.message)}`;
  return `${bot} cannot be asked over ${path} (${oneLine(describeError(error))}): stop it, and start it again afterwards`;
}

/** Who has the right to use the socket, in words. */
export function whoMay(user: string, path: string): string {
  const group = groupOf(path);
  return `root, ${user === "root" ? "" : `${user}, `}and members of the group ${group ?? "of the socket"}`;
}

function groupOf(path: string): string | undefined {
  try {
    const { gid } = Deno.statSync(path);
    if (gid === null) return undefined;
    const line = Deno.readTextFileSync("/etc/group").split("\n").find((entry) => entry.split(":")[2] === String(gid));
    return line?.split(":")[0] ?? String(gid);
  } catch {
    return undefined;
  }
}

/**
 * Which bot runs on which node: a lock file that the running bot holds by a lock of the operating system, so that a killed bot leaves
 * none, and in the file, for everybody to read, who it is.
 */
import { join } from "node:path";
import { type Clock, delay } from "../clock.ts";
import { UsageError } from "../errors.ts";

/** The name of the lock file in the bot's runtime folder. */
export const LOCK_NAME = "meshbot.lock";

// What is written is a few hundred bytes; a file beyond this is not ours.
const MAX_FILE_BYTES = 4096;
const MAX_ADDRESSES = 16;
// Whoever asks whether a bot runs holds a shared lock for a moment: that must not keep a bot from starting.
const TRIES = 5;
const TRY_AGAIN_MS = 40;

/** Who holds the lock, for whoever asks. */
export interface InstanceHolder {
  readonly pid: number;
  /** The name of the user it runs as. */
  readonly user: string;
  /** The node as the configuration names it, and the addresses that the name had when it was looked up last. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** Known from the first handshake on. */
  readonly nodeNum?: number;
  readonly startedAtWallMs: number;
}

/** A lock that is held. */
export interface InstanceLock extends Disposable {
  /** Tells more about the holder, such as the node number after the handshake; what was written before stays otherwise. */
  update(change: Partial<InstanceHolder>): void;
}

/** A lock file as it was found. */
export interface FoundInstance {
  /** True while the process that wrote it lives. */
  readonly held: boolean;
  /** What it says; undefined when it cannot be understood. */
  readonly holder: InstanceHolder | undefined;
}

/** The folder for lock and socket: the one systemd made for the service, else where the bot keeps its data. */
export function runtimeFolder(env: Readonly<Record<string, string>>, dataDir: string): string {
  // systemd joins several folders with colons (systemd.exec(5)); the first is ours.
  return env["RUNTIME_DIRECTORY"]?.split(":")[0] || dataDir;
}

/** The user of this process by the name that the environment tells, else by number. */
export function currentUser(env: Readonly<Record<string, string>>): string {
  return env["USER"] || env["LOGNAME"] || `uid ${Deno.uid() ?? "unknown"}`;
}

/** Takes the lock in `folder`. Throws UsageError, with the pid, when another process holds it. */
export async function acquireInstanceLock(
  folder: string,
  holder: InstanceHolder,
  options: { readonly clock: Clock },
): Promise<InstanceLock> {
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, LOCK_NAME);
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o644 });
  try {
    if (!await lockWithin(file, options.clock)) {
      const other = readHolder(file);
      const who = other === undefined
        ? "another bot"
        : `another bot (pid ${other.pid}, user ${other.user}, node ${other.host}:${other.port})`;
      throw new UsageError(`${who} is running in ${folder}: stop it first, or give this one a data_dir of its own`);
    }
    // The mode of open() goes through the umask, and whoever asks must be able to read.
    await Deno.chmod(path, 0o644);
    let now = holder;
    writeHolder(file, now);
    let open = true;
    return {
      update(change) {
        now = { ...now, ...change };
        if (open) writeHolder(file, now);
      },
      [Symbol.dispose]() {
        if (!open) return;
        open = false;
        // The file stays: another bot may be waiting on it already, and on a new one of the same name each would be alone.
        file.truncateSync(0);
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Looks whether a bot holds the lock in `folder`; undefined when there never was one, or nobody may know. Any user may ask. */
export function findInstance(folder: string): FoundInstance | undefined {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(join(folder, LOCK_NAME), { read: true });
  } catch {
    return undefined;
  }
  try {
    return { held: !file.tryLockSync(false), holder: readHolder(file) };
  } finally {
    file.close();
  }
}

async function lockWithin(file: Deno.FsFile, clock: Clock): Promise<boolean> {
  for (let left = TRIES; left > 0; left -= 1) {
    if (await file.tryLock(true)) return true;
    if (left > 1) await delay(clock, TRY_AGAIN_MS);
  }
  return false;
}

// One short write: a reader sees the old text or the new one, or none that it understands and asks again.
function writeHolder(file: Deno.FsFile, holder: InstanceHolder): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify({ ...holder, addresses: holder.addresses.slice(0, MAX_ADDRESSES) })}\n`);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(bytes);
  file.truncateSync(bytes.length);
}

function readHolder(file: Deno.FsFile): InstanceHolder | undefined {
  const buffer = new Uint8Array(MAX_FILE_BYTES);
  file.seekSync(0, Deno.SeekMode.Start);
  let length = 0;
  while (length < buffer.length) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return parseHolder(new TextDecoder().decode(buffer.subarray(0, length)));
}

/** What a lock file says; undefined for anything that no bot wrote. */
export function parseHolder(text: string): InstanceHolder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { pid, user, host, port, addresses, nodeNum, startedAtWallMs } = value as Record<string, unknown>;
  const understood = isCount(pid) && isWord(user) && isWord(host) && isCount(port) && isCount(startedAtWallMs) &&
    Array.isArray(addresses) && addresses.length <= MAX_ADDRESSES && addresses.every(isWord);
  if (!understood) return undefined;
  return { pid, user, host, port, addresses, startedAtWallMs, ...(isCount(nodeNum) ? { nodeNum } : {}) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Names end up in messages: nothing in them that moves a terminal. */
function isWord(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 255 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value);
}

/** The bot's disk, which can be filled to the last byte while the bot lives. */
import { join } from "node:path";

const SIZE_MIB = 64;
const BLOCK_BYTES = 64 * 1024;
const NEW_FILES_END_AT_BYTES = 0;

/** The folder, and how it is made full. */
export interface Disk extends AsyncDisposable {
  readonly folder: string;
  /** How it is done, for people. */
  readonly way: string;
  /** The bot must be started so that a limit of its files does not kill it. */
  readonly byLimit: boolean;
  /** Nothing can be written any more by this process. */
  fill(pid: number): Promise<void>;
  /** There is room again. */
  free(pid: number): Promise<void>;
}

/** A small tmpfs where we may mount one, else a limit of the file size that is set on the living process (prlimit). */
export async function makeDisk(parent: string): Promise<Disk> {
  const folder = join(parent, "data");
  await Deno.mkdir(folder);
  const mounted = await run("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MIB}m,mode=700`, "tmpfs", folder]);
  return mounted ? tmpfsDisk(folder) : limitDisk(folder);
}

function tmpfsDisk(folder: string): Disk {
  const ballast = join(folder, "ballast");
  return {
    folder,
    way: `a tmpfs of ${SIZE_MIB} MiB, filled to the last block (ENOSPC)`,
    byLimit: false,
    async fill() {
      using file = await Deno.open(ballast, { write: true, create: true, truncate: true });
      for (let lengthBytes = BLOCK_BYTES; lengthBytes >= 1; lengthBytes >>= 1) {
        try {
          for (;;) await file.write(new Uint8Array(lengthBytes));
        } catch {
          // Full for such a piece; smaller ones may fit.
        }
      }
    },
    free: () => Deno.remove(ballast).catch(() => {}),
    async [Symbol.asyncDispose]() {
      if (!await run("umount", [folder])) await run("umount", ["-l", folder]);
    },
  };
}

function limitDisk(folder: string): Disk {
  const limit = async (pid: number, bytes: string) => {
    if (!await run("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`])) throw new Error("prlimit (util-linux) does not run here");
  };
  return {
    folder,
    way: "a file size limit of 0 set on the living process by prlimit (EFBIG)",
    byLimit: true,
    fill: (pid) => limit(pid, String(NEW_FILES_END_AT_BYTES)),
    free: (pid) => limit(pid, "unlimited"),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function run(program: string, args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

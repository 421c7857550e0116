/** Finds the configuration file and reads its text. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** Where a file is looked for when none is named. */
export const SYSTEM_FILE = "/etc/meshbot/meshbot.toml";
export const LOCAL_FILE = "meshbot.toml";

// The example with everything in it has a few kilobytes.
const MAX_FILE_BYTES = 256 * 1024;

/** A text, or in one sentence why there is none. */
export type FileText = { readonly text: string } | { readonly fault: string };

/** The file to read: the one named, else the first that exists, else undefined. */
export function findFile(named: string | undefined, cwd: string): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  // A file that exists and cannot be read is a mistake to be told, not a reason to take the next one.
  return [join(cwd, LOCAL_FILE), SYSTEM_FILE].find((path) => existsSync(path));
}

/** Reads a file of UTF-8 text. */
export function readText(path: string): FileText {
  let bytes: Uint8Array;
  try {
    bytes = readAtMost(path, MAX_FILE_BYTES + 1);
  } catch (error) {
    return { fault: readFault(path, error) };
  }
  if (bytes.length > MAX_FILE_BYTES) {
    return { fault: `${path} is larger than ${MAX_FILE_BYTES / 1024} KiB: that is no configuration file; name another` };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { fault: `${path}, line ${firstBadLine(bytes)}: the text is not UTF-8; save the file as UTF-8` };
  }
}

// Not by the file's stated size: a pipe (`--config <(...)`) has none, and /dev/zero never ends.
function readAtMost(path: string, maxBytes: number): Uint8Array {
  using file = Deno.openSync(path, { read: true });
  if (file.statSync().isDirectory) throw new Deno.errors.IsADirectory(path);
  const buffer = new Uint8Array(maxBytes);
  let length = 0;
  while (length < maxBytes) {
    const read = file.readSync(buffer.subarray(length));
    if (read === null) break;
    length += read;
  }
  return buffer.subarray(0, length);
}

/** Why a file could not be read, and what to do about it. */
export function readFault(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return `${path}: there is no such file; "meshbot config --example > ${basename(path)}" writes one to start from`;
  }
  if (error instanceof Deno.errors.IsADirectory || (error as { code?: string }).code === "EISDIR") {
    return `${path} is a folder: name the file in it, such as ${join(path, LOCAL_FILE)}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `${path}: this user may not read it; "chmod u+r" and "chown" as its owner, or run as the user it belongs to`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `${path}: Deno was started without the right to read it; add --allow-read`;
  }
  return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function firstBadLine(bytes: Uint8Array): number {
  // A line break is never part of another character in UTF-8, so each line stands or falls alone.
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start);
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return line;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return line;
}

/** What an installation must know of the machine. */
import { existsSync } from "node:fs";
import { PATHS, under } from "./paths.ts";

/** The machine as it is before anything is done. */
export interface Facts {
  /** Its systemd runs, and can be told to start a service. */
  readonly hasSystemd: boolean;
  readonly hasVcgencmd: boolean;
  readonly hasConfig: boolean;
  readonly hasSecrets: boolean;
  readonly hasUnit: boolean;
  /** The user of the unit that is there; undefined where systemd makes one up. */
  readonly unitUser: string | undefined;
}

/** A user of the machine. */
export interface MachineUser {
  readonly uid: number;
  /** The number of the user's first group. */
  readonly gid: number;
}

/** Looks at the machine under `root`. */
export function readFacts(root: string): Facts {
  const has = (path: string) => existsSync(under(root, path));
  return {
    hasSystemd: root === "/" && has("/run/systemd/system"),
    // The group belongs to the system of a Pi; a unit that names a group that is not there does not start.
    hasVcgencmd: (has("/usr/bin/vcgencmd") || has("/bin/vcgencmd")) && hasGroup(root, "video"),
    hasConfig: has(PATHS.config),
    hasSecrets: has(PATHS.secrets),
    hasUnit: has(PATHS.unit),
    unitUser: userOf(under(root, PATHS.unit)),
  };
}

/** The user of that name in the machine's own list; undefined when there is none. */
export function findUser(root: string, name: string): MachineUser | undefined {
  const fields = entry(root, "/etc/passwd", name);
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}

function userOf(unit: string): string | undefined {
  return existsSync(unit) ? /^User=(.+)$/m.exec(Deno.readTextFileSync(unit))?.[1]?.trim() : undefined;
}

function hasGroup(root: string, name: string): boolean {
  return entry(root, "/etc/group", name) !== undefined;
}

function entry(root: string, path: string, name: string): string[] | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(under(root, path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return text.split("\n").map((line) => line.split(":")).find(([first]) => first === name);
}

/** Puts people who are banned elsewhere among the people that the bot must not forget. */
import { dirname, join } from "node:path";
import { PEOPLE_FILE } from "../config.ts";
import { UsageError } from "../errors.ts";
import { findInstance } from "../io/instance_lock.ts";
import { createStateFile } from "../io/state_file.ts";

// Where systemd puts the service's folders.
const SYSTEM_STATE = "/var/lib/";
const SYSTEM_RUNTIME = "/run/meshbot";

/**
 * Adds node ids to the banned ones in `people.json` of a data folder; gives how many are new. The bot must not run meanwhile: it would
 * write what it knows over it. Throws UsageError when it does, and when the file there is none of the bot's.
 */
export async function carryBans(folder: string, banned: readonly string[]): Promise<number> {
  const bot = [folder, ...(folder.startsWith(SYSTEM_STATE) ? [SYSTEM_RUNTIME] : [])].map(findInstance).find((found) =>
    found?.held === true
  );
  if (bot !== undefined) {
    throw new UsageError(`a bot is running with ${folder} (pid ${bot.holder?.pid ?? "unknown"}), and would write over it: stop it first`);
  }
  const path = join(folder, PEOPLE_FILE);
  const people = readPeople(path);
  const added = banned.filter((id) => !people.banned.includes(id));
  if (added.length === 0) return 0;
  const file = createStateFile(path);
  file.write({ ...people, banned: [...people.banned, ...added] });
  await file.flush();
  if (readPeople(path).banned.length !== people.banned.length + added.length) throw new UsageError(`${path} could not be written`);
  // Written by root, the file must belong to whom the folder belongs to.
  const { uid, gid } = Deno.statSync(dirname(path));
  if (Deno.uid() === 0 && uid !== null && gid !== null) Deno.chownSync(path, uid, gid);
  return added.length;
}

function readPeople(path: string): { readonly banned: readonly string[] } & Record<string, unknown> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { stopped: [], banned: [], pinned: {} };
    throw error;
  }
  try {
    const value = JSON.parse(text);
    if (Array.isArray(value?.banned) && value.banned.every((id: unknown) => typeof id === "string")) return value;
  } catch {
    // The same as a file of another kind.
  }
  throw new UsageError(`${path} is no list of people that this bot has written; nothing was changed`);
}

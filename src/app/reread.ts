/** The configuration read again while the bot runs. */
import type { Config } from "../config.ts";
import { UsageError } from "../errors.ts";
import { logger } from "../log.ts";

const log = logger("app");

// What the running process is built on; another value needs another process.
const FIXED = ["node", "data_dir", "store", "share"] as const;

/** The configuration that holds from now on, or what is wrong with the new one, a mistake a line; the log tells too. */
export type Reread = { readonly config: Config } | { readonly mistakes: readonly string[] };

/** Reads by `read`; what cannot change while the bot runs stays as it is in `current`, and the log names it. */
export function reread(current: Config, read: (() => Config) | undefined): Reread {
  if (read === undefined) return { mistakes: ["this bot was started without a file to read again"] };
  let next: Config;
  try {
    next = read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [headline, ...mistakes] = error.message.split("\n").map((line) => line.trim());
    log.error`the configuration was not read again: ${headline}`;
    // A line each: the log shows a line break within a text as what it is, an attempt to forge a line.
    for (const mistake of mistakes) log.error`${mistake}`;
    return { mistakes: mistakes.length === 0 ? [headline ?? ""] : mistakes };
  }
  for (const key of FIXED) {
    if (JSON.stringify(next[key]) !== JSON.stringify(current[key])) log.warn`the new ${key} of the configuration holds after a restart`;
  }
  return { config: { ...next, node: current.node, data_dir: current.data_dir, store: current.store, share: current.share } };
}

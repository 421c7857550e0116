/** Whether systemd's journal reads our standard error. */
import { fstatSync } from "node:fs";

/**
 * True when standard error goes to the journal: systemd names the stream's device and inode in JOURNAL_STREAM (systemd.exec(5)).
 * The name alone would not do, because a terminal started by systemd inherits it.
 */
export function stderrIsJournal(
  env: Readonly<Record<string, string>>,
  stat: () => { dev: number; ino: number } = () => fstatSync(2),
): boolean {
  const stream = env["JOURNAL_STREAM"];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = stat();
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** What the program writes into its log while something runs. */
import { startLog, stopLog } from "../../src/log.ts";

/** Runs with a log of its own, and gives its lines; `debug` shows them all. */
export async function logged(run: () => void | Promise<void>, { debug = false } = {}): Promise<string[]> {
  const lines: string[] = [];
  startLog({ format: "text", debug, write: (line) => lines.push(line) });
  try {
    await run();
  } finally {
    stopLog();
  }
  return lines;
}

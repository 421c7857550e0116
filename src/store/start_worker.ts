/** Starts the history's thread, in whatever form the program runs. */
import { WORKER_NAME } from "./worker_name.ts";

const OWN_PATH = "/src/store/start_worker.ts";

/**
 * Where the thread's program is. From source, and in a program compiled from it, every file has its own address. A program in one file
 * has none but that file's: it is started a second time, and `main.ts` sees by the thread's name what it is to be.
 */
export function workerUrl(ownUrl: string): string {
  return ownUrl.endsWith(OWN_PATH) ? new URL("./worker_main.ts", ownUrl).href : ownUrl;
}

/** Starts it; it says `started` when it listens. */
export function startWorker(): Worker {
  return new Worker(workerUrl(import.meta.url), { type: "module", name: WORKER_NAME });
}

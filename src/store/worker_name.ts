/** The name that the history's thread goes by: `main.ts` knows by it that it is to be the thread. */
export const WORKER_NAME = "meshbot-store";

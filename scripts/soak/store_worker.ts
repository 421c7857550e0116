/** The history's thread as the program starts it, which also tells how much memory it holds when it is asked. */
import type { FromHistory, ToHistory } from "../../src/store/protocol.ts";
import { serveHistory } from "../../src/store/worker.ts";

declare function postMessage(message: FromHistory | HeldMessage): void;
declare function close(): void;

/** The question, and the answer to it. */
export interface HeldMessage {
  readonly type: "held";
  readonly bytes: number;
}

serveHistory({
  listen: (handle) =>
    addEventListener("message", (event) => {
      const { data } = event as MessageEvent<ToHistory | HeldMessage>;
      if (data.type !== "held") return handle(data);
      (globalThis as { gc?: () => void }).gc?.();
      const { heapUsed, external } = Deno.memoryUsage();
      postMessage({ type: "held", bytes: heapUsed + external });
    }),
  tell: (message) => postMessage(message),
  close: () => close(),
});

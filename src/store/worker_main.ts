/** The start of the history's thread: to be loaded there, and nowhere else. */
import type { FromHistory, ToHistory } from "./protocol.ts";
import { serveHistory } from "./worker.ts";

// The compiler takes every file for one of the main thread, where these two are others.
declare function postMessage(message: FromHistory): void;
declare function close(): void;

serveHistory({
  listen: (handle) => addEventListener("message", (event) => handle((event as MessageEvent<ToHistory>).data)),
  tell: (message) => postMessage(message),
  close: () => close(),
});

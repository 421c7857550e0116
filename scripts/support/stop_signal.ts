/** Ctrl+C in the middle of a long task: it ends in order, and leaves nothing behind. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The exit code of a task that was stopped. */
export const STOPPED = 130;

/** Aborted by the first such signal; a second one ends the task as it is. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
    stop.abort(new Error("stopped"));
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  return stop.signal;
}

/** What the program logs as an error while an input is run: it catches much where it cannot go on, and says so there. */
import { configureSync, resetSync } from "@logtape/logtape";

/** Collects the messages of errors from now on, until it is disposed of. */
export function collectLogErrors(): Disposable & { take(): string[] } {
  let errors: string[] = [];
  configureSync({
    reset: true,
    sinks: { errors: (record) => void errors.push(record.message.map(String).join("")) },
    loggers: [{ category: [], lowestLevel: "error", sinks: ["errors"] }, {
      category: ["logtape", "meta"],
      lowestLevel: "fatal",
      sinks: [],
    }],
  });
  return {
    take() {
      const taken = errors;
      errors = [];
      return taken;
    },
    [Symbol.dispose]: () => resetSync(),
  };
}

/** Other nodes that stand as a test says. */
import type { RemoteNodes } from "../../src/health/remote_nodes.ts";
import type { RemoteStanding } from "../../src/health/remote_standing.ts";
import type { VisitOutcome } from "../../src/health/remote_visit.ts";

/** How one of them stands, and what a visit finds; a visit to one without an outcome never ends. */
export interface KnownRemote extends Partial<RemoteStanding> {
  readonly outcome?: VisitOutcome;
}

/** RemoteNodes that visit nobody. */
export function knownRemotes(remotes: Readonly<Record<string, KnownRemote>>): RemoteNodes {
  return {
    names: Object.keys(remotes),
    standing: (name) => ({ reach: { kind: "unvisited" }, restartedAtMs: undefined, ...remotes[name] }),
    visit(name, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<VisitOutcome>();
      const outcome = remotes[name]?.outcome;
      if (outcome !== undefined) resolve(outcome);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      return promise;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The checks of what is switched on besides the node: the services, and the other nodes. */
import { createWindows } from "../app/windows.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { describeError } from "../errors.ts";
import type { Check, CheckResult } from "../health/checks.ts";
import { visitRemote } from "../health/remote_visit.ts";
import { createSystemReader } from "../health/system.ts";
import type { Slots } from "../link/slot.ts";

/** What the checks need. */
export interface ServiceChecksOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Every connection of this process to a node: a remote that is our own node is refused. */
  readonly slots: Slots;
}

/** The checks, and what they run on, which is to be disposed of behind them. */
export interface ServiceChecks extends AsyncDisposable {
  readonly checks: readonly Check[];
}

/** One check for each service that is on and for each remote. */
export function createServiceChecks({ config, clock, slots }: ServiceChecksOptions): ServiceChecks {
  const { latitude, longitude } = config.place;
  const windows = createWindows({
    clock,
    slots,
    readSystem: createSystemReader(),
    place: () => latitude === undefined || longitude === undefined ? undefined : { latitude, longitude },
    report() {},
    telemetry() {},
  });
  // The remotes are visited here, once; nobody is to be warned of this machine.
  windows.configure({ ...config, remote: [], monitor: { ...config.monitor, enabled: false } });
  const { weather, lightning, vigilance, esphome } = windows.services;
  const services = [weather, lightning, vigilance, esphome].flatMap((service): Check[] => {
    if (service === undefined) return [];
    return [{
      name: service.name,
      async run(signal) {
        const result = await service.check(signal);
        return { ...result, tookMs: Math.round(result.tookMs) };
      },
    }];
  });
  const remotes = config.remote.map((remote): Check => ({
    name: `remote ${remote.name}`,
    run: async (signal) => remoteResult(await visitRemote(remote, { clock, slots, signal }), remote.timeout_s * 1000),
  }));
  return { checks: [...services, ...remotes], [Symbol.asyncDispose]: () => windows[Symbol.asyncDispose]() };
}

function remoteResult(outcome: Awaited<ReturnType<typeof visitRemote>>, limitMs: number): CheckResult {
  if (outcome.kind !== "reached") {
    const wrong = outcome.kind === "kicked" ? `${describeError(outcome.error)}: another client has it` : describeError(outcome.error);
    return { ok: false, tookMs: 0, understood: undefined, wrong };
  }
  const { neighbourhood, tookMs } = outcome;
  const understood = neighbourhood === undefined
    ? `it answers, but its list takes longer than ${limitMs / 1000} s`
    : `it hears ${neighbourhood.neighbours.length === 1 ? "1 node" : `${neighbourhood.neighbours.length} nodes`} directly`;
  return { ok: true, tookMs: Math.round(tookMs), understood, wrong: undefined };
}

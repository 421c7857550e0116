/** How much of the air the bot may use: its own share of each hour, and less when the channel is busy. */
import type { Clock } from "../clock.ts";
import type { AirtimeLedger } from "./airtime.ts";
import type { NodeRecord } from "./node_db.ts";

const HOUR_MS = 3_600_000;
// The firmware itself is polite above 25 % and holds its own metadata back at 40 % (airtime.h).
const BUSY_PERCENT = 25;
const FULL_PERCENT = 40;
// The node reports about once a minute; an older figure says nothing of now.
const REPORT_KEEP_MS = 300_000;

/** `free`: answers as they are; `short`: one part each, nothing unasked; `admins`: only admins are answered. */
export type AirRule = "free" | "short" | "admins";

/** A report of our own node on its channel. */
export interface Utilization {
  readonly percent: number;
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

/** The bot's share of the air. */
export interface Budget {
  /** Which rule holds now, and the channel utilisation behind it; undefined when it is unknown, which counts as busy. */
  rule(): { readonly rule: AirRule; readonly utilizationPercent: number | undefined };
  /** Milliseconds on the air that are left of this hour. */
  leftMs(): number;
  /** True when a packet of `ms` milliseconds still fits. */
  affords(ms: number): boolean;
}

/** The budget of one bot. */
export function createBudget(options: {
  readonly clock: Clock;
  readonly ledger: Pick<AirtimeLedger, "usedMsLastHour">;
  /** Of each hour; asked each time, because the configuration may be read again. */
  readonly percent: () => number;
  /** What our own node last said of its channel. */
  readonly utilization: () => Utilization | undefined;
}): Budget {
  const leftMs = () => Math.max(0, HOUR_MS * options.percent() / 100 - options.ledger.usedMsLastHour());
  return {
    rule() {
      const report = options.utilization();
      const fresh = report !== undefined && options.clock.nowMs() - report.atMs <= REPORT_KEEP_MS;
      if (!fresh) return { rule: "short", utilizationPercent: undefined };
      const { percent } = report;
      return { rule: percent >= FULL_PERCENT ? "admins" : percent >= BUSY_PERCENT ? "short" : "free", utilizationPercent: percent };
    },
    leftMs,
    affords: (ms) => ms <= leftMs(),
  };
}

/** What our own node last said of its channel; undefined when its telemetry has not come yet. */
export function utilizationOf(own: Pick<NodeRecord, "channelUtilizationPercent" | "metricsAtMs"> | undefined): Utilization | undefined {
  if (own?.channelUtilizationPercent === undefined || own.metricsAtMs === undefined) return undefined;
  return { percent: own.channelUtilizationPercent, atMs: own.metricsAtMs };
}

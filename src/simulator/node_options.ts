/** How a simulated node is made, and how its connections are counted. */
import type { Clock } from "../clock.ts";
import type { SimNodeSpec } from "./node_table.ts";
import type { StationOptions } from "./station.ts";

/** What a simulated node is made from; everything has a default. */
export interface SimulatedNodeOptions extends Omit<StationOptions, "clock" | "nodes"> {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly hostname?: string;
  readonly clock?: Clock;
  readonly seed?: number;
  /** Whom it knows already; a number makes so many up. */
  readonly nodes?: readonly SimNodeSpec[] | number;
  /** Packets that it keeps for its client: 8 on a classic ESP32, 32 on an S3. */
  readonly queueSize?: number;
  /** How often it looks for new connections; 0: at once. */
  readonly acceptPollMs?: number;
  /** How often it tells its client its own telemetry. */
  readonly telemetryMs?: number;
  /** Share of the true air time that transmissions take; 0 makes them instant. */
  readonly airScale?: number;
}

/** The defaults of a simulated node. */
export const NODE_DEFAULTS = {
  port: 0,
  hostname: "127.0.0.1",
  seed: 1,
  queueSize: 32,
  acceptPollMs: 100,
  telemetryMs: 60_000,
  airScale: 0.5,
} as const satisfies SimulatedNodeOptions;

/** What became of the connections so far. */
export interface ConnectionCounts {
  /** Connections that clients opened. */
  readonly dialed: number;
  /** Those that the node took up. */
  readonly accepted: number;
  /** Those that ended, for whatever reason. */
  readonly closed: number;
  /** Those that ended because another client came. */
  readonly kicked: number;
  /** True while there is one. */
  readonly current: boolean;
}

/** The readings of a weather and power station as Telemetry of our own node. */
import { encode } from "../link/codec.ts";
import { PortNum, Priority } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import type { Draft } from "./outgoing.ts";

/** What other nodes can make use of; what is not known is missing. */
export interface StationMetrics {
  /** When it was measured, milliseconds since 1970. */
  readonly atWallMs: number;
  readonly temperatureC?: number;
  readonly relativeHumidityPercent?: number;
  readonly pressureHpa?: number;
  readonly voltageV?: number;
  readonly currentA?: number;
}

/** Where the telemetry goes and until when. */
export interface TelemetryOptions {
  /** Our own number: for whom it is sent. */
  readonly ownNum: number;
  /** Index of the channel. */
  readonly channel: number;
  /** Monotonic milliseconds after which it is not sent any more. */
  readonly expiresAtMs: number;
  /** The parts of one reading share it. */
  readonly answerId: number;
}

/** A draft that the node may leave waiting behind everything else. */
export interface TelemetryDraft extends Draft {
  readonly meshPriority: typeof Priority.BACKGROUND;
}

// A Pi without a clock chip begins in a past that other nodes must not be told of.
const PLAUSIBLE_WALL_MS = Date.UTC(2025, 0, 1);

/** What instruments of their kind can show; a value outside is left out. */
const LIMITS = {
  temperatureC: [-90, 85],
  relativeHumidityPercent: [0, 100],
  pressureHpa: [300, 1200],
  voltageV: [0, 1000],
  currentA: [-1000, 1000],
} as const;

/**
 * Up to two broadcasts: environment_metrics (°C, %, hPa) and power_metrics, whose channel 1 is in volts and milliamperes
 * (INA3221Sensor.cpp). Never device_metrics: they would show the station's battery in the place of the node's own.
 */
export function stationTelemetry(metrics: StationMetrics, options: TelemetryOptions): TelemetryDraft[] {
  const environment: Init<"EnvironmentMetrics"> = {
    ...field("temperature", plausible(metrics, "temperatureC")),
    ...field("relativeHumidity", plausible(metrics, "relativeHumidityPercent")),
    ...field("barometricPressure", plausible(metrics, "pressureHpa")),
  };
  const currentA = plausible(metrics, "currentA");
  const power: Init<"PowerMetrics"> = {
    ...field("ch1Voltage", plausible(metrics, "voltageV")),
    ...field("ch1Current", currentA === undefined ? undefined : currentA * 1000),
  };
  const time = metrics.atWallMs >= PLAUSIBLE_WALL_MS ? Math.floor(metrics.atWallMs / 1000) : 0;
  const drafts: TelemetryDraft[] = [];
  if (Object.keys(environment).length > 0) {
    const payload = encode("Telemetry", { time, variant: { case: "environmentMetrics", value: environment } });
    drafts.push(draftOf(payload, "station's environment metrics", options));
  }
  if (Object.keys(power).length > 0) {
    const payload = encode("Telemetry", { time, variant: { case: "powerMetrics", value: power } });
    drafts.push(draftOf(payload, "station's power metrics", options));
  }
  return drafts;
}

function plausible(metrics: StationMetrics, name: keyof typeof LIMITS): number | undefined {
  const value = metrics[name];
  const [low, high] = LIMITS[name];
  return value !== undefined && value >= low && value <= high ? value : undefined;
}

function field<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : { [name]: value } as Record<Name, number>;
}

function draftOf(payload: Uint8Array, label: string, { ownNum, channel, expiresAtMs, answerId }: TelemetryOptions): TelemetryDraft {
  return {
    to: BROADCAST_NUM,
    channel,
    portnum: PortNum.TELEMETRY_APP,
    payload,
    priority: "announcement",
    meshPriority: Priority.BACKGROUND,
    person: ownNum,
    answerId,
    wantAck: false,
    expiresAtMs,
    label,
  };
}

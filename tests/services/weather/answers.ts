/** Answers of wttr.in and Open-Meteo in the shapes that they document, for any date. */
import type { Config } from "../../../src/config.ts";
import type { BadKind, BadServer, SeenRequest, ServedAnswer } from "../../support/bad_server.ts";

const DAY_MS = 86_400_000;

/** `YYYY-MM-DD`, so many days after the wall clock's. */
export function dateAfter(wallMs: number, days = 0): string {
  return new Date(wallMs + days * DAY_MS).toISOString().slice(0, 10);
}

/** What a test wants to read later. */
export interface J1Options {
  readonly wallMs: number;
  readonly place?: string;
  readonly country?: string;
  readonly celsius?: number;
  readonly code?: number;
  /** Millimetres of the eight steps of each day. */
  readonly rainMm?: readonly number[];
  /** The time that the answer tells, `2026-06-15 12:00 PM`; without it none. */
  readonly localTime?: string;
}

/** As far as tests change it. */
export interface J1 {
  readonly nearest_area: unknown;
  readonly current_condition: Record<string, string>[];
  readonly weather: { date: string; hourly: Record<string, string>[]; [key: string]: unknown }[];
}

/** wttr.in's `format=j1`: every value a text. */
export function j1(options: J1Options): J1 {
  const { wallMs, place = "Paris", country = "France", celsius = 12, code = 116, rainMm = [0, 0, 0, 0.2, 1.7, 0.4, 0, 0] } = options;
  return {
    current_condition: [{
      FeelsLikeC: String(celsius - 1),
      humidity: "65",
      ...(options.localTime === undefined ? {} : { localObsDateTime: options.localTime }),
      precipMM: "0.0",
      pressure: "1013",
      temp_C: String(celsius),
      uvIndex: "2",
      weatherCode: String(code),
      winddir16Point: "SW",
      windspeedKmph: "15",
    }],
    nearest_area: [{ areaName: [{ value: place }], country: [{ value: country }], region: [{ value: "Ile-de-France" }] }],
    weather: [0, 1, 2].map((day) => ({
      astronomy: [{
        moon_illumination: "67",
        moon_phase: "Waxing Gibbous",
        moonrise: "10:23 AM",
        moonset: "No moonset",
        sunrise: "08:01 AM",
        sunset: "05:08 PM",
      }],
      date: dateAfter(wallMs, day),
      hourly: rainMm.map((mm, step) => ({
        chanceofrain: String(step === 4 ? 80 : 10),
        precipMM: mm.toFixed(1),
        tempC: String(celsius - 4 + step),
        time: String(step * 300),
        weatherCode: step === 0 ? "113" : step === 4 ? "296" : "116",
        windspeedKmph: String(8 + step),
      })),
      maxtempC: String(celsius + 4 + day),
      mintempC: String(celsius - 3 + day),
    })),
  };
}

/** What a test wants of a forecast; `rainMm` by the hour, null where it is not told. */
export interface ForecastOptions {
  readonly wallMs: number;
  readonly celsius?: number;
  readonly rainMm?: readonly (number | null)[];
}

/** As far as tests change it. */
export interface Forecast {
  readonly hourly: { readonly time: string[]; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** Open-Meteo's forecast. */
export function forecast({ wallMs, celsius = 11.6, rainMm }: ForecastOptions): Forecast {
  const dates = [0, 1, 2].map((day) => dateAfter(wallMs, day));
  const hours = dates.flatMap((date) => Array.from({ length: 24 }, (_, hour) => `${date}T${String(hour).padStart(2, "0")}:00`));
  return {
    latitude: 48.84,
    longitude: 2.36,
    generationtime_ms: 0.1,
    utc_offset_seconds: 7200,
    timezone: "Europe/Paris",
    timezone_abbreviation: "CEST",
    elevation: 43,
    current_units: { time: "iso8601", interval: "seconds", temperature_2m: "°C" },
    current: {
      time: `${dates[0]}T14:00`,
      interval: 900,
      temperature_2m: celsius,
      relative_humidity_2m: 71,
      precipitation: 0.1,
      weather_code: 61,
      wind_speed_10m: 9.4,
    },
    hourly_units: { time: "iso8601", precipitation: "mm", precipitation_probability: "%" },
    hourly: {
      time: hours,
      precipitation: hours.map((_, index) => rainMm === undefined ? [0, 0.3, 1.2][index % 3] : rainMm[index] ?? null),
      precipitation_probability: hours.map((_, index) => index % 24),
    },
    daily: {
      time: dates,
      weather_code: [61, 3, 95],
      temperature_2m_max: [16.4, 17.2, -0.2],
      temperature_2m_min: [8.6, 9.1, -4.4],
      precipitation_sum: [12.04, 0, 3],
      sunrise: dates.map((date) => `${date}T05:47`),
      sunset: dates.map((date) => `${date}T21:56`),
    },
  };
}

/** Open-Meteo's search for a name. */
export function geocoding(name = "Paris", country = "France"): unknown {
  const result = { id: 2988507, name, latitude: 48.85341, longitude: 2.3488, country_code: "FR", timezone: "Europe/Paris", country };
  return { results: [result], generationtime_ms: 0.5 };
}

/** How the three places of the Web behave; wttr.in may treat curl otherwise. */
export interface WorldOptions {
  wttr?: Behaviour;
  curl?: Behaviour;
  geocoding?: Behaviour;
  forecast?: Behaviour;
}

type Behaviour = BadKind | ServedAnswer | ((request: SeenRequest) => ServedAnswer | BadKind);

/** The configuration that leads to the server, which answers as `world` says at that moment. */
export function serveWorld(server: BadServer, world: WorldOptions): Config["weather"] {
  const answer = (behaviour: Behaviour | undefined, request: SeenRequest) =>
    typeof behaviour === "function" ? behaviour(request) : behaviour ?? "status500";
  const isCurl = ({ headers }: SeenRequest) => (headers.get("user-agent") ?? "").startsWith("curl/");
  return {
    enabled: true,
    order: ["wttr", "curl", "open-meteo"],
    wttr_url: server.serve("wttr", (request) => answer(isCurl(request) ? world.curl : world.wttr, request)),
    geocoding_url: server.serve("geocoding", (request) => answer(world.geocoding, request)),
    open_meteo_url: server.serve("forecast", (request) => answer(world.forecast, request)),
  };
}

/** The sources of weather: each is asked for one place and gives a report within its time. */
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { ServiceError } from "../../errors.ts";
import { curlGet } from "../../io/curl.ts";
import { httpGet } from "../../io/http.ts";
import { forecastUrl, geocodingUrl, type NamedPoint, parseForecast, parseGeocoding } from "./open_meteo.ts";
import type { WeatherPlace } from "./place.ts";
import type { WeatherReport } from "./report.ts";
import { isUnknownToWttr, parseWttr, wttrUrl } from "./wttr.ts";

/** How long one source may take, whatever it asks. */
export const SOURCE_TIMEOUT_MS = 3000;
const MAX_BYTES = 512 * 1024;

/** The name of a source in the configuration. */
export type SourceName = Config["weather"]["order"][number];

/**
 * What a source says. `perhapsUnknown`: it says that it does not know the place, and is not always right; `unknown`: there is no such place.
 */
export type SourceAnswer = WeatherReport | "perhapsUnknown" | "unknown";

/** One source. */
export interface WeatherSource {
  readonly name: SourceName;
  /** Throws ServiceError when there is no answer of use, and the signal's reason when it is aborted. */
  ask(place: WeatherPlace, signal: AbortSignal): Promise<SourceAnswer>;
}

/** What the sources need. */
export interface SourcesOptions {
  readonly clock: Clock;
  readonly config: Config["weather"];
  readonly language: Config["language"];
  /** The program curl, by name or path. */
  readonly curlProgram: string;
}

/** The sources in the order of the configuration. */
export function createSources(options: SourcesOptions): WeatherSource[] {
  const asking: Record<SourceName, WeatherSource["ask"]> = {
    wttr: async (place, signal) =>
      readWttr(place, (await httpGet({ ...limits(options, "wttr.in", signal), url: wttr(options, place) })).text),
    curl: async (place, signal) => {
      const request = { ...limits(options, "wttr.in", signal), url: wttr(options, place), program: options.curlProgram };
      return readWttr(place, await curlGet(request));
    },
    "open-meteo": (place, signal) => askOpenMeteo(options, place, signal),
  };
  return options.config.order.map((name) => ({ name, ask: asking[name] }));
}

function limits({ clock }: SourcesOptions, who: string, signal: AbortSignal) {
  return { who, signal, clock, timeoutMs: SOURCE_TIMEOUT_MS, maxBytes: MAX_BYTES };
}

function wttr({ config }: SourcesOptions, place: WeatherPlace): URL {
  return wttrUrl(config.wttr_url, place);
}

function readWttr(place: WeatherPlace, text: string): SourceAnswer {
  // There is weather at every point: of one it says so only when it has had enough.
  return place.kind === "name" && isUnknownToWttr(text) ? "perhapsUnknown" : parseWttr(text);
}

async function askOpenMeteo(options: SourcesOptions, place: WeatherPlace, signal: AbortSignal): Promise<SourceAnswer> {
  const { clock, config, language } = options;
  const startMs = clock.nowMs();
  let point: NamedPoint | undefined;
  if (place.kind === "name") {
    const url = geocodingUrl(config.geocoding_url, { name: place.name, language });
    point = parseGeocoding((await httpGet({ ...limits(options, "Open-Meteo's geocoding", signal), url })).text);
    if (point === undefined) return "unknown";
  } else point = { ...place, name: undefined, country: undefined };
  const timeoutMs = SOURCE_TIMEOUT_MS - (clock.nowMs() - startMs);
  if (timeoutMs <= 0) throw new ServiceError("slow", `Open-Meteo did not answer within ${SOURCE_TIMEOUT_MS / 1000} s`);
  const { text } = await httpGet({ ...limits(options, "Open-Meteo", signal), url: forecastUrl(config.open_meteo_url, point), timeoutMs });
  return parseForecast(text, point);
}

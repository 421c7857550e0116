/** The environment of a bot whose services are all at one server. */
import type { BadKind } from "./bad_server.ts";

/** Every service on, each at `url(kind)`; the MQTT broker at a port of 127.0.0.1. */
export function everyServiceAt(url: (kind: BadKind) => string, kind: BadKind, brokerPort: number): Record<string, string> {
  return {
    MESHBOT_WEATHER_ENABLED: "true",
    MESHBOT_WEATHER_WTTR_URL: url(kind),
    MESHBOT_WEATHER_OPEN_METEO_URL: url(kind),
    MESHBOT_WEATHER_GEOCODING_URL: url(kind),
    MESHBOT_LIGHTNING_ENABLED: "true",
    MESHBOT_LIGHTNING_BROKER_URL: `mqtt://127.0.0.1:${brokerPort}`,
    MESHBOT_VIGILANCE_DEPARTMENT: "59",
    MESHBOT_VIGILANCE_PAGE_URL: url(kind),
    MESHBOT_VIGILANCE_API_URL: url(kind),
    MESHBOT_VIGILANCE_API_KEY: "secret",
    MESHBOT_VIGILANCE_METEOALARM_URL: url(kind),
    MESHBOT_ESPHOME_URL: url(kind),
    MESHBOT_PLACE_LATITUDE: "48.85",
    MESHBOT_PLACE_LONGITUDE: "2.35",
  };
}

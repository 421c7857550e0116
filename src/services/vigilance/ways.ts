/** The ways to a bulletin, in the order in which they are asked. */
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { htmlTexts } from "../../io/html.ts";
import { httpGet } from "../../io/http.ts";
import { readApi } from "./api.ts";
import { type Bulletin, readingOf, type Way, whoIs } from "./bulletin.ts";
import { type Department, slugOf } from "./departments.ts";
import { localTime } from "./local_time.ts";
import { readMeteoalarm } from "./meteoalarm.ts";
import { pageUrl, readPage } from "./page.ts";

// The API's answer is some 200 KiB and the page less; the feed of France is 1 to 2 MB.
const MAX_BYTES: Readonly<Record<Way, number>> = { api: 2 * 1024 ** 2, page: 2 * 1024 ** 2, meteoalarm: 8 * 1024 ** 2 };

/** What asking takes. */
export interface WaysOptions {
  readonly clock: Clock;
  readonly config: Config["vigilance"];
}

/** The limits of one question. */
export interface WayLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** The ways that know of a department: overseas there is only the page. */
export function waysFor(department: Department, { api_key: apiKey }: Config["vigilance"]): Way[] {
  if (department.zone !== "mainland") return ["page"];
  return apiKey === undefined ? ["page", "meteoalarm"] : ["api", "page", "meteoalarm"];
}

/** Asks one way. Throws ServiceError, also when the answer says nothing of the department today. */
export async function askWay(way: Way, department: Department, options: WaysOptions, limits: WayLimits): Promise<Bulletin> {
  const { clock, config } = options;
  const url = way === "api"
    ? new URL(config.api_url)
    : way === "page"
    ? pageUrl(config.page_url, department.zone, slugOf(department))
    : new URL(config.meteoalarm_url);
  const headers = way === "api" && config.api_key !== undefined ? { headers: { apikey: config.api_key } } : {};
  const { text } = await httpGet({ url, who: whoIs(way), clock, maxBytes: MAX_BYTES[way], ...limits, ...headers });
  const bulletin = await read(way, text, department, clock.wallMs());
  readingOf(bulletin, department, clock.wallMs());
  return bulletin;
}

async function read(way: Way, text: string, department: Department, wallMs: number): Promise<Bulletin> {
  switch (way) {
    case "api":
      return readApi(text, wallMs);
    case "page":
      return readPage(await htmlTexts(text), localTime(wallMs, department.timeZone));
    case "meteoalarm":
      return readMeteoalarm(text, wallMs);
  }
}

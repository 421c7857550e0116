/** The one door to the Web: a GET with limits on time, size and redirects. */
import { type Clock, systemClock } from "../clock.ts";
import { describeError, ServiceError } from "../errors.ts";
import { VERSION } from "../version.ts";

/** What to fetch, and how much of it at most. */
export interface HttpRequest {
  readonly url: URL;
  /** For messages, e.g. `wttr.in`. */
  readonly who: string;
  /** Aborted: the reason is thrown. */
  readonly signal: AbortSignal;
  /** For the whole answer, body included. */
  readonly timeoutMs: number;
  /** Of the body, unpacked. */
  readonly maxBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/** An answer with status 200. */
export interface HttpAnswer {
  readonly text: string;
  /** Lower case, without parameters; empty when none was told. */
  readonly contentType: string;
}

/** Redirects that are followed, within one host. */
export const MAX_REDIRECTS = 3;

/**
 * The answer to a GET. Follows up to 3 redirects within the same host, and refuses the others. Throws ServiceError when there is none of
 * use within the limits; its message names `who` and never the query or the headers, which may hold a secret.
 */
export async function httpGet(request: HttpRequest): Promise<HttpAnswer> {
  const { clock = systemClock, signal, timeoutMs, who } = request;
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = clock.after(timeoutMs, () => limit.abort(new ServiceError("slow", `${who} did not answer within ${timeoutMs / 1000} s`)));
  const abort = () => limit.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const response = await follow(request, limit.signal);
    return { text: await readBody(response, request), contentType: mediaType(response) };
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    if (error instanceof ServiceError) throw error;
    // Without the cause: its message holds the whole URL, and the log writes causes too.
    throw new ServiceError("unreachable", `${who} cannot be reached: ${reasonOf(error)}`);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  }
}

async function follow({ url, who, headers }: HttpRequest, signal: AbortSignal): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(at, { headers: { "user-agent": `MeshBot/${VERSION}`, ...headers }, redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status === 200) return response;
    await response.body?.cancel();
    if (response.status < 300 || response.status >= 400 || location === null) {
      throw new ServiceError("refused", `${who} answered with HTTP status ${response.status}`);
    }
    at = redirectTarget({ location, from: at, who });
  }
  throw new ServiceError("refused", `${who} redirected more than ${MAX_REDIRECTS} times`);
}

/** Where a redirect leads; throws ServiceError unless it is what the operator wrote down: the same host, by the same scheme or a safer one. */
export function redirectTarget({ location, from, who }: { readonly location: string; readonly from: URL; readonly who: string }): URL {
  const to = URL.parse(location, from);
  const sameHost = to !== null && to.hostname === from.hostname;
  const samePort = sameHost && to.protocol === from.protocol && to.port === from.port;
  const safer = sameHost && from.protocol === "http:" && to.protocol === "https:" && from.port === "" && to.port === "";
  if (to !== null && (samePort || safer)) return to;
  throw new ServiceError(
    "refused",
    `${who} redirected to another host${to === null ? "" : `, ${to.host || to.protocol}`}: that is not followed`,
  );
}

async function readBody(response: Response, { maxBytes, who }: HttpRequest): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let lengthBytes = 0;
  if (response.body === null) return text;
  // Leaving the loop early cancels the body, which closes the connection.
  for await (const chunk of response.body) {
    lengthBytes += chunk.length;
    if (lengthBytes > maxBytes) throw new ServiceError("tooBig", `${who} sent more than ${Math.round(maxBytes / 1024)} KiB`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function mediaType(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** fetch puts addresses and the whole URL in front of its reason; the last cause behind them says it in the fewest words. */
function reasonOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const text = describeError(cause)
    .replace(/^error sending request.*?: (?=client error)/s, "")
    .replace(/^client error \(\w+\): /, "")
    .replace(/\S*:\/\/\S+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "the connection failed" : text;
}

/** The door to streams of Server-Sent Events: opened for a moment, with limits on time and size. */
import { systemClock } from "../clock.ts";
import { ServiceError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { HttpRequest } from "./http.ts";

/** One event of the stream. */
export interface SseEvent {
  /** `message` when the stream does not name it. */
  readonly name: string;
  readonly data: string;
}

/**
 * The events of a stream until it ends or the caller has seen enough, which closes the connection. `timeoutMs` and `maxBytes` hold for all
 * of it. Redirects are not followed. Throws ServiceError, as `httpGet` does.
 */
export async function* sseEvents(request: HttpRequest): AsyncGenerator<SseEvent, void, void> {
  const { clock = systemClock, signal, timeoutMs, who } = request;
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = clock.after(timeoutMs, () => limit.abort(new ServiceError("slow", `${who} sent no more within ${timeoutMs / 1000} s`)));
  const abort = () => limit.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    yield* readEvents(await open(request, limit.signal), request);
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    if (error instanceof ServiceError) throw error;
    // Without the cause: its message holds the whole URL.
    throw new ServiceError("unreachable", `the connection to ${who} failed`);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
    limit.abort();
  }
}

async function open({ url, who, headers }: HttpRequest, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    headers: { "user-agent": `MeshBot/${VERSION}`, accept: "text/event-stream", ...headers },
    redirect: "manual",
    signal,
  });
  const type = response.headers.get("content-type") ?? "";
  if (response.status === 200 && /^\s*text\/event-stream\b/i.test(type)) return response;
  await response.body?.cancel();
  throw response.status === 200
    ? new ServiceError("unreadable", `the answer of ${who} is no stream of events`)
    : new ServiceError("refused", `${who} answered with HTTP status ${response.status}`);
}

async function* readEvents({ body }: Response, { maxBytes, who }: HttpRequest): AsyncGenerator<SseEvent, void, void> {
  if (body === null) return;
  const read = createSseReader();
  let lengthBytes = 0;
  for await (const chunk of body) {
    lengthBytes += chunk.length;
    if (lengthBytes > maxBytes) throw new ServiceError("tooBig", `${who} sent more than ${Math.round(maxBytes / 1024)} KiB`);
    yield* read(chunk);
  }
}

/** A reader that takes the bytes of a stream piece by piece and gives the events that are complete. */
export function createSseReader(): (chunk: Uint8Array) => SseEvent[] {
  // Deno's decoder drops a byte order mark at the beginning of every piece, where it is a character of the data.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parse = createSseParser();
  let begun = false;
  return (chunk) => {
    const text = decoder.decode(chunk, { stream: true });
    const isFirst = !begun && text !== "";
    begun ||= isFirst;
    return parse(isFirst && text.startsWith("\ufeff") ? text.slice(1) : text);
  };
}

/** A parser that takes the text of a stream piece by piece and gives the events that are complete. */
export function createSseParser(): (text: string) => SseEvent[] {
  let rest = "";
  let name = "";
  let data: string[] = [];
  return (text) => {
    const events: SseEvent[] = [];
    // A lone CR ends a line too, but at the end of a piece its LF may still come.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() as string;
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) events.push({ name: name || "message", data: data.join("\n") });
        name = "";
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "event") name = value ?? "";
      if (field === "data") data.push(value ?? "");
    }
    return events;
  };
}

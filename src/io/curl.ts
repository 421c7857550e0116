/** The same GET by the program curl: for sites that turn other clients away by what their connections look like. */
import { type Clock, systemClock } from "../clock.ts";
import { ServiceError, type ServiceFault } from "../errors.ts";
import { programPath } from "../program_path.ts";
import { MAX_REDIRECTS, redirectTarget } from "./http.ts";

/** What to fetch, and how much of it at most. There are no headers: curl keeps its own, the User-Agent among them. */
export interface CurlRequest {
  readonly url: URL;
  /** For messages, e.g. `wttr.in`. */
  readonly who: string;
  /** Aborted: the program is killed and the reason thrown. */
  readonly signal: AbortSignal;
  /** For the whole answer, redirects included. */
  readonly timeoutMs: number;
  /** Of the body. */
  readonly maxBytes: number;
  readonly clock?: Clock;
  /** The program's name, to be found in the usual folders, or its path; `curl` by default. */
  readonly program?: string;
}

/** There is no curl, or this program has no leave to run it. */
export class CurlMissingError extends ServiceError {}

// Behind the body curl writes the status and where a redirect leads.
const TRAILER = "\\n%{http_code} %{redirect_url}";
const TRAILER_BYTES = 4096;
const COMPLAINT_BYTES = 1000;
const LINE_FEED = 0x0a;

/**
 * The body of an answer with status 200. Follows up to 3 redirects within the same host, and refuses the others. Throws ServiceError when
 * there is no answer of use within the limits, CurlMissingError when there is no curl.
 */
export async function curlGet(request: CurlRequest): Promise<string> {
  const { clock = systemClock, signal, timeoutMs } = request;
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = clock.after(timeoutMs, () => limit.abort(slow(request)));
  const abort = () => limit.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await follow(request, limit.signal);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  }
}

async function follow(request: CurlRequest, signal: AbortSignal): Promise<string> {
  const { url, who } = request;
  let at = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { body, status, location } = await runCurl(request, at, signal);
    if (status === "200") return body;
    if (location === "") throw new ServiceError("refused", `${who} answered curl with HTTP status ${status}`);
    at = redirectTarget({ location, from: at, who });
  }
  throw new ServiceError("refused", `${who} redirected curl more than ${MAX_REDIRECTS} times`);
}

/** What curl wrote; `location` is empty when there is no redirect. */
interface CurlOutput {
  readonly status: string;
  readonly location: string;
  readonly body: string;
}

async function runCurl(request: CurlRequest, url: URL, signal: AbortSignal): Promise<CurlOutput> {
  const { maxBytes, who } = request;
  const child = spawn(request, url);
  const kill = () => killChild(child);
  signal.addEventListener("abort", kill, { once: true });
  try {
    const [written, complaint, { code }] = await Promise.all([
      readAtMost(child.stdout, maxBytes + TRAILER_BYTES, kill),
      readAtMost(child.stderr, COMPLAINT_BYTES, () => {}),
      child.status,
    ]);
    signal.throwIfAborted();
    const end = written.lastIndexOf(LINE_FEED);
    if (end > maxBytes || written.length > maxBytes + TRAILER_BYTES) throw tooBig(request);
    const decoder = new TextDecoder();
    const [, status = "0", location = ""] = /^(\d+) (.*)$/.exec(decoder.decode(written.subarray(end + 1))) ?? [];
    if (code !== 0) throw failure(request, { code, status, complaint: decoder.decode(complaint) });
    if (end < 0) throw new ServiceError("unreadable", `curl told nothing of the answer of ${who}`);
    return { status, location, body: decoder.decode(written.subarray(0, end)) };
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function spawn({ program = "curl", maxBytes, timeoutMs, who }: CurlRequest, url: URL): Deno.ChildProcess {
  const args = [
    // First of all, or curl reads its owner's ~/.curlrc.
    "--disable",
    "--silent",
    "--show-error",
    "--fail",
    // Brackets and braces in a URL are no pattern.
    "--globoff",
    "--proto",
    `=${url.protocol.replace(":", "")}`,
    "--max-time",
    String(timeoutMs / 1000),
    "--max-filesize",
    String(maxBytes),
    "--write-out",
    TRAILER,
    "--",
    url.href,
  ];
  try {
    return new Deno.Command(programPath(program), { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  } catch (cause) {
    const missing = `${who} cannot be asked by curl: `;
    if (cause instanceof Deno.errors.NotFound) throw new CurlMissingError("unreachable", `${missing}the program is not installed`);
    const refused = cause instanceof Deno.errors.NotCapable || cause instanceof Deno.errors.PermissionDenied;
    if (refused) throw new CurlMissingError("unreachable", `${missing}this program may not run it`);
    throw new ServiceError("unreachable", `${missing}it does not start`, { cause });
  }
}

/** What comes, up to the first chunk past the limit; `onTooMuch` is called then. Reads no further. */
async function readAtMost(stream: ReadableStream<Uint8Array>, maxBytes: number, onTooMuch: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    lengthBytes += chunk.length;
    if (lengthBytes <= maxBytes) continue;
    onTooMuch();
    break;
  }
  const all = new Uint8Array(lengthBytes);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

function killChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

function slow({ who, timeoutMs }: CurlRequest): ServiceError {
  return new ServiceError("slow", `${who} did not answer curl within ${timeoutMs / 1000} s`);
}

function tooBig({ who, maxBytes }: CurlRequest): ServiceError {
  return new ServiceError("tooBig", `${who} sent curl more than ${Math.round(maxBytes / 1024)} KiB`);
}

// The exit codes that say more than that there was no answer (curl(1), EXIT CODES).
const EXITS: Readonly<Record<number, readonly [fault: ServiceFault, text: string]>> = {
  1: ["unreadable", "what came is not HTTP"],
  3: ["refused", "curl does not understand the URL"],
  6: ["unreachable", "its name is not known"],
  7: ["unreachable", "it takes no connection"],
  8: ["unreadable", "what came is not HTTP"],
  18: ["unreachable", "the answer broke off"],
  35: ["unreachable", "TLS cannot be agreed on"],
  52: ["unreachable", "it closed without an answer"],
  56: ["unreachable", "the connection broke off"],
  60: ["refused", "its certificate is not trusted"],
};

function failure(
  request: CurlRequest,
  ended: { readonly code: number; readonly status: string; readonly complaint: string },
): ServiceError {
  const { code, status, complaint } = ended;
  const { who } = request;
  if (code === 28) return slow(request);
  if (code === 63) return tooBig(request);
  if (code === 22) return new ServiceError("refused", `${who} answered curl with HTTP status ${status}`);
  const [fault, text] = EXITS[code] ?? ["unreachable", withoutUrls(complaint)];
  return new ServiceError(fault, `${who} cannot be asked by curl: ${text} (exit code ${code})`);
}

function withoutUrls(complaint: string): string {
  const text = complaint.replace(/\S*:\/\/\S+/g, "").replace(/\s+/g, " ").replace(/^curl: \(\d+\) /, "").trim();
  return text === "" ? "it failed" : text;
}

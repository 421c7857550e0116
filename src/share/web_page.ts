/**
 * Which web pages may reach the shared radio. A browser on an allowed machine, the owner's own too, asks whatever a page of any site tells
 * it to, so its address says nothing about who is asking.
 */
import { isIP } from "node:net";

const LOOPBACK_HOST = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
// Names that no domain name server of the world gives an address to.
const LOCAL_NAME = /^(?:[a-z0-9_-]+|[a-z0-9_.-]+\.(?:local|lan|home\.arpa|internal|localhost))$/;

/** Why a request may not be served, for the log and for whoever asked; undefined: it may. */
export function pageFault(request: Request, allowed: readonly string[]): string | undefined {
  const asked = new URL(request.url);
  // A page can have its own site's name point at this machine; then the browser takes us for that site.
  if (!isLocalHost(asked.hostname) && !allowed.some((origin) => new URL(origin).hostname === asked.hostname)) {
    return `the name ${asked.hostname} is not one of this machine`;
  }
  const origin = request.headers.get("origin");
  if (origin !== null) {
    return isAllowedOrigin(origin, asked, allowed) ? undefined : `pages of ${JSON.stringify(origin.slice(0, 200))} may not ask`;
  }
  // A page can fetch without telling where it is from, though it cannot read the answer.
  return /^(?:cross|same)-site$/.test(request.headers.get("sec-fetch-site") ?? "") ? "a page of another site may not ask" : undefined;
}

/** Whether bytes begin like a request of HTTP, which no client of the Meshtastic API sends: a page made a browser connect. */
export function isFromBrowser(firstBytes: Uint8Array): boolean {
  const first = firstBytes[0] ?? 0;
  return first >= 0x41 && first <= 0x5a;
}

function isAllowedOrigin(origin: string, asked: URL, allowed: readonly string[]): boolean {
  let page: URL;
  try {
    page = new URL(origin);
  } catch {
    return false;
  }
  return page.protocol.startsWith("http") &&
    (LOOPBACK_HOST.test(page.hostname) || page.host === asked.host || allowed.includes(page.origin));
}

function isLocalHost(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, "")) !== 0 || LOCAL_NAME.test(hostname);
}

/**
 * Whose session an HTTP request belongs to. A browser's page brings the cookie of its session; a page of another site keeps none, and
 * neither do programs (the official client outside a browser): they are known by what else they always say of themselves.
 */
import type { Role } from "./access.ts";
import type { HttpOutlet } from "./http_outlet.ts";

const COOKIE = "meshbot";
// Programs that do keep their cookie bring it from their second request on; so many sessions in a row without it, and it will not come.
const FORGOTTEN_COOKIES = 2;

/** A client over HTTP. */
export interface HttpSession {
  readonly outlet: HttpOutlet;
  readonly ended: boolean;
  /** The encoded ToRadio of a request; without one the client only shows that it is there. */
  take(toRadio?: Uint8Array): void;
}

/** Opens a session; undefined: it cannot be served now. */
export type OpenSession = (address: string, role: Role) => HttpSession | undefined;

/** A session that the cookie has not come back for. */
interface Unclaimed {
  readonly session: HttpSession;
  hasSpoken: boolean;
}

/** The sessions. */
export class HttpSessions {
  readonly #open: OpenSession;
  readonly #byCookie = new Map<string, HttpSession>();
  readonly #unclaimed = new Map<string, Unclaimed[]>();

  constructor(open: OpenSession) {
    this.#open = open;
  }

  /** The session of a request from an address; of a new one the cookie goes into `headers`. `speaks`: the request brings a message. */
  of(
    request: Request,
    headers: Headers,
    caller: { readonly address: string; readonly role: Role; readonly speaks: boolean },
  ): HttpSession | undefined {
    this.#forgetEnded();
    const { address, role, speaks } = caller;
    const cookie = cookieOf(request);
    const origin = request.headers.get("origin");
    const mark = `${address} ${origin ?? ""} ${request.headers.get("user-agent") ?? ""}`;
    const known = cookie === undefined ? undefined : this.#byCookie.get(`${address} ${cookie}`);
    if (known !== undefined) {
      // Who brings its cookie back needs no other mark.
      this.#keepUnclaimed(({ session }) => session !== known);
      return known;
    }
    // A page that keeps no cookie is one page of its site; a program without one may be one of several that have just begun.
    const mayBeNew = origin !== null ? 1 : request.headers.has("cookie") ? Infinity : FORGOTTEN_COOKIES;
    const unclaimed = this.#unclaimed.get(mark) ?? [];
    if (unclaimed.length >= mayBeNew) {
      const again = unclaimed.find(({ hasSpoken }) => hasSpoken) ?? unclaimed[0] as Unclaimed;
      again.hasSpoken ||= speaks;
      return again.session;
    }
    const session = this.#open(address, role);
    if (session === undefined) return undefined;
    const value = crypto.randomUUID();
    headers.set("Set-Cookie", `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax`);
    this.#byCookie.set(`${address} ${value}`, session);
    this.#unclaimed.set(mark, [...unclaimed, { session, hasSpoken: speaks }]);
    return session;
  }

  #forgetEnded(): void {
    for (const [key, session] of this.#byCookie) if (session.ended) this.#byCookie.delete(key);
    this.#keepUnclaimed(({ session }) => !session.ended);
  }

  #keepUnclaimed(isKept: (unclaimed: Unclaimed) => boolean): void {
    for (const [mark, unclaimed] of this.#unclaimed) {
      const kept = unclaimed.filter(isKept);
      if (kept.length === 0) this.#unclaimed.delete(mark);
      else this.#unclaimed.set(mark, kept);
    }
  }
}

function cookieOf(request: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f-]{36})(?:;|$)`).exec(request.headers.get("cookie") ?? "")?.[1];
}

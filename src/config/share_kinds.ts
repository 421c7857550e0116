/** The kinds of value of the shared radio: where it listens, and who may do what. */
import { isIPv4, isIPv6 } from "node:net";
import * as v from "valibot";
import { type Kind, listOf } from "./kinds.ts";
import { entryFault, sections } from "./sections.ts";

/** An address of this machine with a port. */
export function listenAddress(): Kind<string> {
  const expected = 'an address of this machine and a port, such as "127.0.0.1:4404", "0.0.0.0:4404" or "[::]:4404"';
  return {
    schema: v.pipe(v.string(expected), v.trim(), v.check(isListenAddress, expected)),
    expected,
    fromText: (text) => text,
  };
}

function isListenAddress(text: string): boolean {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text);
  if (match === null) return false;
  const port = Number(match[3]);
  const [, six, four] = match;
  return port >= 1 && port <= 65_535 && (six === undefined ? four === "localhost" || isIPv4(four ?? "") : isIPv6(six));
}

/** Web sites, each as a browser names it: scheme, host and port. */
export function webOrigins(): Kind<string[]> {
  const one = 'a web site such as "https://client.meshtastic.org", without a path';
  const origin: Kind<string> = {
    schema: v.pipe(
      v.string(one),
      v.trim(),
      v.check((text) => originOf(text) !== undefined, one),
      v.transform((text) => originOf(text) ?? text),
    ),
    expected: one,
    fromText: (text) => text,
  };
  return listOf(origin, 'a list of web sites such as ["https://client.meshtastic.org"]');
}

function originOf(text: string): string | undefined {
  const { origin, href } = URL.parse(text) ?? {};
  return /^https?:/.test(origin ?? "") && href === `${origin}/` ? origin : undefined;
}

/** What a client of the shared radio may do. */
export const SHARE_ROLES = ["full", "no-admin", "read-only"] as const;

/** Whom a range of addresses lets in, and as what. */
export interface ShareAllow {
  readonly cidr: string;
  readonly role: typeof SHARE_ROLES[number];
}

const MAX_RANGES = 50;

/** The ranges that may connect, each under `[[share.allow]]`. */
export function shareAllow(): Kind<ShareAllow[]> {
  const cidr = 'an address or a range of addresses, such as "192.168.1.0/24" or "fd00::/8"';
  const role = 'a role: "full", "no-admin" or "read-only"';
  const entry = v.strictObject({
    cidr: v.pipe(v.string(cidr), v.trim(), v.check(isCidr, cidr)),
    role: v.picklist(SHARE_ROLES, role),
  }, entryFault("[[share.allow]]", ["cidr", "role"], 'cidr = "..." and role = "..."'));
  return sections("share.allow", 'cidr = "192.168.1.0/24" and role = "no-admin"', entry, MAX_RANGES);
}

function isCidr(text: string): boolean {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = match?.[1] ?? "";
  const bits = Number(match?.[2] ?? 0);
  return isIPv4(address) && bits <= 32 || isIPv6(address) && bits <= 128;
}

/** Who may do what: an address, a range that it lies in, and the role of that range. */

/**
 * `full`: everything. `no-admin`: sends what it likes, and reads the settings without secrets. `read-only`: listens.
 */
export type Role = "full" | "no-admin" | "read-only";

/** One line of the list. `cidr`: an address, or a range as in `192.168.1.0/24`. */
export interface AllowEntry {
  readonly cidr: string;
  readonly role: Role;
}

/** This machine itself has all rights, where the list does not say otherwise of these very addresses. */
const LOOPBACK: readonly AllowEntry[] = [{ cidr: "127.0.0.0/8", role: "full" }, { cidr: "::1", role: "full" }];

interface Range {
  readonly bytes: Uint8Array;
  readonly bits: number;
  readonly role: Role;
}

/** The list, read once. */
export class AccessList {
  readonly #ranges: readonly Range[];

  /** Throws RangeError at a range that is none. */
  constructor(allow: readonly AllowEntry[]) {
    // The narrowest range decides; of two alike, the first.
    this.#ranges = [...allow, ...LOOPBACK].map(({ cidr, role }) => ({ ...parseCidr(cidr), role })).toSorted((a, b) => b.bits - a.bits);
  }

  /** The role of an address; undefined: it may not connect. */
  roleOf(address: string): Role | undefined {
    const bytes = parseAddress(address);
    return bytes === undefined ? undefined : this.#ranges.find((range) => isWithin(bytes, range))?.role;
  }
}

/** Whether a server that listens there can be reached by this machine alone. */
export function isLoopbackHost(host: string): boolean {
  const bytes = parseAddress(host);
  return host === "localhost" || bytes !== undefined && isLoopback(bytes);
}

/** The address in one form: IPv4 mapped into IPv6 is IPv4, and what an interface adds is left out. */
export function plainAddress(address: string): string {
  return address.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

/** A range as 16 bytes and how many bits of them count; throws RangeError when it is none. */
export function parseCidr(cidr: string): { readonly bytes: Uint8Array; readonly bits: number } {
  const [address = "", prefix, ...more] = cidr.trim().split("/");
  const bytes = parseAddress(address);
  const width = address.includes(":") ? 128 : 32;
  const bits = prefix === undefined ? width : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (bytes === undefined || more.length > 0 || bits < 0 || bits > width) {
    throw new RangeError(`Cannot read ${JSON.stringify(cidr)} as a range of addresses such as "192.168.1.0/24" or "fd00::/8"`);
  }
  return { bytes, bits: bits + 128 - width };
}

function isWithin(bytes: Uint8Array, range: Range): boolean {
  return range.bytes.every((byte, index) => {
    const counted = Math.min(8, Math.max(0, range.bits - index * 8));
    const mask = 0xff << (8 - counted) & 0xff;
    return (byte & mask) === ((bytes[index] as number) & mask);
  });
}

function isLoopback(bytes: Uint8Array): boolean {
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes[12] === 127 : bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
}

/** Sixteen bytes, IPv4 as its mapped form; undefined when it is no address. */
function parseAddress(text: string): Uint8Array | undefined {
  const plain = plainAddress(text);
  const four = parseIpv4(plain);
  if (four !== undefined) return new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...four]);
  const halves = plain.split("::");
  if (!plain.includes(":") || halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":"));
  const groups = [...parseGroups(head ?? []), ...parseGroups(tail ?? [])];
  if (groups.includes(-1) || (tail === undefined ? groups.length !== 16 : groups.length > 14)) return undefined;
  const front = parseGroups(head ?? []);
  return new Uint8Array([...front, ...new Array(16 - groups.length).fill(0), ...groups.slice(front.length)]);
}

function parseGroups(groups: readonly string[]): number[] {
  return groups.flatMap((group, index) => {
    if (group.includes(".") && index === groups.length - 1) return parseIpv4(group) ?? [-1];
    return /^[0-9a-f]{1,4}$/i.test(group) ? [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff] : [-1];
  });
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  const bytes = parts.map((part) => /^\d{1,3}$/.test(part) ? Number(part) : 256);
  return parts.length === 4 && bytes.every((byte) => byte < 256) ? bytes : undefined;
}

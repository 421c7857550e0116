/**
 * Messages of multicast DNS as values: the format of RFC 1035, section 4, with the top bit of the class as RFC 6762, section 18, has it.
 */

/** A name as its labels, the top level last: `["_meshtastic", "_tcp", "local"]`. An instance's label may hold any text, dots too. */
export type DnsName = readonly string[];

/** A question. */
export interface DnsQuestion {
  readonly name: DnsName;
  /** The number of a record's type, or ANY. */
  readonly type: number;
  /** The asker would rather have the answer for itself alone. */
  readonly unicast: boolean;
}

/** What a record says. Types that nobody here needs keep their bytes. */
export type DnsData =
  | { readonly kind: "A" | "AAAA"; readonly address: string }
  | { readonly kind: "PTR"; readonly target: DnsName }
  | { readonly kind: "SRV"; readonly priority: number; readonly weight: number; readonly port: number; readonly target: DnsName }
  | { readonly kind: "TXT"; readonly strings: readonly string[] }
  | { readonly kind: "other"; readonly type: number; readonly bytes: Uint8Array };

/** A record. */
export interface DnsRecord {
  readonly name: DnsName;
  /** Seconds for which it may be believed; 0 takes it back. */
  readonly ttlS: number;
  /** It replaces what was known under its name and type. */
  readonly flush: boolean;
  readonly data: DnsData;
}

/** One message. */
export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** Numbers of the types (RFC 1035, 3596, 2782). */
export const DNS_TYPE = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, ANY: 255 } as const;

/** The longest message that multicast DNS allows (RFC 6762, section 17), headers of IP and UDP left out. */
export const MAX_MESSAGE_BYTES = 9000;

/** Bits and limits of the format. */
export const DNS_FORMAT = {
  CLASS_IN: 1,
  /** Of a question's class: an answer for the asker alone will do. Of a record's: it replaces what was known. */
  TOP_BIT: 0x8000,
  RESPONSE: 0x8000,
  AUTHORITATIVE: 0x0400,
  OPCODE: 0x7800,
  MAX_NAME_BYTES: 255,
  MAX_LABEL_BYTES: 63,
} as const;

/** The number of a record's type. */
export function typeOf(data: DnsData): number {
  return data.kind === "other" ? data.type : DNS_TYPE[data.kind];
}

/** True when both names are the same; ASCII letters in either case (RFC 6762, section 16). */
export function sameName(one: DnsName, other: DnsName): boolean {
  return nameKey(one) === nameKey(other);
}

/** A text by which names are found again in a map. */
export function nameKey(name: DnsName): string {
  return name.map((label) => label.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[.\\]/g, "\\$&")).join(".");
}

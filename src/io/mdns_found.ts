/** What answers of multicast DNS tell about the instances of one service (RFC 6763), put together from records in any order. */
import { DNS_TYPE, type DnsData, type DnsName, type DnsQuestion, type DnsRecord, nameKey, sameName, typeOf } from "./mdns_message.ts";

/** One instance of a service, as it names itself: nothing of it is to be trusted. */
export interface ServiceInstance {
  /** Its name for people, without control characters. */
  readonly instance: string;
  /** The name of its machine, such as `meshtastic.local`. */
  readonly host: string;
  /** IPv4 addresses before IPv6 ones; those that hold only with the name of a network card are left out. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** What it tells of itself, by lower-case name; what has no value has an empty one. */
  readonly txt: ReadonlyMap<string, string>;
}

// Somebody on the network may answer without end.
const MAX_INSTANCES = 64;
const MAX_ADDRESSES = 8;
const MAX_RECORDS = 1024;

/** The records that matter to one service. */
export class FoundServices {
  readonly #service: DnsName;
  /** By name and kind, and then by what they say. */
  readonly #known = new Map<string, Map<string, DnsData>>();
  #count = 0;

  constructor(service: DnsName) {
    this.#service = service;
  }

  /** Takes the records of one answer. */
  take(records: readonly DnsRecord[]): void {
    // "Replaces what was known" means what earlier messages told, not the record before it in the same one (RFC 6762, section 10.2).
    for (const { name, flush, data: { kind } } of records) if (flush) this.#forgetAll(name, kind);
    for (const { name, ttlS, data } of records) {
      if (data.kind === "other") continue;
      if (ttlS > 0) this.#remember(name, data);
      else this.#forget(name, data);
    }
  }

  /** What is still to be asked before the instances are complete. */
  missing(): DnsQuestion[] {
    const questions: DnsQuestion[] = [];
    const ask = (name: DnsName, type: number) => questions.push({ name, type, unicast: false });
    for (const instance of this.#instances()) {
      const server = this.#server(instance);
      if (server === undefined) ask(instance, DNS_TYPE.SRV);
      if (this.#find(instance, "TXT").length === 0) ask(instance, DNS_TYPE.TXT);
      if (server !== undefined && this.#addresses(server.target).length === 0) ask(server.target, DNS_TYPE.A);
    }
    return questions;
  }

  /** The instances whose machine and port are known. */
  list(): ServiceInstance[] {
    return this.#instances().flatMap((name) => {
      const server = this.#server(name);
      if (server === undefined) return [];
      const host = server.target.map(clean).join(".");
      const txt = readTxt(this.#find(name, "TXT").flatMap(({ strings }) => strings));
      return [{ instance: clean(name[0] ?? ""), host, addresses: this.#addresses(server.target), port: server.port, txt }];
    });
  }

  #instances(): DnsName[] {
    return this.#find(this.#service, "PTR").map(({ target }) => target)
      .filter((name) => name.length === this.#service.length + 1 && sameName(name.slice(1), this.#service))
      .slice(0, MAX_INSTANCES);
  }

  #server(instance: DnsName): Extract<DnsData, { kind: "SRV" }> | undefined {
    return this.#find(instance, "SRV").find(({ port, target }) => port > 0 && target.length > 0);
  }

  #addresses(host: DnsName): string[] {
    const addresses = [...this.#find(host, "A"), ...this.#find(host, "AAAA")].map(({ address }) => address);
    return addresses.filter((address) => !/^fe[89ab]/i.test(address)).slice(0, MAX_ADDRESSES);
  }

  #find<Kind extends DnsData["kind"]>(name: DnsName, kind: Kind): Extract<DnsData, { kind: Kind }>[] {
    return [...this.#known.get(`${kind} ${nameKey(name)}`)?.values() ?? []] as Extract<DnsData, { kind: Kind }>[];
  }

  #remember(name: DnsName, data: DnsData): void {
    const key = `${data.kind} ${nameKey(name)}`;
    const said = dataKey(data);
    const known = this.#known.get(key) ?? new Map<string, DnsData>();
    if (known.has(said) || this.#count >= MAX_RECORDS) return;
    this.#known.set(key, known.set(said, data));
    this.#count += 1;
  }

  #forget(name: DnsName, data: DnsData): void {
    if (this.#known.get(`${data.kind} ${nameKey(name)}`)?.delete(dataKey(data))) this.#count -= 1;
  }

  #forgetAll(name: DnsName, kind: DnsData["kind"]): void {
    const key = `${kind} ${nameKey(name)}`;
    this.#count -= this.#known.get(key)?.size ?? 0;
    this.#known.delete(key);
  }
}

/** True when both records say the same. */
export function sameData(one: DnsData, other: DnsData): boolean {
  return typeOf(one) === typeOf(other) && dataKey(one) === dataKey(other);
}

function dataKey(data: DnsData): string {
  switch (data.kind) {
    case "A":
    case "AAAA":
      return data.address;
    case "PTR":
      return nameKey(data.target);
    case "SRV":
      return `${data.priority} ${data.weight} ${data.port} ${nameKey(data.target)}`;
    case "TXT":
      return JSON.stringify(data.strings);
    case "other":
      return data.bytes.join();
  }
}

/** The first of a name counts (RFC 6763, section 6.4). */
function readTxt(strings: readonly string[]): ReadonlyMap<string, string> {
  const txt = new Map<string, string>();
  for (const text of strings) {
    const [, name, value = ""] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
    const key = name === undefined ? "" : clean(name).toLowerCase();
    if (key !== "" && !txt.has(key)) txt.set(key, clean(value));
  }
  return txt;
}

/** For a terminal: nothing that moves its cursor or turns a line round. */
function clean(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/gu, "").trim();
}

/**
 * One connection for one physical node. A Meshtastic node serves a single TCP client and closes the first as soon as a
 * second arrives (firmware, ServerAPI.cpp), so whoever wants to dial must first hold that node's slot, and two names of
 * one node are found out before the dial.
 */
import { lookup } from "node:dns/promises";
import { SlotTakenError } from "../errors.ts";
import { formatNodeId } from "../node_id.ts";

/** The right to dial one node, held until `release`. */
export interface Slot {
  /** Resolves the name again; throws SlotTakenError when it now leads to a node that another holds. */
  addresses(): Promise<string[]>;
  /** The handshake told the node's number; throws SlotTakenError when another slot holds that node. */
  identify(nodeNum: number): void;
  release(): void;
}

/** Options for tests: how names are resolved and which addresses this machine has. */
export interface SlotsOptions {
  readonly resolve?: (host: string) => Promise<string[]>;
  readonly ownAddresses?: () => string[];
}

interface Holder {
  readonly who: string;
  readonly host: string;
  readonly port: number;
  keys: ReadonlySet<string>;
  nodeNum: number | undefined;
}

/** Every connection that the program has, or is about to make, to a node. */
export class Slots {
  readonly #holders = new Set<Holder>();
  /** Addresses that turned out, in a handshake, to be a node that was held already. */
  readonly #aliases = new Map<string, string>();
  readonly #resolve: (host: string) => Promise<string[]>;
  readonly #ownAddresses: () => string[];

  constructor(options: SlotsOptions = {}) {
    this.#resolve = options.resolve ?? resolveHost;
    this.#ownAddresses = options.ownAddresses ?? localAddresses;
  }

  /**
   * Takes the slot of a node for `who` (a name for messages). Throws SlotTakenError when another holds that node under
   * this or any other name. A name that does not resolve yet is taken too: `addresses` compares again at every dial.
   */
  async claim(who: string, host: string, port: number): Promise<Slot> {
    const holder: Holder = { who, host, port, keys: new Set([nameKey(host, port)]), nodeNum: undefined };
    this.#refuseIfHeld(holder, holder.keys);
    this.#holders.add(holder);
    try {
      await this.#addresses(holder);
    } catch (error) {
      if (error instanceof SlotTakenError) {
        this.#holders.delete(holder);
        throw error;
      }
    }
    return {
      addresses: () => this.#addresses(holder),
      identify: (nodeNum) => this.#identify(holder, nodeNum),
      release: () => void this.#holders.delete(holder),
    };
  }

  async #addresses(holder: Holder): Promise<string[]> {
    const others = [...this.#holders].filter((other) => other !== holder);
    const [found] = await Promise.all([this.#resolve(holder.host), ...others.map((other) => this.#refresh(other))]);
    const keys = this.#keysOf(holder, found ?? []);
    this.#refuseIfHeld(holder, keys);
    holder.keys = keys;
    return found ?? [];
  }

  /** A held name may have moved (DHCP); one that does not resolve now keeps the addresses it had. */
  async #refresh(holder: Holder): Promise<undefined> {
    const found = await this.#resolve(holder.host).catch(() => undefined);
    if (found !== undefined && found.length > 0) holder.keys = this.#keysOf(holder, found);
  }

  #keysOf(holder: Holder, addresses: readonly string[]): Set<string> {
    const own = new Set(this.#ownAddresses().map(canonicalAddress));
    const keys = addresses.map((address) => {
      const canonical = canonicalAddress(address);
      return `${own.has(canonical) ? "loopback" : canonical} ${holder.port}`;
    });
    return new Set([nameKey(holder.host, holder.port), ...keys]);
  }

  #refuseIfHeld(holder: Holder, keys: ReadonlySet<string>): void {
    for (const other of this.#holders) {
      if (other === holder || ![...keys].some((key) => other.keys.has(key))) continue;
      throw taken(holder, `${other.who} holds it as ${other.host}:${other.port}`);
    }
    for (const key of keys) {
      const who = this.#aliases.get(key);
      if (who !== undefined) throw taken(holder, `its handshake showed that it is the node that ${who} holds`);
    }
  }

  #identify(holder: Holder, nodeNum: number): void {
    for (const other of this.#holders) {
      if (other === holder || other.nodeNum !== nodeNum) continue;
      for (const key of holder.keys) this.#aliases.set(key, other.who);
      throw taken(holder, `it is ${formatNodeId(nodeNum)}, and ${other.who} holds that as ${other.host}:${other.port}`);
    }
    holder.nodeNum = nodeNum;
  }
}

function taken(holder: Holder, why: string): SlotTakenError {
  return new SlotTakenError(
    `Cannot connect ${holder.who} to ${holder.host}:${holder.port}: ${why}, and a node serves one client only`,
  );
}

function nameKey(host: string, port: number): string {
  return `name ${host.toLowerCase().replace(/\.$/, "")} ${port}`;
}

/** One spelling for each address; mapped forms become IPv4, and all loopback and wildcard forms become `loopback`. */
export function canonicalAddress(address: string): string {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  let canonical: string;
  try {
    canonical = new URL(bare.includes(":") ? `http://[${bare}]` : `http://${bare}`).hostname.replace(/^\[|\]$/g, "");
  } catch {
    return bare.toLowerCase();
  }
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped !== null) {
    const [high, low] = [parseInt(mapped[1] as string, 16), parseInt(mapped[2] as string, 16)];
    canonical = [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  }
  return /^127\.|^0\.0\.0\.0$|^::1?$/.test(canonical) ? "loopback" : canonical;
}

/** All A and AAAA addresses as the system's own resolver gives them: /etc/hosts and mDNS names work too. */
export async function resolveHost(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map((entry) => entry.address);
}

/** The addresses of this machine's own interfaces. */
export function localAddresses(): string[] {
  return Deno.networkInterfaces().map((networkInterface) => networkInterface.address);
}

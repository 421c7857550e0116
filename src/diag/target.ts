/** Which node is meant: `HOST[:PORT]` as people write it. */
import { isIP } from "node:net";
import { UsageError } from "../errors.ts";

/** The TCP port of the node's API (firmware, ServerAPI.h). */
export const API_PORT = 4403;

/** A node by address. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Reads `host`, `host:port`, an IPv4 address, an IPv6 address or `[IPv6]:port`; throws UsageError for anything else. */
export function parseTarget(text: string, defaultPort: number = API_PORT): Target {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  const named = /^([^:]*)(?::([^:]*))?$/.exec(text);
  const [, host = text, portText] = bracketed ?? named ?? [];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw wrong(text, "write the host alone, without http:// or a path");
  if (bracketed !== null || named === null) {
    if (isIP(host.replace(/%[\w.-]+$/, "")) !== 6) throw wrong(text, "this is no IPv6 address; behind one in brackets stands the port");
  } else if (/^[\d.]+$/.test(host) ? isIP(host) !== 4 : host.length > 253 || !/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.?$/u.test(host)) {
    throw wrong(text, "the host must be a name or an IP address");
  }
  if (portText === undefined) return { host, port: defaultPort };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) throw wrong(text, "the port must be a number from 1 to 65535");
  return { host, port };
}

/** The node as one writes it, with brackets around an IPv6 address. */
export function formatTarget({ host, port }: Target): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function wrong(text: string, why: string): UsageError {
  return new UsageError(
    `${JSON.stringify(text)} is no HOST[:PORT]: ${why}. For example: meshtastic.local, 192.168.1.50:4403, [fd00::5]:4403`,
  );
}

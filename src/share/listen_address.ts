/** Where to listen, as the configuration writes it. */

/** A host and a port. */
export interface ListenAddress {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Reads `127.0.0.1:4404` or `[::]:4404`; throws RangeError at anything else. */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3] ?? NaN);
  if (match === null || port > 65_535) {
    throw new RangeError(`Cannot listen at ${JSON.stringify(text)}: it must be an address and a port such as "127.0.0.1:4404"`);
  }
  return { hostname: match[1] ?? match[2] as string, port };
}

/** The address as one writes it. */
export function formatListen({ hostname, port }: ListenAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

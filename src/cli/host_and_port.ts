/** A node's address in messages. */

/** `host:port`, with an IPv6 address in brackets. */
export function hostAndPort(node: { readonly host: string; readonly port: number }): string {
  return node.host.includes(":") ? `[${node.host}]:${node.port}` : `${node.host}:${node.port}`;
}

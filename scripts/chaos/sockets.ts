/** What the kernel knows of the TCP sockets of this machine. */

// include/net/tcp_states.h: the side that the row belongs to has not closed its end in these.
const OPEN_STATES: ReadonlySet<string> = new Set(["01", "02", "08"]);

/** The local ports of the sockets to `remotePort` that their owner has not closed, from the text of /proc/net/tcp. */
export function openPortsTo(remotePort: number, procNetTcp: string): Set<number> {
  const open = new Set<number>();
  for (const line of procNetTcp.split("\n").slice(1)) {
    const [, local, remote, state] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || state === undefined || !OPEN_STATES.has(state)) continue;
    if (portIn(remote) === remotePort) open.add(portIn(local));
  }
  return open;
}

/** Those of this moment. */
export function openPortsNow(remotePort: number): Set<number> {
  return openPortsTo(remotePort, Deno.readTextFileSync("/proc/net/tcp"));
}

function portIn(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}

/** What `strace -f` wrote about the sockets of a program. */

/** One finished system call on a file descriptor. */
export interface SocketCall {
  readonly name: string;
  readonly fd: number;
  /** The whole call with its arguments, as strace shows it. */
  readonly text: string;
}

/** One socket from its creation on: a descriptor's number is used again after a close. */
export interface TracedSocket {
  readonly fd: number;
  readonly calls: readonly SocketCall[];
}

/** The sockets in a log of `strace -f -e trace=socket,connect,setsockopt,…`, in the order in which they were made. */
export function readStrace(log: string): TracedSocket[] {
  const sockets: { fd: number; calls: SocketCall[] }[] = [];
  const unfinished = new Map<string, string>();
  for (const line of log.split("\n")) {
    const [, pid = "", rest = ""] = /^(?:\[pid +)?(\d+)\]? +(.*)$/.exec(line) ?? [];
    const cut = /^(.*?) *<unfinished \.\.\.>$/.exec(rest);
    if (cut !== null) {
      unfinished.set(pid, cut[1] as string);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const text = resumed === null ? rest : `${unfinished.get(pid) ?? ""}${resumed[1]}`;
    const call = /^(\w+)\((.*)\) += (-?\d+)/.exec(text);
    if (call === null) continue;
    const [, name = "", args = "", result = ""] = call;
    const fd = Number(name === "socket" ? result : /^\d+/.exec(args)?.[0] ?? -1);
    if (fd < 0) continue;
    if (name === "socket") sockets.push({ fd, calls: [] });
    sockets.findLast((socket) => socket.fd === fd)?.calls.push({ name, fd, text });
  }
  return sockets;
}

/** The sockets that were connected to a TCP port. */
export function connectedTo(sockets: readonly TracedSocket[], port: number): TracedSocket[] {
  const wanted = new RegExp(`sin6?_port=htons\\(${port}\\)`);
  return sockets.filter(({ calls }) => calls.some(({ name, text }) => name === "connect" && wanted.test(text)));
}

import assert from "node:assert/strict";
import { connectedTo, readStrace } from "./strace.ts";

const LOG = `
101 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 18
101 connect(18, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
101 setsockopt(18, SOL_TCP, TCP_NODELAY, [1], 4) = 0
101 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP <unfinished ...>
102 socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 19
101 <... socket resumed>) = 18
[pid   101] connect(18, {sa_family=AF_INET, sin_port=htons(4403), sin_addr=inet_addr("127.0.0.1")}, 16 <unfinished ...>
102 connect(19, {sa_family=AF_INET6, sin6_port=htons(4403), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = -1 EINPROGRESS (Operation now in progress)
[pid   101] <... connect resumed>) = -1 EINPROGRESS (Operation now in progress)
102 setsockopt(19, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
101 +++ exited with 0 +++
`;

Deno.test("readStrace() tells sockets apart that had the same descriptor, in several threads", () => {
  const sockets = connectedTo(readStrace(LOG), 4403);
  assert.deepEqual(sockets.map(({ fd, calls }) => [fd, calls.map(({ name }) => name)]), [
    [19, ["socket", "connect", "setsockopt"]],
    [18, ["socket", "connect"]],
  ]);
  assert.equal(connectedTo(readStrace(LOG), 440).length, 0);
});

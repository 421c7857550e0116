import assert from "node:assert/strict";
import { startLog, stopLog } from "../../src/log.ts";
import { AccessList } from "../../src/share/access.ts";
import { HttpOutlet } from "../../src/share/http_outlet.ts";
import { Listeners, type ListenersOptions } from "../../src/share/listeners.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";
import { connectFrom } from "../support/share_client.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

/** Doors that note who came. */
interface Rig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly listeners: Listeners;
  readonly came: string[];
  opened: number;
}

function rig(options: Partial<ListenersOptions> = {}): Rig {
  const clock = createFakeClock();
  const came: string[] = [];
  const state: Rig = {
    clock,
    came,
    opened: 0,
    listeners: new Listeners({
      clock,
      tcp: HERE,
      http: undefined,
      httpOrigins: [],
      access: new AccessList([]),
      onConn(conn, address, role) {
        came.push(`${address} ${role}`);
        conn.close();
      },
      onHttp(address, role) {
        came.push(`${address} ${role} by HTTP`);
        return { outlet: new HttpOutlet(() => {}), ended: false, take() {} };
      },
      onOpen: () => void (state.opened += 1),
      ...options,
    }),
    [Symbol.asyncDispose]: () => state.listeners.close(),
  };
  return state;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await ioTurn();
}

async function portOf(listeners: Listeners, door: "tcp" | "http" = "tcp"): Promise<number> {
  await until(() => listeners[door] !== undefined);
  return listeners[door]?.port ?? 0;
}

Deno.test("Listeners.open() opens both doors, and tells who comes with which role", async () => {
  await using doors = rig({ http: HERE, access: new AccessList([{ cidr: "127.0.0.2", role: "read-only" }]) });
  assert.deepEqual([doors.listeners.tcp, doors.listeners.http], [undefined, undefined]);
  doors.listeners.open();
  const port = await portOf(doors.listeners);
  const httpPort = await portOf(doors.listeners, "http");
  assert.ok(port !== 0 && httpPort !== 0 && port !== httpPort);
  assert.deepEqual([doors.listeners.tcp, doors.listeners.http], [{ ...HERE, port }, { ...HERE, port: httpPort }]);
  assert.equal(doors.opened, 1);
  (await connectFrom("127.0.0.1", port, 1)).close();
  (await connectFrom("127.0.0.2", port, 1)).close();
  await until(() => doors.came.length === 2);
  await (await fetch(`http://127.0.0.1:${httpPort}/api/v1/fromradio`)).body?.cancel();
  assert.deepEqual(doors.came, ["127.0.0.1 full", "127.0.0.2 read-only", "127.0.0.1 full by HTTP"]);
  assert.equal(doors.clock.pendingTimers(), 0);
});

Deno.test("Listeners opens the one door that is wanted, and no other", async () => {
  await using http = rig({ tcp: undefined, http: HERE });
  http.listeners.open();
  await portOf(http.listeners, "http");
  await ioTurn();
  assert.deepEqual([http.listeners.tcp, http.opened, http.clock.pendingTimers()], [undefined, 0, 0]);
  await using tcp = rig();
  tcp.listeners.open();
  await portOf(tcp.listeners);
  await ioTurn();
  assert.deepEqual([tcp.listeners.http, tcp.opened, tcp.clock.pendingTimers()], [undefined, 1, 0]);
});

Deno.test("Listeners.close() closes both doors; open() opens them where they were", async () => {
  await using doors = rig({ http: HERE });
  doors.listeners.open();
  const [port, httpPort] = [await portOf(doors.listeners), await portOf(doors.listeners, "http")];
  const closing = doors.listeners.close();
  assert.deepEqual([doors.listeners.tcp, doors.listeners.http], [undefined, undefined]);
  doors.listeners.open();
  await closing;
  assert.deepEqual([await portOf(doors.listeners), await portOf(doors.listeners, "http")], [port, httpPort]);
  await doors.listeners.close();
  // Both ports are free at once.
  Deno.listen({ hostname: "127.0.0.1", port }).close();
  const server = Deno.serve({ hostname: "127.0.0.1", port: httpPort, onListen() {} }, () => new Response());
  await server.shutdown();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
});

for (const door of ["tcp", "http"] as const) {
  Deno.test(`Listeners tries a port that is taken again every 30 s (${door})`, async () => {
    const taker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const place = { hostname: "127.0.0.1", port: taker.addr.port };
    await using doors = rig(door === "tcp" ? { tcp: place } : { tcp: HERE, http: place });
    doors.listeners.open();
    await until(() => doors.clock.pendingTimers() === 1);
    if (door === "http") assert.equal(doors.opened, 1);
    await doors.clock.tick(30_000);
    assert.equal(doors.listeners[door], undefined);
    taker.close();
    await doors.clock.tick(29_999);
    await ioTurn();
    assert.equal(doors.listeners[door], undefined);
    await doors.clock.tick(1);
    assert.equal(await portOf(doors.listeners, door), place.port);
    assert.deepEqual([doors.opened, doors.clock.pendingTimers()], [1, 0]);
  });
}

Deno.test("Listeners that are closed while a port is taken try no more", async () => {
  using taker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const doors = rig({ tcp: { hostname: "127.0.0.1", port: taker.addr.port } });
  doors.listeners.open();
  await until(() => doors.clock.pendingTimers() === 1);
  await doors.listeners.close();
  await ioTurn();
  assert.equal(doors.clock.pendingTimers(), 0);
});

Deno.test("Listeners closes the connection of a stranger, and that of a client that cannot be taken", async () => {
  await using doors = rig({
    access: new AccessList([{ cidr: "127.0.0.3", role: "full" }]),
    onConn() {
      throw new Error("gone already");
    },
  });
  doors.listeners.open();
  const port = await portOf(doors.listeners);
  const failing = await connectFrom("127.0.0.3", port, 1);
  assert.match(await failing.ended, /eof|ECONNRESET/);
  const again = await connectFrom("127.0.0.3", port, 1);
  assert.match(await again.ended, /eof|ECONNRESET/);
});

Deno.test("Listeners says once a minute for each address that it is not allowed", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  try {
    await using doors = rig({
      tcp: undefined,
      http: HERE,
      // 127.0.0.1 may always, unless nobody may.
      access: { roleOf: () => undefined } as unknown as AccessList,
    });
    doors.listeners.open();
    const port = await portOf(doors.listeners, "http");
    const knock = async (): Promise<number> => {
      await (await fetch(`http://127.0.0.1:${port}/api/v1/fromradio`)).body?.cancel();
      return lines.filter((line) => line.includes("is not allowed to share the node")).length;
    };
    assert.equal(await knock(), 1);
    assert.equal(await knock(), 1);
    await doors.clock.tick(59_999);
    assert.equal(await knock(), 1);
    await doors.clock.tick(1);
    assert.equal(await knock(), 2);
    assert.equal(await knock(), 2);
  } finally {
    stopLog();
  }
});

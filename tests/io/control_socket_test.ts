import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { systemClock } from "../../src/clock.ts";
import { askStatus, askToStepAside } from "../../src/io/control_client.ts";
import { type ControlHandlers, parseQuestion, startControlServer } from "../../src/io/control_server.ts";
import { connectLines, MAX_LINE_BYTES, SOCKET_NAME } from "../../src/io/control_socket.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { withUnixSockets } from "../support/with_net.ts";

Deno.test("parseQuestion() understands two questions and says what is wrong with all others", () => {
  assert.deepEqual(parseQuestion('{"request":"status"}'), { request: "status" });
  assert.deepEqual(parseQuestion('{"request":"step-aside","seconds":0.5}'), { request: "step-aside", seconds: 0.5 });
  for (const seconds of ["", ',"seconds":0', ',"seconds":3601', ',"seconds":"9"', ',"seconds":null']) {
    assert.match(JSON.stringify(parseQuestion(`{"request":"step-aside"${seconds}}`)), /seconds must be a number above 0 and up to 3600/);
  }
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
    const question = parseQuestion(line);
    assert.ok("error" in question || ["status", "step-aside"].includes(question.request));
  }));
});

await withUnixSockets(import.meta.url, () => {
  /** A server whose handlers write down what they are asked. */
  async function withServer(
    action: (rig: { path: string; calls: string[]; called: (call: string) => Promise<void>; isAside: () => boolean }) => Promise<void>,
    change: Partial<ControlHandlers> = {},
    clock = systemClock,
  ): Promise<void> {
    const path = join(await Deno.makeTempDir({ prefix: "control-" }), SOCKET_NAME);
    const calls: string[] = [];
    const waiting = new Set<() => void>();
    const note = (call: string) => {
      calls.push(call);
      for (const wake of [...waiting]) wake();
    };
    const handlers: ControlHandlers = {
      status: () => ({ link: "ready", queue: 2 }),
      stepAside(ms) {
        note(`aside ${ms}`);
        return Promise.resolve();
      },
      comeBack: () => note("back"),
      ...change,
    };
    try {
      await using server = startControlServer({ path, clock, handlers });
      await action({
        path,
        calls,
        isAside: () => server.isAside,
        async called(call) {
          while (!calls.includes(call)) await new Promise<void>((resolve) => waiting.add(resolve));
        },
      });
    } finally {
      await Deno.remove(dirname(path), { recursive: true });
    }
  }

  async function say(path: string, line: string): Promise<string | undefined> {
    const connection = await connectLines(path);
    try {
      await connection.writeLine(line);
      return await connection.readLine();
    } finally {
      connection.close();
    }
  }

  Deno.test("startControlServer() makes a socket for owner and group only, replaces a dead one, and leaves nothing behind", async () => {
    const folder = await Deno.makeTempDir({ prefix: "control-" });
    const path = join(folder, SOCKET_NAME);
    try {
      const dead = Deno.listen({ transport: "unix", path });
      dead.close();
      {
        await using _server = startControlServer({
          path,
          clock: systemClock,
          handlers: { status: () => ({}), stepAside: () => Promise.resolve(), comeBack() {} },
        });
        assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o660);
        assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [SOCKET_NAME]);
        assert.deepEqual(await askStatus({ path, clock: systemClock }), {});
      }
      assert.deepEqual([...Deno.readDirSync(folder)], []);
      await assert.rejects(askStatus({ path, clock: systemClock }), Deno.errors.NotFound);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test("askStatus() gives what the bot says", async () => {
    await withServer(async ({ path }) => {
      assert.deepEqual(await askStatus({ path, clock: systemClock }), { link: "ready", queue: 2 });
    });
  });

  Deno.test("askStatus() tells that the bot's answer is too long", async () => {
    await withServer(async ({ path }) => {
      await assert.rejects(askStatus({ path, clock: systemClock }), { name: "BotRefusedError", message: /4096 bytes/ });
    }, { status: () => ({ text: "é".repeat(MAX_LINE_BYTES / 2) }) });
  });

  Deno.test("ControlServer answers a line that is no question with the reason, and lives on", async () => {
    await withServer(async ({ path }) => {
      assert.deepEqual(JSON.parse(await say(path, "hello") ?? ""), { ok: false, error: "the question must be one line of JSON" });
      assert.match(await say(path, '{"request":"reboot"}') ?? "", /the request must be/);
      const connection = await Deno.connect({ transport: "unix", path });
      try {
        await connection.write(new Uint8Array(MAX_LINE_BYTES).fill(0x61));
        const answer = new Uint8Array(200);
        const count = await connection.read(answer) ?? 0;
        assert.match(new TextDecoder().decode(answer.subarray(0, count)), /a line may have 4096 bytes/);
      } finally {
        connection.close();
      }
      assert.equal((await askStatus({ path, clock: systemClock }))["link"], "ready");
    });
  });

  Deno.test("ControlServer closes a connection that asks nothing for 5 s", async () => {
    const clock = createFakeClock();
    await withServer(
      async ({ path }) => {
        const connection = await connectLines(path);
        while (clock.pendingTimers() === 0) await new Promise((resolve) => setTimeout(resolve, 0));
        const next = connection.readLine();
        await clock.tick(5000);
        assert.equal(await next, undefined);
        connection.close();
      },
      {},
      clock,
    );
  });

  Deno.test("askToStepAside() has the bot step aside until the asker closes", async () => {
    await withServer(async ({ path, calls, called, isAside }) => {
      const leave = await askToStepAside({ path, clock: systemClock, seconds: 600 });
      assert.deepEqual([calls, isAside()], [["aside 600000"], true]);
      const other = askToStepAside({ path, clock: systemClock, seconds: 1 });
      await assert.rejects(other, { name: "BotRefusedError", message: "another program has the node's connection already" });
      leave.close();
      await called("back");
      await leave.over;
      assert.deepEqual([calls, isAside()], [["aside 600000", "back"], false]);
    });
  });

  Deno.test("askToStepAside() tells the asker when the time is over", async () => {
    const clock = createFakeClock();
    await withServer(
      async ({ path, calls, called }) => {
        const leave = await askToStepAside({ path, clock: systemClock, seconds: 60 });
        await clock.tick(59_999);
        assert.deepEqual(calls, ["aside 60000"]);
        await clock.tick(1);
        await called("back");
        await leave.over;
      },
      {},
      clock,
    );
  });

  Deno.test("ControlServer has the bot come back when the asker is killed while it steps aside", async () => {
    const stepped = Promise.withResolvers<void>();
    await withServer(async ({ path, called }) => {
      const connection = await connectLines(path);
      await connection.writeLine('{"request":"step-aside","seconds":60}');
      connection.close();
      stepped.resolve();
      await called("back");
    }, { stepAside: () => stepped.promise });
  });

  Deno.test("askToStepAside() throws the bot's reason when it does not step aside, and the bot need not come back", async () => {
    await withServer(async ({ path, calls, isAside }) => {
      const asking = askToStepAside({ path, clock: systemClock, seconds: 60 });
      await assert.rejects(asking, { name: "BotRefusedError", message: "the bot cannot step aside: it is stopping" });
      assert.deepEqual([calls, isAside()], [[], false]);
    }, { stepAside: () => Promise.reject(new Error("it is stopping")) });
  });

  Deno.test("ControlServer that ends while another has the node ends the leave and calls nobody back", async () => {
    let leave: Awaited<ReturnType<typeof askToStepAside>> | undefined;
    let calls: string[] = [];
    await withServer(async (rig) => {
      calls = rig.calls;
      leave = await askToStepAside({ path: rig.path, clock: systemClock, seconds: 60 });
    });
    await leave?.over;
    assert.deepEqual(calls, ["aside 60000"]);
  });

  Deno.test("askStatus() gives up on a bot that does not answer", async () => {
    const folder = await Deno.makeTempDir({ prefix: "control-" });
    const path = join(folder, SOCKET_NAME);
    const clock = createFakeClock();
    const listener = Deno.listen({ transport: "unix", path });
    try {
      const asking = askStatus({ path, clock });
      const taken = await listener.accept();
      const failing = assert.rejects(asking, { name: "TimeLimitError", message: "the bot did not answer within 10 s" });
      await clock.tick(10_000);
      await failing;
      taken.close();
    } finally {
      listener.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
});

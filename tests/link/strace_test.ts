import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { debianProgram } from "../support/debian.ts";
import { connectedTo, readStrace } from "../support/strace.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const CALLS = "trace=socket,connect,setsockopt";

debianProgram("strace").test("meshbot run makes one connection to its node and sets no socket option, also after a reconnect", async () => {
  await using node = await startSimulatedNode({ acceptPollMs: 10, nodes: 5 });
  const folder = await Deno.makeTempDir({ prefix: "strace-" });
  const log = `${folder}/log`;
  const bot = new Deno.Command("strace", {
    args: ["-f", "-o", log, "-e", CALLS, Deno.execPath(), "run", "--no-prompt", "-A", "--no-check", MAIN, "run"],
    env: { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port), MESHBOT_DATA_DIR: folder, NO_COLOR: "1" },
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(bot.stderr).text();
  let stopping = false;
  const died = bot.status.then(({ code }) => {
    if (!stopping) throw new Error(`the bot ended by itself with code ${code}`);
  });
  try {
    await Promise.race([node.waitFor("configured"), died]);
    assert.equal(connectedTo(readStrace(await Deno.readTextFile(log)), node.port).length, 1);
    const again = node.waitFor("configured");
    node.hangUp();
    await Promise.race([again, died]);
    const left = node.waitFor("closed");
    // strace hands the signal on to nobody: the bot is its child.
    const [pid] = /^\d+/.exec(await Deno.readTextFile(log)) ?? [];
    stopping = true;
    Deno.kill(Number(pid), "SIGTERM");
    assert.equal((await left).cause, "disconnect");
    await bot.status;
    const sockets = connectedTo(readStrace(await Deno.readTextFile(log)), node.port);
    assert.equal(sockets.length, 2, "one connect, and one after the node hung up");
    for (const { calls } of sockets) assert.deepEqual(calls.map(({ name }) => name), ["socket", "connect"]);
    assert.equal(node.connections.dialed, 2);
  } catch (error) {
    try {
      bot.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    throw new Error(`The bot said: ${await said}`, { cause: error });
  } finally {
    await said;
    await bot.status;
    await Deno.remove(folder, { recursive: true });
  }
});

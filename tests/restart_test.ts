/** What the whole bot still knows after a restart. */
import assert from "node:assert/strict";
import { ONLY_CONFIG_NONCE } from "../src/mesh/session.ts";
import { startSimulatedNode } from "../src/simulator/node.ts";
import { startApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { readyState, startBot } from "./support/bot.ts";

Deno.test("the bot knows the nodes after a restart, and asks its node for the configuration alone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-test-" });
  try {
    const env = { MESHBOT_DATA_DIR: folder };
    let before: string;
    {
      await using bot = await startBot({ env });
      const far = bot.mesh.addPerson({ longName: "Bernard Loin", shortName: "Bern" });
      await bot.ask("/ping", far);
      before = (await bot.ask("/nodes")).text;
    }
    assert.match(before, /Direct nodes \(<3d\): 2\n/);
    // A node that has forgotten everybody, as one does whose flash was erased; it has the same number.
    await using bot = await startBot({ env });
    const text = (await bot.ask("/nodes")).text;
    assert.match(text, /Direct nodes \(<3d\): 2\n/);
    assert.match(text, /Bernard Loin/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the bot, restarted, asks its node for the configuration alone, and forgets what another one has heard", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-test-" });
  try {
    const wanted: number[][] = [];
    for (const nodeNum of [0xa1b20a01, 0xa1b20a01, 0xa1b20a77]) {
      await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: 20, nodeNum });
      const nonces: number[] = [];
      node.on("toRadio", ({ message: { payloadVariant } }) => {
        if (payloadVariant.case === "wantConfigId") nonces.push(payloadVariant.value);
      });
      const env = {
        MESHBOT_NODE_HOST: "127.0.0.1",
        MESHBOT_NODE_PORT: String(node.port),
        MESHBOT_DATA_DIR: folder,
        MESHBOT_WEATHER_ENABLED: "false",
        MESHBOT_MONITOR_ENABLED: "false",
      };
      const app = await startApp({ config: loadConfig({ file: null, env, cwd: "/" }).config, version: "0.0.0" });
      await readyState(app);
      // The configuration has our own node in it; another one's neighbours are not ours.
      assert.equal(app.nodes.size, nodeNum === 0xa1b20a77 ? 1 : 21);
      await app.stop();
      wanted.push(nonces);
    }
    assert.equal(wanted[0]?.includes(ONLY_CONFIG_NONCE), false);
    assert.deepEqual(wanted.slice(1), [[ONLY_CONFIG_NONCE], [ONLY_CONFIG_NONCE]], "the list of another node is asked for a minute later");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { takePresence } from "../../src/app/presence.ts";
import { loadConfig } from "../../src/config.ts";
import { findInstance } from "../../src/io/instance_lock.ts";
import { startLog, stopLog } from "../../src/log.ts";

const NODE_NUM = 0xa1b2_0a01;

Deno.test("Presence.nodeKnown() on a full disk costs a line of log, and is made good with the next handshake", async () => {
  const folder = await Deno.makeTempDir({ prefix: "presence-" });
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  const { writeSync } = Deno.FsFile.prototype;
  try {
    const { config } = loadConfig({ env: { MESHBOT_NODE_HOST: "192.0.2.1", MESHBOT_DATA_DIR: folder }, cwd: folder });
    await using presence = await takePresence({ env: {}, config, clock: systemClock });
    Deno.FsFile.prototype.writeSync = () => {
      throw new Error("No space left on device (os error 28)");
    };
    presence.nodeKnown(NODE_NUM, "192.0.2.1");
    Deno.FsFile.prototype.writeSync = writeSync;
    assert.match(lines.join("\n"), /WARN.*cannot note .*No space left/);
    const found = findInstance(folder);
    assert.deepEqual([found?.held, found?.holder?.nodeNum], [true, undefined]);
    presence.nodeKnown(NODE_NUM, "192.0.2.1");
    assert.equal(findInstance(folder)?.holder?.nodeNum, NODE_NUM);
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
    stopLog();
    await Deno.remove(folder, { recursive: true });
  }
});

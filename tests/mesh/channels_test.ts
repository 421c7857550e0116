import assert from "node:assert/strict";
import { startLog, stopLog } from "../../src/log.ts";
import { includesChannel, warnOfMissingChannels } from "../../src/mesh/channels.ts";
import type { RadioInfo } from "../../src/mesh/session.ts";

const radio: RadioInfo = {
  nodeNum: 1,
  firmwareVersion: "2.7.26",
  rebootCount: 0,
  lora: undefined,
  channels: [{ index: 0, name: "LongFast", primary: true }, { index: 2, name: "Alpes", primary: false }],
};

Deno.test("includesChannel() finds a channel by index and by name in any case", () => {
  const table: [wanted: (number | string)[], index: number, found: boolean][] = [
    [[], 0, false],
    [[0], 0, true],
    [["longfast"], 0, true],
    [["ALPES"], 2, true],
    [["Alpes"], 0, false],
    [["2"], 2, false],
    [[2, "nowhere"], 2, true],
  ];
  for (const [wanted, index, found] of table) assert.equal(includesChannel(wanted, index, radio), found, JSON.stringify(wanted));
  assert.equal(includesChannel(["LongFast"], 0, undefined), false);
});

Deno.test("warnOfMissingChannels() names the channels that the node does not have, and those that it has", () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  warnOfMissingChannels([0, "alpes", "Paris", 5], radio);
  stopLog();
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /channel Paris, which the node does not have; it has 0 LongFast, 2 Alpes/);
  assert.match(lines[1] ?? "", /channel 5/);
});

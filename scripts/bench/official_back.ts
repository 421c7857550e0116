/** Whether the official client dials again by itself after its node has ended the connection. */
import { delay, systemClock } from "../../src/clock.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { startClient } from "./client_process.ts";
import { officialScript } from "./official.ts";

const WAIT_MS = 5000;

/** What was seen of it, in words: after a FIN, and after a RST. */
export async function officialComesBack(): Promise<string> {
  const script = await officialScript("official_client.mjs");
  if (script === undefined) return "the official client was not measured: there is no Node here";
  const backs = await Promise.all((["hangUp", "reset"] as const).map(async (end) => {
    await using node = await startSimulatedNode();
    await using _client = await startClient("node", [script, String(node.port)]);
    const dialed = node.waitFor("dial").then(() => true, () => false);
    node[end]();
    const limit = new AbortController();
    const back = await Promise.race([dialed, delay(systemClock, WAIT_MS, limit.signal).then(() => false, () => false)]);
    limit.abort();
    return back;
  }));
  if (!backs.includes(true)) return `the official client does not dial again (waited for ${WAIT_MS / 1000} s)`;
  return `the official client dialed again after ${backs.map((back, index) => back ? ["FIN", "RST"][index] : "").join(" ").trim()}`;
}

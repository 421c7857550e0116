// deno-lint-ignore-file no-console -- its parent reads what it prints
/**
 * The least that a program on this runtime can be that speaks to a node: it says "started", connects, asks for the configuration, says
 * "ready", decodes what comes and answers each text. Argument: the port; without one it ends at once.
 */
import type { BarePacket } from "./bare_client.ts";

console.error("started");
if (Deno.args[0] !== undefined) await converse(Number(Deno.args[0]));

async function converse(port: number): Promise<void> {
  // Later than the first line, which needs none of it.
  const { ALL, connectBare } = await import("./bare_client.ts");
  const client = await connectBare(port, ALL, { configured: () => console.error("ready"), packet: (packet) => answer(packet) });
  await client.ended;

  function answer({ id, from, payloadVariant: { case: variant, value } }: BarePacket): void {
    if (variant !== "decoded" || value?.portnum !== 1) return;
    const decoded = { portnum: 1, payload: new TextEncoder().encode("pong"), replyId: id };
    void client.send({ case: "packet", value: { to: from, id: 1, payloadVariant: { case: "decoded", value: decoded } } });
  }
}

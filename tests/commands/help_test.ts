import assert from "node:assert/strict";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { answer, testCommands } from "../support/run_command.ts";

Deno.test("help names every registered command in one message", async () => {
  const text = await answer("help");
  assert.equal(text, "🤖 /help /ping /echo /nodes /node /my /trace /legend /sys /status\nMore: /help ping");
  for (const { name } of testCommands()) assert(text.includes(`/${name}`), name);
  assert(textLengthBytes(text) <= 200);
});

Deno.test("help explains one command, by name or alias, with or without slash, in any case", async () => {
  const ping = "Usage: /ping\nHow your message reached me: SNR, RSSI, hops.\nAlso: /test";
  for (const args of ["ping", "/ping", "PING", "test", "/Test now"]) assert.equal(await answer("help", { args }), ping);
  assert.equal(
    await answer("help", { args: "nodes" }),
    "Usage: /nodes [page]\nThe nodes I heard directly in the last 3 days, best SNR first.",
  );
  assert.equal(
    await answer("help", { args: "aide", language: "fr" }),
    "Usage: /help [command]\nLa liste des commandes, ou ce que fait l'une d'elles.\nAussi: /? /aide",
  );
});

Deno.test("help explains every command in one message, in both languages", async () => {
  for (const language of ["en", "fr"] as const) {
    for (const { name } of testCommands()) {
      const text = await answer("help", { args: name, language });
      assert(text.startsWith(`Usage: /${name}`), text);
      assert(textLengthBytes(text) <= 200, text);
    }
  }
});

Deno.test("help does not know a command that is not there", async () => {
  assert.match(await answer("help", { args: "reboot" }), /^🤖 No such command\.\n\/help \/ping /);
  assert.match(await answer("help", { args: "constructor", language: "fr" }), /^🤖 Commande inconnue\.\n/);
});

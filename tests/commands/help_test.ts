import assert from "node:assert/strict";
import { textLengthBytes } from "../../src/mesh/text.ts";
import type { Services } from "../../src/services/mod.ts";
import { makeContext } from "../support/context.ts";
import { knownRemotes } from "../support/remotes.ts";
import { answer, testCommands } from "../support/run_command.ts";

/** Services that are on; /help asks them nothing. */
const allServices = { weather: {}, lightning: {}, vigilance: {}, esphome: {} } as unknown as Services;

Deno.test("help names every registered command in one message", async () => {
  const text = await answer("help");
  assert.equal(
    text,
    "🤖 / + help ping echo nodes node my trace legend stats top histo packets traffic hop neighbors propag keys alerts sys status about more stop start\nMore: /help ping",
  );
  const context = makeContext();
  for (const { name, admin, isOn } of testCommands()) {
    assert.equal(text.split(/\s/).includes(name), admin !== true && (isOn?.(context) ?? true), name);
  }
  assert(textLengthBytes(text) <= 200);
});

Deno.test("help names everything in one message when every service is on, for admins too", async () => {
  for (const language of ["en", "fr"] as const) {
    for (const admin of [false, true]) {
      const text = await answer("help", { language, admin, services: allServices, remotes: knownRemotes({ roof: {} }) });
      for (const { name, admin: forAdmins } of testCommands()) {
        assert.equal(text.split(/\s/).includes(name), admin || forAdmins !== true, `${name} in ${text}`);
      }
      assert(textLengthBytes(text) <= (admin ? 400 : 200), `${textLengthBytes(text)} bytes: ${text}`);
    }
  }
});

Deno.test("help explains one command, by name or alias, with or without slash, in any case", async () => {
  const ping = "Usage: /ping\nHow your message reached me: SNR, RSSI, hops.\nAlso: /test";
  for (const args of ["ping", "/ping", "PING", "test", "/Test now"]) assert.equal(await answer("help", { args }), ping);
  assert.equal(
    await answer("help", { args: "nodes" }),
    "Usage: /nodes [page]\nThe nodes I heard directly in the last 3 days, best SNR first.\nAlso: /nodemt",
  );
  assert.equal(
    await answer("help", { args: "aide", language: "fr" }),
    "Usage: /help [command]\nLa liste des commandes, ou ce que fait l'une d'elles.\nAussi: /? /aide",
  );
});

Deno.test("help explains every command in one message, in both languages", async () => {
  for (const language of ["en", "fr"] as const) {
    for (const { name } of testCommands()) {
      const text = await answer("help", { args: name, language, admin: true });
      assert(text.startsWith(`Usage: /${name}`), text);
      assert(textLengthBytes(text) <= 200, text);
    }
  }
});

Deno.test("help does not know a command that is not there", async () => {
  assert.match(await answer("help", { args: "reboot" }), /^🤖 No such command\. List: \/help$/);
  assert.match(await answer("help", { args: "constructor", language: "fr" }), /^🤖 Commande inconnue\. Liste: \/help$/);
});

Deno.test("rule 9: help tells of admin commands to admins alone", async () => {
  const text = await answer("help", { admin: true });
  assert.match(text, /^🤖 \/ \+ help [^\n]* start\n🔑 mute unmute ban unban reload reboot$/);
  assert(textLengthBytes(text) <= 200);
  assert.match(await answer("help", { admin: true, args: "ban" }), /^Usage: \/ban name\|id\n/);
  const refusal = await answer("help", { args: "ban" });
  assert.match(refusal, /^🤖 No such command\./);
  assert.doesNotMatch(refusal, /\/mute|\/ban/);
});

Deno.test("rule 14: help shows the prefix of the configuration", async () => {
  const config = { MESHBOT_COMMANDS_PREFIX: "!!" };
  assert.match(await answer("help", { config }), /^🤖 !! \+ help ping [^/]*\nMore: !!help ping$/);
  for (const args of ["!!nodes", "/nodes", "nodes", "!!NODEMT"]) {
    assert.match(await answer("help", { config, args }), /^Usage: !!nodes \[page\]\n.*\nAlso: !!nodemt$/, args);
  }
});

Deno.test("rule 14: help leaves out what is disabled, and shows the operator's own words", async () => {
  const config = { MESHBOT_COMMANDS_DISABLED: "ping, aide", MESHBOT_COMMANDS_ALIASES: "signal=my, moi=whoami" };
  assert.match(await answer("help", { config }), /^🤖 \/ \+ help echo [^\n]*\nMore: \/help help$/);
  for (const args of ["ping", "test", "aide"]) assert.match(await answer("help", { config, args }), /^🤖 No such command\./, args);
  for (const args of ["my", "signal", "/moi"]) {
    assert.match(await answer("help", { config, args }), /\nAlso: \/whoami \/signal \/moi$/, args);
  }
  assert.match(await answer("help", { config, args: "help" }), /\nAlso: \/\?$/);
});

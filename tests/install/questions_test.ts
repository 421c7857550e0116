import assert from "node:assert/strict";
import { UsageError } from "../../src/errors.ts";
import { collectAnswers, type Person } from "../../src/install/questions.ts";
import { createTerminal } from "../../src/install/terminal.ts";
import type { ServiceInstance } from "../../src/io/mdns.ts";

const ROOF: ServiceInstance = {
  instance: "Meshtastic",
  host: "roof.local",
  addresses: ["192.168.1.50"],
  port: 4403,
  txt: new Map([["shortname", "ROOF"], ["id", "!a1b2c3d4"]]),
};
const SHED: ServiceInstance = { instance: "Meshtastic-2", host: "shed.local", addresses: [], port: 4404, txt: new Map() };

/** Somebody who gives these answers, and then has gone. */
function person(...answers: readonly string[]): Person & { heard: string[] } {
  const heard: string[] = [];
  const left = [...answers];
  return {
    heard,
    say: (line) => void heard.push(line),
    ask(question) {
      heard.push(question);
      return Promise.resolve(left.shift());
    },
  };
}

Deno.test("collectAnswers() takes the only node and the usual answers when nothing is said", async () => {
  const usual = { host: "192.168.1.50", port: 4403, language: "fr", admins: [], listenOnlyHours: 24 };
  const known = { found: [ROOF], env: { LANG: "fr_FR.UTF-8" } };
  assert.deepEqual(await collectAnswers({}, known, undefined), usual);
  assert.deepEqual(await collectAnswers({}, known, person("", "", "", "")), usual);
  assert.equal((await collectAnswers({}, { ...known, env: { LC_ALL: "C", LANG: "fr_FR" } }, undefined)).language, "en");
});

Deno.test("collectAnswers() asks again until an answer can be read", async () => {
  const somebody = person("7", "http://x", "2", "de", "fr", "me", "!A1B2C3D4, !00000007", "-1", "0");
  const answers = await collectAnswers({}, { found: [ROOF, SHED], env: {} }, somebody);
  assert.deepEqual(answers, { host: "shed.local", port: 4404, language: "fr", admins: ["!a1b2c3d4", "!00000007"], listenOnlyHours: 0 });
  const said = somebody.heard.join("\n");
  for (
    const part of [
      /1 {2}192\.168\.1\.50:4403 {2}Meshtastic ROOF !a1b2c3d4/,
      /no node 7/,
      /without http/,
      /"de" must be "en" or "fr"/,
      /must be a list of public keys/,
      /from 0 to 8760/,
    ]
  ) {
    assert.match(said, part);
  }
});

Deno.test("collectAnswers() lets the command line go before, and refuses what is wrong in it", async () => {
  const given = { host: "[fd00::5]:4500", language: "en", admins: "", listenOnlyHours: 3 };
  const nobody = person();
  assert.deepEqual(await collectAnswers(given, { found: [], env: {} }, nobody), {
    host: "fd00::5",
    port: 4500,
    language: "en",
    admins: [],
    listenOnlyHours: 3,
  });
  assert.deepEqual(nobody.heard, []);
  for (const wrong of [{ host: "a b" }, { language: "de" }, { admins: "!1" }]) {
    await assert.rejects(collectAnswers({ ...given, ...wrong }, { found: [], env: {} }, person("x", "x")), UsageError);
  }
});

Deno.test("collectAnswers() does not guess which node is meant", async () => {
  await assert.rejects(collectAnswers({}, { found: [], env: {} }, undefined), /no node was found .* --host/);
  await assert.rejects(
    collectAnswers({}, { found: [ROOF, SHED], env: {} }, undefined),
    /2 nodes were found .*192\.168\.1\.50:4403.*shed\.local:4404/,
  );
  await assert.rejects(collectAnswers({}, { found: [], env: {} }, person("", "")), /nobody answered/);
});

Deno.test("createTerminal() hands over lines, whole and without blanks around them, and undefined at the end", async () => {
  const written: string[] = [];
  const input = ReadableStream.from([" fi", "rst \r\nsec", "ond\n\nlas", "t"].map((text) => new TextEncoder().encode(text)));
  await using terminal = createTerminal({ input, write: (line) => written.push(line), signal: new AbortController().signal });
  const answers = [];
  for (let turn = 0; turn < 6; turn++) answers.push(await terminal.ask(`${turn}?`));
  assert.deepEqual(answers, ["first", "second", "", "last", undefined, undefined]);
  assert.deepEqual(written.slice(0, 2), ["0?", "1?"]);
});

Deno.test("createTerminal() stops waiting when the signal comes, and gives the input back", async () => {
  let cancelled = false;
  const input = new ReadableStream<Uint8Array>({
    cancel() {
      cancelled = true;
    },
  });
  const stop = new AbortController();
  {
    await using terminal = createTerminal({ input, write: () => {}, signal: stop.signal });
    const asked = terminal.ask("?");
    stop.abort(new Error("enough"));
    await assert.rejects(asked, /enough/);
  }
  assert.ok(cancelled);
});

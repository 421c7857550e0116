import assert from "node:assert/strict";
import { formatPublicKey, parsePublicKey } from "../../src/config.ts";
import { COMMAND_WORDS } from "../../src/config/command_words.ts";
import { indexCommands } from "../../src/router/command_index.ts";
import { testCommands } from "../support/run_command.ts";
import { assertMistakes, good, load } from "../support/load_config.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, index) => 200 + index);
const KEY_TEXT = "yMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5uc=";

Deno.test("COMMAND_WORDS is every word of every registered command", () => {
  assert.deepEqual([...COMMAND_WORDS].toSorted(), [...indexCommands(testCommands()).keys()].toSorted());
});

Deno.test("rule 9: mesh.admins takes keys in every common writing and ids, and gives them back in one", async () => {
  const urlSafe = KEY_TEXT.replaceAll("+", "-").replaceAll("/", "_");
  const config = await good(
    `[mesh]\nadmins = ["${KEY_TEXT}", "${KEY_TEXT.slice(0, -1)}", " ${urlSafe} ", "base64:${KEY_TEXT}", "!A1B2c3d4"]\n`,
  );
  assert.deepEqual(config.mesh.admins, [KEY_TEXT, KEY_TEXT, KEY_TEXT, KEY_TEXT, "!a1b2c3d4"]);
});

Deno.test("rule 9: mesh.admins refuses numbers, names, short keys, keys of zeros and ids of nobody", async () => {
  const zeros = formatPublicKey(new Uint8Array(32));
  const wrong = ["a1b2c3d4", "Alice", KEY_TEXT.slice(4), `${KEY_TEXT}=`, zeros, "!00000000", "!ffffffff", "!a1b2c3d", ""];
  const right = "a public key of 32 bytes in base64 (44 characters, as an app shows it) or a node id, such as !a1b2c3d4";
  await assertMistakes(
    `[mesh]\nadmins = ${JSON.stringify(wrong)}\n`,
    wrong.map((value, index) => `meshbot.toml, line 4, mesh.admins, entry ${index + 1} is ${JSON.stringify(value)}: must be ${right}`),
  );
  await assertMistakes("[mesh]\nadmins = 2712847316\n", [
    'meshbot.toml, line 4, mesh.admins is 2712847316: must be a list of public keys in base64 or of node ids, such as ["!a1b2c3d4"]',
  ]);
});

Deno.test("parsePublicKey() and formatPublicKey() are each other's way back", () => {
  assert.equal(formatPublicKey(KEY), KEY_TEXT);
  assert.deepEqual(parsePublicKey(KEY_TEXT), KEY);
  for (const none of ["", "=", "AAAA", KEY_TEXT.slice(1), `${KEY_TEXT.slice(0, 42)}*=`, `${KEY_TEXT}\n${KEY_TEXT}`]) {
    assert.equal(parsePublicKey(none), undefined, none);
  }
});

Deno.test("rule 12: mesh.airtime_percent is a share from 0.1 to 10", async () => {
  assert.equal((await good("[mesh]\nairtime_percent = 3\n")).mesh.airtime_percent, 3);
  assert.equal((await good("[mesh]\nairtime_percent = 0.1\n")).mesh.airtime_percent, 0.1);
  await assertMistakes("[mesh]\nairtime_percent = 11.5\n", [
    "meshbot.toml, line 4, mesh.airtime_percent is 11.5: must be a number from 0.1 to 10",
  ]);
  await assertMistakes("[mesh]\nairtime_percent = 2 %\n", [
    "meshbot.toml, line 4, column 21, mesh.airtime_percent has a value that is no TOML " +
    "(each key-value declaration must be followed by an end-of-line): must be a number from 0.1 to 10; write it as airtime_percent = 2",
  ]);
});

Deno.test("rule 14: commands.prefix is 1 to 3 signs", async () => {
  for (const prefix of ["/", "!", "!!", ".:.", "\\\\", "~"]) {
    assert.equal((await good(`[commands]\nprefix = "${prefix}"\n`)).commands.prefix, prefix.replace("\\\\", "\\"));
  }
  const right = '1 to 3 printable ASCII characters without letters, digits and spaces, such as "/" or "!!"';
  for (const prefix of ["", "a", "/a", "1", "! ", "!!!!", "é", "¡", "\u200b"]) {
    const shown = JSON.stringify(prefix === "\u200b" ? "\ufffd" : prefix);
    await assertMistakes(`[commands]\nprefix = "${prefix}"\n`, [`meshbot.toml, line 4, commands.prefix is ${shown}: must be ${right}`]);
  }
});

Deno.test("rule 14: commands.disabled names commands or their other words, and the one that was probably meant", async () => {
  assert.deepEqual((await good('[commands]\ndisabled = ["Ping", "test"]\n')).commands.disabled, ["ping", "test"]);
  await assertMistakes('[commands]\ndisabled = ["/ping", "noodes", "xyzzy", 5]\n', [
    'meshbot.toml, line 4, commands.disabled, entry 1 is "/ping": must be the name of a command: did you mean "ping"?',
    'meshbot.toml, line 4, commands.disabled, entry 2 is "noodes": must be the name of a command: did you mean "nodes"?',
    'meshbot.toml, line 4, commands.disabled, entry 3 is "xyzzy": must be the name of a command without its prefix, such as "ping"',
    'meshbot.toml, line 4, commands.disabled, entry 4 is 5: must be the name of a command without its prefix, such as "ping"',
  ]);
});

Deno.test("rule 14: commands.aliases is a table in one line or a section, each mistake with its own line", async () => {
  const expected = { signal: "my", "qui-suis-je": "my" };
  assert.deepEqual((await good('[commands]\naliases = { Signal = "my", qui-suis-je = "My" }\n')).commands.aliases, expected);
  assert.deepEqual((await good('[commands.aliases]\nsignal = "my"\nqui-suis-je = "my"\n')).commands.aliases, expected);
  await assertMistakes('[commands.aliases]\nsignal = "mi"\n"two words" = "my"\nping = "my"\nx = 1\n', [
    'meshbot.toml, line 4, commands.aliases, signal is "mi": must be the name of a command: did you mean "my"?',
    'meshbot.toml, line 5, commands.aliases, two words: the name must be a word of 1 to 20 letters, digits, "-" or "_" that is no command yet',
    'meshbot.toml, line 6, commands.aliases, ping: the name must be a word of 1 to 20 letters, digits, "-" or "_" that is no command yet',
    'meshbot.toml, line 7, commands.aliases, x is 1: must be the name of a command without its prefix, such as "ping"',
  ]);
  await assertMistakes('[commands]\naliases = ["my"]\n', [
    'meshbot.toml, line 4, commands.aliases is ["my"]: must be a table of word = "command", such as { signal = "my" }',
  ]);
  await assertMistakes("", [
    'environment variable MESHBOT_COMMANDS_ALIASES is "signal": must be a table of word = "command", such as { signal = "my" }',
  ], { MESHBOT_COMMANDS_ALIASES: "signal" });
  assert.deepEqual((await good("", { MESHBOT_COMMANDS_ALIASES: "" })).commands.aliases, {});
});

Deno.test("rule 15: about.owner and about.contact are short texts", async () => {
  const { about } = await good('[about]\nowner = " Radio-club \\u00e9 "\ncontact = "f4abc@example.org"\n');
  assert.deepEqual(about, { owner: "Radio-club é", contact: "f4abc@example.org" });
  await assertMistakes(`[about]\nowner = "${"é".repeat(31)}"\ncontact = "\\u0007"\n`, [
    `meshbot.toml, line 4, about.owner is "${"é".repeat(31)}": must be a text of at most 60 bytes; this one has 62`,
    'meshbot.toml, line 5, about.contact is "\ufffd": must be a text of 1 to 60 bytes without control characters',
  ]);
});

Deno.test("place.latitude and place.longitude come together", async () => {
  assert.deepEqual((await good("[place]\nlatitude = -48.5\nlongitude = 2\n")).place, { latitude: -48.5, longitude: 2 });
  await assertMistakes("[place]\nlatitude = 48.5\n", [
    "meshbot.toml, line 4, place.latitude stands alone: write place.longitude too, or neither",
  ]);
  await assertMistakes("", ["environment variable MESHBOT_PLACE_LONGITUDE stands alone: write place.latitude too, or neither"], {
    MESHBOT_PLACE_LONGITUDE: "2",
  });
  // The other one was tried: one mistake is enough.
  await assertMistakes("[place]\nlatitude = 48.5\nlongitude = 181\n", [
    "meshbot.toml, line 5, place.longitude is 181: must be a number from -180 to 180",
  ]);
  assert.deepEqual((await good("[place]\nlatitude = 48.5\n", { MESHBOT_PLACE_LONGITUDE: "2.5" })).place, {
    latitude: 48.5,
    longitude: 2.5,
  });
});

Deno.test("rule 15: [[answer]] takes many, with 1 to 10 words and a text", async () => {
  const { answer } = await good(
    '[[answer]]\nwords = ["wifi", " WLAN "]\ntext = "It is\\nopen."\n[[answer]]\nwords = ["qth"]\ntext = "Lyon"\n',
  );
  assert.deepEqual(answer, [{ words: ["wifi", "WLAN"], text: "It is\nopen." }, { words: ["qth"], text: "Lyon" }]);
});

Deno.test("rule 15: [[answer]] tells every mistake with the line it stands on", async () => {
  const text = `[[answer]]
words = ["ok", "",
  "x"]
text = "ping me"

[[answer]]
wrods = ["a"]
text = 5

[[answer]]
words = []
answer = "x"
text = "/help yourself"

[[answer]]
words = ["OK", "new"]
text = "${"é".repeat(101)}"
`;
  const noBait = "must be a text that no other bot answers: it begins with / ! or . or with ping, pong, test, ack, cq or cmd";
  await assertMistakes(text, [
    'meshbot.toml, line 4, answer, entry 1, words, entry 2 is "": must be a text of 1 to 60 bytes without control characters',
    `meshbot.toml, line 6, answer, entry 1, text is "ping me": ${noBait}`,
    'meshbot.toml, line 8, answer, entry 2, words is missing: must be a list of 1 to 10 texts, such as ["wifi", "wlan"]',
    "meshbot.toml, line 9, answer, entry 2, wrods is not a known key: did you mean words?",
    "meshbot.toml, line 10, answer, entry 2, text is 5: must be a text of 1 to 200 bytes without control characters",
    'meshbot.toml, line 13, answer, entry 3, words is []: must be a list of 1 to 10 texts, such as ["wifi", "wlan"]',
    "meshbot.toml, line 14, answer, entry 3, answer is not a known key: known under [[answer]] are words and text",
    `meshbot.toml, line 15, answer, entry 3, text is "/help yourself": ${noBait}`,
    `meshbot.toml, line 19, answer, entry 4, text is "${"é".repeat(59)}…: must be a text of at most 200 bytes; this one has 202`,
  ]);
});

Deno.test("rule 15: [[answer]] may not look like a command of the configured prefix, nor use a word twice", async () => {
  const text = '[commands]\nprefix = "+"\n[[answer]]\nwords = ["a", "b"]\ntext = "+33 4 72"\n[[answer]]\nwords = ["B"]\ntext = "x"\n';
  await assertMistakes(text, [
    'meshbot.toml, line 7, answer, entry 1, text is "+33 4 72": must be a text that does not begin with the commands\' prefix +',
    'meshbot.toml, line 9, answer, entry 2, words, entry 1 is "B": must be a word of its own: entry 1 has it',
  ]);
});

Deno.test("rule 15: [[answer]] is no section and no environment variable", async () => {
  const right = 'must be up to 100 sections [[answer]], each with words = ["..."] and text = "..."';
  await assertMistakes('[answer]\nwords = ["a"]\ntext = "b"\n', [`meshbot.toml, line 3, answer is a section: ${right}`]);
  await assertMistakes("", [
    "environment variable MESHBOT_ANSWER is not a known one: [[answer]] can be written in a file only",
  ], { MESHBOT_ANSWER: "x" });
  await assertMistakes('[[answers]]\nwords = ["a"]\n', ["meshbot.toml, line 3, answers is not a known key: did you mean answer?"]);
});

Deno.test("rule 15: [[answer]] with a value that is no TOML says what it should be", async () => {
  const lines = await load('[[answer]]\nwords = ["a"]\ntext = unquoted\n') as string[];
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(
    lines[0] ?? "",
    /^meshbot\.toml, line 5, column 8, answer, entry 1, text has a value that is no TOML \(.*\): must be part of up to/,
  );
});

import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { loadConfig } from "../../src/config.ts";
import { UsageError } from "../../src/errors.ts";
import { carryBans } from "../../src/install/carry_bans.ts";
import { iniList, iniSwitch, iniText, readIni } from "../../src/install/ini.ts";
import { carryOver } from "../../src/install/meshing_around.ts";

/** A file as people have it, with the keys of meshing-around's template. */
const FILE = `#config.ini
[interface]
type = tcp
# port = /dev/ttyUSB0
hostname = 192.168.1.50

[interface2]
enabled = True
type = serial
port = /dev/ttyUSB0

[general]
respond_by_dm_only = False
defaultChannel = 0
ignoreDefaultChannel = True
ignoreChannels = 4,5
cmdBang = True
wikipedia = True
enableEcho = True
echoChannel = 2

[bbs]
enabled = True
# list of banned nodes numbers ex: 2813308004,4258675309
bbs_ban_list = 2813308004,
  !0000000b, 4294967295
bbs_admin_list = 2715001812

[location]
lat = 48.8583
lon = 2.2945

[smtp]
enableSMTP = False
SMTP_PASSWORD = hunter2

[messagingSettings]
MESSAGE_CHUNK_SIZE = 160
`;

const MINIMAL = "[interface]\ntype = tcp\nhostname = node.local\n[general]\n";

async function withFolder<T>(action: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "carry-" });
  try {
    return await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The configuration as the bot reads it. */
function load(text: string, folder: string) {
  const file = join(folder, "meshbot.toml");
  Deno.writeTextFileSync(file, text);
  return loadConfig({ file, env: { HOME: "/home/pi" }, cwd: "/" }).config;
}

async function carried(text: string) {
  const { config } = carryOver(text);
  return await withFolder((folder) => load(config, folder));
}

Deno.test("carryOver() carries host, admins, channels, prefix, place and echo", async () => {
  const { node, mesh, commands, place, echo } = await carried(FILE);
  assert.deepEqual([node.host, node.port], ["192.168.1.50", 4403]);
  assert.deepEqual(mesh.admins, ["!a1d3a3d4"]);
  assert.deepEqual([mesh.channels, mesh.reply_in_channels, mesh.message_bytes], [[1, 2, 3, 6, 7], [1, 2, 3, 6, 7], 160]);
  assert.deepEqual([commands.prefix, echo.channel], ["!", 2]);
  assert.deepEqual([place.latitude, place.longitude], [48.8583, 2.2945]);
});

Deno.test("carryOver() says in comments what it could not carry, and no secret", () => {
  const { config, banned, notes } = carryOver(FILE);
  assert.deepEqual(banned, ["!a7afac64", "!0000000b"]);
  for (
    const part of [/# \[interface2\] was not carried over: type serial/, /# - the bulletin board/, /# - Wikipedia/, /# \/ban !a7afac64/]
  ) {
    assert.match(config, part);
  }
  assert.doesNotMatch(config, /hunter2|mail/);
  assert.deepEqual(notes, ["4294967295 among the bans is no node number: left out"]);
});

Deno.test("carryOver() answers on channels as meshing-around does: never on the default one", async () => {
  const { mesh } = await carried(`${MINIMAL}respond_by_dm_only = no\ndefaultChannel = 3\nignoreChannels = 0\n`);
  assert.deepEqual([mesh.channels, mesh.reply_in_channels], [[1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 5, 6, 7]]);
  const usual = await carried(MINIMAL);
  assert.deepEqual([usual.mesh.channels.length, usual.mesh.reply_in_channels, usual.commands.prefix], [8, [], "/"]);
});

Deno.test("carryOver() takes the first node that is reached by TCP, and the one of the command line before it", async () => {
  const two = "[interface]\ntype = serial\n[interface2]\nenabled = True\ntype = tcp\nhostname = roof.local:4500\n" +
    "[interface3]\nenabled = True\ntype = tcp\nhostname = shed.local\n[interface4]\ntype = tcp\nhostname = off.local\n[bbs]\n";
  const { config } = carryOver(two);
  assert.match(config, /host = "roof\.local"\nport = 4500/);
  assert.match(config, /shed\.local:4403, was not carried over: one bot lives on one node/);
  assert.doesNotMatch(config, /off\.local/);
  assert.match(carryOver(two, { target: { host: "fd00::5", port: 1 } }).config, /host = "fd00::5"\nport = 1/);
  const serial = carryOver("[interface]\ntype = serial\n[general]\n");
  assert.match(serial.notes.join(), /no node that can be reached by TCP/);
  assert.equal((await carried("[interface]\ntype = tcp\nhostname = \n[general]\n")).node.host, "meshtastic.local");
});

Deno.test("carryOver() leaves the template's place and odd numbers alone", async () => {
  const { place, mesh, echo } = await carried(
    `${MINIMAL}enableEcho = True\nechoChannel = 9\n[location]\nlat = 48.50\nlon = -123.0\n[messagingSettings]\nMESSAGE_CHUNK_SIZE = 9999\n`,
  );
  assert.deepEqual([place.latitude, echo.channel, mesh.message_bytes], [undefined, undefined, 232]);
  assert.equal((await carried(`${MINIMAL}[location]\nlat = 0.0000001\nlon = 100\n`)).place.longitude, 100);
  assert.equal((await carried(`${MINIMAL}[location]\nlat = 95\nlon = 1\n`)).place.latitude, undefined);
});

Deno.test("carryOver() says what is wrong with another file", () => {
  assert.throws(() => carryOver("{}"), /line 1 stands before any \[section\]/);
  assert.throws(() => carryOver("[node]\nhost"), /line 2 is neither/);
  assert.throws(() => carryOver('[node]\nhost = "a"\n'), /no config\.ini of meshing-around: it lacks \[interface\]/);
  assert.throws(() => carryOver("[interface]\ntype = tcp\n"), /both \[general\] and \[bbs\]/);
  assert.throws(() => carryOver(""), UsageError);
});

Deno.test("carryOver() gives for any values a configuration that is valid, and for any text a UsageError at worst", async () => {
  const value = fc.oneof(
    fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n\u2028\u2029\u0085]/g, "")),
    fc.constantFrom("1,2,!a1b2c3d4", "tcp", "True", "roof.local:99999", "[::1]:7", "a".repeat(300), "1e400", '"\\u007f', "-0.00000001"),
  );
  const keys = [
    "type",
    "hostname",
    "defaultChannel",
    "ignoreChannels",
    "respond_by_dm_only",
    "ignoreDefaultChannel",
    "cmdBang",
    "enableEcho",
  ];
  const section = fc.dictionary(
    fc.constantFrom(...keys, "echoChannel", "bbs_ban_list", "bbs_admin_list", "lat", "lon", "MESSAGE_CHUNK_SIZE"),
    value,
  );
  const names = ["interface", "interface2", "general", "bbs", "location", "messagingSettings", "__proto__"];
  const file = fc.array(fc.tuple(fc.constantFrom(...names), section), { maxLength: 8 }).map((sections) =>
    sections.map(([name, values]) => `[${name}]\nenabled = True\n${Object.entries(values).map((pair) => pair.join(" = ")).join("\n")}`)
      .join("\n")
  );
  await withFolder((folder) => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), file.map((text) => `[interface]\ntype = tcp\n[general]\n${text}`)), (text) => {
        let config: string;
        try {
          ({ config } = carryOver(text));
        } catch (error) {
          assert.ok(error instanceof UsageError, String(error));
          return;
        }
        load(config, folder);
      }),
    );
  });
});

Deno.test("readIni() reads what configparser reads", () => {
  const ini = readIni("\ufeff; comment\r\n[A]\r\nKey: one\r\n# in between\r\n  two\r\nKEY2=a=b\r\n[B]\nx =\n[A]\nkey3 = yes\n");
  assert.equal(iniText(ini, "A", "key"), "one\ntwo");
  assert.deepEqual([iniText(ini, "A", "key2"), iniText(ini, "B", "x"), iniText(ini, "C", "x")], ["a=b", "", ""]);
  assert.deepEqual([iniSwitch(ini, "A", "key3"), iniSwitch(ini, "A", "key"), iniSwitch(ini, "B", "x", true)], [true, false, true]);
  assert.deepEqual(iniList(ini, "A", "key"), ["one", "two"]);
});

Deno.test("carryBans() adds what is new and keeps what was there", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "data", "people.json");
    assert.equal(await carryBans(join(folder, "data"), ["!0000000a", "!0000000b"]), 2);
    const first = JSON.parse(await Deno.readTextFile(path));
    assert.deepEqual(first, { stopped: [], banned: ["!0000000a", "!0000000b"], pinned: {} });
    await Deno.writeTextFile(path, JSON.stringify({ ...first, stopped: ["!00000001"], mutedUntilWallMs: 5 }));
    assert.equal(await carryBans(join(folder, "data"), ["!0000000b", "!0000000c"]), 1);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), {
      stopped: ["!00000001"],
      banned: ["!0000000a", "!0000000b", "!0000000c"],
      pinned: {},
      mutedUntilWallMs: 5,
    });
    assert.equal(await carryBans(join(folder, "data"), ["!0000000c"]), 0);
    for (const other of ["not json", "[]", "null", '{"banned":"x"}']) {
      await Deno.writeTextFile(path, other);
      await assert.rejects(carryBans(join(folder, "data"), ["!0000000d"]), UsageError);
      assert.equal(await Deno.readTextFile(path), other);
    }
  });
});

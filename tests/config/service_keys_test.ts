import assert from "node:assert/strict";
import { formatDestination } from "../../src/config.ts";
import { checkValue, type Kind } from "../../src/config/kinds.ts";
import { destination, quietHours, timeZone } from "../../src/config/alert_kinds.ts";
import { brokerUrl, DEFAULT_SENSORS, department, secretText, webUrl } from "../../src/config/service_kinds.ts";
import { assertMistakes, good, load } from "../support/load_config.ts";

function valueOf<T>(kind: Kind<T>, value: unknown): T | undefined {
  const result = checkValue(kind, value);
  return "value" in result ? result.value : undefined;
}

function assertRefused(kind: Kind<unknown>, values: readonly unknown[]): void {
  for (const value of values) {
    const result = checkValue(kind, value);
    assert("faults" in result, `${JSON.stringify(value)} was taken`);
    assert.deepEqual(result.faults.map(({ expected }) => expected), [kind.expected], JSON.stringify(value));
  }
}

Deno.test("webUrl() takes http and https, and gives the base without a slash at its end", () => {
  assert.equal(valueOf(webUrl(), "https://wttr.in/"), "https://wttr.in");
  assert.equal(valueOf(webUrl(), " http://127.0.0.1:8080/a/b// "), "http://127.0.0.1:8080/a/b");
  assert.equal(valueOf(webUrl(), "http://[::1]:80"), "http://[::1]");
  assert.equal(valueOf(webUrl(), "HTTP://Mirror.Test/Path"), "http://mirror.test/Path");
  assertRefused(webUrl(), [
    "",
    "wttr.in",
    "ftp://wttr.in",
    "file:///etc/passwd",
    "https://",
    "https://wttr.in?x=1",
    "https://wttr.in/?",
    "https://wttr.in/#a",
    "https://user@wttr.in",
    "https://user:pw@wttr.in",
    "http://wttr.in:99999",
    "http://wttr.in:0",
    5,
    null,
    ["https://wttr.in"],
  ]);
});

Deno.test("brokerUrl() takes mqtt and mqtts without a path", () => {
  assert.equal(valueOf(brokerUrl(), "mqtt://broker.test:1883"), "mqtt://broker.test:1883");
  assert.equal(valueOf(brokerUrl(), "mqtts://broker.test/"), "mqtts://broker.test");
  assertRefused(brokerUrl(), ["broker.test:1883", "http://broker.test", "mqtt://", "mqtt://b/topic", "mqtt://u:p@b", "mqtt://b:0", 1883]);
});

Deno.test("a URL with a password in it is refused without showing the password", async () => {
  const lines = await load('[esphome]\nurl = "http://admin:hunter2@192.168.1.27/"\n') as string[];
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^meshbot\.toml, line 4, esphome\.url is "http:\/\/…@192\.168\.1\.27\/": must be a URL/);
});

Deno.test("department() takes every French one in upper case, as a text", () => {
  for (const written of ["01", "59", "95", "2A", "2b", " 974 ", "976", "988"]) {
    assert.equal(valueOf(department(), written), written.trim().toUpperCase());
  }
  assertRefused(department(), ["", "1", "00", "20", "96", "2C", "100", "970", "979", "Nord", 59, null]);
});

Deno.test("vigilance.department as a bare number says that it is a text", async () => {
  await assertMistakes("[vigilance]\ndepartment = 59\n", [
    'meshbot.toml, line 4, vigilance.department is 59: must be the number of a French department as a text, such as "59", "2A" or "974"',
  ]);
});

Deno.test("secretText() takes any visible text, and a wrong one is never shown", async () => {
  assert.equal(valueOf(secretText(), " with blanks "), " with blanks ");
  assertRefused(secretText(), ["", "a\nb", "x".repeat(501), 5]);
  const lines = await load('[vigilance]\napi_key = "hunter2\\u0007"\n[esphome]\nusername = "a"\npassword = 12345\n') as string[];
  assert.deepEqual(lines.map((line) => line.replace(/ is not right \(it is a secret and not shown\): must be .*/, " …")), [
    "meshbot.toml, line 4, vigilance.api_key …",
    "meshbot.toml, line 7, esphome.password …",
  ]);
});

Deno.test("weather.order has each source once at most, and one at least", async () => {
  assert.deepEqual((await good('[weather]\norder = ["open-meteo"]\n')).weather.order, ["open-meteo"]);
  const right = 'must be a list of "wttr", "curl" and "open-meteo", one of them at least and none twice';
  await assertMistakes("[weather]\norder = []\n", [`meshbot.toml, line 4, weather.order is []: ${right}`]);
  await assertMistakes('[weather]\norder = ["curl", "curl"]\n', [`meshbot.toml, line 4, weather.order is ["curl", "curl"]: ${right}`]);
  await assertMistakes('[weather]\norder = ["wttr", "curll"]\n', [
    'meshbot.toml, line 4, weather.order, entry 2 is "curll": must be "wttr", "curl" or "open-meteo"',
  ]);
});

Deno.test("keys of services that belong together are asked for together", async () => {
  await assertMistakes('[lightning]\nlatitude = 45\n[esphome]\nusername = "admin"\n', [
    "meshbot.toml, line 4, lightning.latitude stands alone: write lightning.longitude too, or neither",
    "meshbot.toml, line 6, esphome.username stands alone: write esphome.password too, or neither",
  ]);
});

Deno.test("monitor.critical_c is above temperature_c", async () => {
  await assertMistakes("[monitor]\ntemperature_c = 70\n", [
    "meshbot.toml, line 4, monitor.critical_c is 68 (its default): must be greater than monitor.temperature_c, which is 70",
  ]);
  assert.equal((await good("[monitor]\ntemperature_c = 70\ncritical_c = 75\n")).monitor.critical_c, 75);
});

Deno.test("esphome.sensors are sections, or a list of tables in one line", async () => {
  const expected = [
    { kind: "voltage", name: "Panel Voltage", id: "panel_voltage", label: "PV ", unit: "V", decimals: 2 },
    { kind: "other", name: "Débit d'eau-2", id: "d_bit_d_eau-2", label: "", unit: "", decimals: 1 },
    { kind: "current", name: "Load", id: "own_id", label: "", unit: "A", decimals: 0 },
  ];
  const sections = `[esphome]
url = "http://192.168.1.27"
[[esphome.sensors]]
kind = "voltage"
name = "Panel Voltage"
label = "PV"
unit = "V"
decimals = 2
[[esphome.sensors]]
name = "Débit d'eau-2"
[[esphome.sensors]]
name = "Load"
id = "own_id"
kind = "current"
unit = "A"
decimals = 0
`;
  const inline = `[esphome]
url = "http://192.168.1.27"
sensors = [{ kind = "voltage", name = "Panel Voltage", label = "PV", unit = "V", decimals = 2 },
  { name = "Débit d'eau-2" }, { name = "Load", id = "own_id", kind = "current", unit = "A", decimals = 0 }]
`;
  const withoutBlank = expected.map((sensor) => ({ ...sensor, label: sensor.label.trim() }));
  assert.deepEqual((await good(sections)).esphome.sensors, withoutBlank);
  assert.deepEqual((await good(inline)).esphome.sensors, withoutBlank);
  assert.equal((await good(inline)).esphome.url, "http://192.168.1.27");
});

Deno.test("esphome.sensors tells every mistake with the line it stands on", async () => {
  const text = `[[esphome.sensors]]
name = "A"
knid = "voltage"
[[esphome.sensors]]
kind = "volts"
[[esphome.sensors]]
name = "C"
id = "Not An Id"
decimals = 9
unit = "µ²µ²µ²µ²µ²"
`;
  await assertMistakes(text, [
    "meshbot.toml, line 5, esphome.sensors, entry 1, knid is not a known key: did you mean kind?",
    'meshbot.toml, line 6, esphome.sensors, entry 2, name is missing: must be a section [[esphome.sensors]] with name = "..."',
    'meshbot.toml, line 7, esphome.sensors, entry 2, kind is "volts": must be a kind of reading: ' +
    "voltage, current, energy, temperature, pressure, humidity, absolute_humidity, other",
    'meshbot.toml, line 10, esphome.sensors, entry 3, id is "Not An Id": must be an object id such as "battery_voltage"',
    "meshbot.toml, line 11, esphome.sensors, entry 3, decimals is 9: must be a whole number from 0 to 4",
    'meshbot.toml, line 12, esphome.sensors, entry 3, unit is "µ²µ²µ²µ²µ²": must be a text of at most 12 bytes; this one has 20',
  ]);
  await assertMistakes('[[esphome.sensors]]\nname = "A b"\n[[esphome.sensors]]\nname = "a B"\n', [
    "meshbot.toml, line 3, esphome.sensors is [a section, a section]: must be sensors with different names and ids",
  ]);
});

Deno.test("esphome.sensors says what it is when it is something else, or no TOML", async () => {
  const right = 'must be up to 20 sections [[esphome.sensors]], each with name = "Battery Voltage"';
  await assertMistakes('[esphome]\nsensors = "all"\n', [`meshbot.toml, line 4, esphome.sensors is "all": ${right}`]);
  await assertMistakes("[esphome.sensors]\nname = 'A'\n", [`meshbot.toml, line 3, esphome.sensors is a section: ${right}`]);
  await assertMistakes("", [
    "environment variable MESHBOT_ESPHOME_SENSORS is not a known one: [[esphome.sensors]] can be written in a file only",
  ], {
    MESHBOT_ESPHOME_SENSORS: "x",
  });
  const [inSection, ...more] = await load("[[esphome.sensors]]\nname = Battery\n") as string[];
  assert.deepEqual(more, []);
  assert.match(
    inSection ?? "",
    /^meshbot\.toml, line 4, column \d+, esphome\.sensors, entry 1, name has a value that is no TOML .*must be part of up to 20/,
  );
  const [inline] = await load("[esphome]\nsensors = [{ name = Battery }]\n") as string[];
  assert.match(inline ?? "", /esphome\.sensors has a value that is no TOML \(.*\): must be up to 20 sections \[\[esphome\.sensors\]\]/);
});

Deno.test("DEFAULT_SENSORS would be valid if somebody wrote them", async () => {
  const text = DEFAULT_SENSORS.map((sensor) =>
    `[[esphome.sensors]]\n${Object.entries(sensor).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join("")}`
  ).join("");
  assert.deepEqual((await good(text)).esphome.sensors, DEFAULT_SENSORS);
  for (const { name, id, kind, unit, label, decimals } of DEFAULT_SENSORS) {
    const [short] = (await good(
      `[[esphome.sensors]]\nname = ${
        JSON.stringify(name)
      }\nkind = "${kind}"\nunit = "${unit}"\nlabel = "${label}"\ndecimals = ${decimals}\n`,
    )).esphome.sensors;
    assert.equal(short?.id, id);
  }
});

Deno.test("[[remote]] has a name, a host, and defaults for the rest", async () => {
  const text = '[[remote]]\nname = "roof"\nhost = "192.168.1.51"\n[[remote]]\nname = "Châlet-2"\nhost = "b.local"\nport = 4404\n' +
    "check_every_s = 120\ntimeout_s = 5\n";
  assert.deepEqual((await good(text)).remote, [
    { name: "roof", host: "192.168.1.51", port: 4403, check_every_s: 600, timeout_s: 10 },
    { name: "Châlet-2", host: "b.local", port: 4404, check_every_s: 120, timeout_s: 5 },
  ]);
});

Deno.test("[[remote]] is not named like a number, nor with blanks, nor like another", async () => {
  const right = "must be a name of 1 to 20 letters, digits, - or _ that is no number: /nodes 2 is a page";
  for (const name of ["2", "007", "1-2", "１２", "", "the roof", "a/b", "x".repeat(21)]) {
    await assertMistakes(`[[remote]]\nname = ${JSON.stringify(name)}\nhost = "a"\n`, [
      `meshbot.toml, line 4, remote, entry 1, name is ${JSON.stringify(name)}: ${right}`,
    ]);
  }
  await assertMistakes('[[remote]]\nname = "Roof"\nhost = "a"\n[[remote]]\nname = "roof"\nhost = "b"\n', [
    "meshbot.toml, line 3, remote is [a section, a section]: must be nodes with different names",
  ]);
});

Deno.test("[[remote]] tells what is missing, misspelt or out of bounds", async () => {
  await assertMistakes(
    '[[remote]]\nname = "roof"\nhots = "a"\ncheck_every_s = 60\ntimeout_s = 0\n[[remote]]\nname = "x"\nhost = "a"\nxyz = 1\n',
    [
      'meshbot.toml, line 3, remote, entry 1, host is missing: must be a section [[remote]] with name = "..." and host = "..."',
      "meshbot.toml, line 5, remote, entry 1, hots is not a known key: did you mean host?",
      "meshbot.toml, line 6, remote, entry 1, check_every_s is 60: must be a whole number from 120 to 86400",
      "meshbot.toml, line 7, remote, entry 1, timeout_s is 0: must be a whole number from 1 to 60",
      "meshbot.toml, line 11, remote, entry 2, xyz is not a known key: known under [[remote]] are name, host, port, check_every_s, timeout_s",
    ],
  );
  await assertMistakes('[remote]\nname = "roof"\n', [
    'meshbot.toml, line 3, remote is a section: must be up to 10 sections [[remote]], each with name = "roof" and host = "192.168.1.51"',
  ]);
  await assertMistakes('[[remotes]]\nname = "roof"\n', ["meshbot.toml, line 3, remotes is not a known key: did you mean remote?"]);
});

Deno.test("destination() is a node id, or a channel by index or name", () => {
  const table: [text: string, expected: unknown, written: string][] = [
    ["!A1B2C3D4", { node: 0xa1b2c3d4 }, "!a1b2c3d4"],
    ["channel:2", { channel: 2 }, "channel:2"],
    [" Channel: Paris ", { channel: "Paris" }, "channel:Paris"],
    ["channel:0", { channel: 0 }, "channel:0"],
    ["channel:été", { channel: "été" }, "channel:été"],
  ];
  for (const [text, expected, written] of table) {
    const value = valueOf(destination(), text);
    assert.deepEqual(value, expected, text);
    assert.equal(formatDestination(value as NonNullable<typeof value>), written);
  }
  assertRefused(destination(), [
    "",
    "a1b2c3d4",
    "!a1b2c3d",
    "!00000000",
    "!ffffffff",
    "channel:",
    "channel: ",
    "channel:8",
    "channel:MediumTurbo1",
    "channel:a\u202eb",
    "chanel:2",
    "Paris",
    2,
    { channel: 2 },
  ]);
});

Deno.test("quietHours() are two times of day that may span midnight", () => {
  assert.deepEqual(valueOf(quietHours(), "22:00-07:00"), { fromMin: 1320, toMin: 420 });
  assert.deepEqual(valueOf(quietHours(), " 1:30 - 5:05 "), { fromMin: 90, toMin: 305 });
  assert.deepEqual(valueOf(quietHours(), "22:00-24:00"), { fromMin: 1320, toMin: 0 });
  assert.deepEqual(valueOf(quietHours(), "00:00-06:00"), { fromMin: 0, toMin: 360 });
  assertRefused(quietHours(), [
    "",
    "22:00",
    "22-7",
    "22:00-22:00",
    "00:00-24:00",
    "24:00-07:00",
    "25:00-07:00",
    "22:60-07:00",
    "22:00-24:01",
    "22:00-07:00-08:00",
    "ab:cd-07:00",
    2200,
  ]);
});

Deno.test("timeZone() is a name that the system knows", () => {
  for (const name of ["Europe/Paris", "UTC", "America/Argentina/Buenos_Aires"]) assert.equal(valueOf(timeZone(), name), name);
  assertRefused(timeZone(), ["", "Paris", "+02:00", "Europe/Nowhere", "../etc/passwd", 2]);
});

Deno.test("[[schedule]] has cron, a command and a destination", async () => {
  const text = '[[schedule]]\ncron = "0  8 * * mon-fri"\ncommand = "/weather Lille"\nto = "channel:2"\n' +
    '[[schedule]]\ncron = "30 18 * * *"\ncommand = "vigi"\nto = "!a1b2c3d4"\n';
  assert.deepEqual((await good(text)).schedule, [
    { cron: "0 8 * * mon-fri", command: "/weather Lille", to: { channel: 2 } },
    { cron: "30 18 * * *", command: "vigi", to: { node: 0xa1b2c3d4 } },
  ]);
});

Deno.test("[[schedule]] tells every mistake with the line it stands on", async () => {
  const text = `[[schedule]]
cron = "0 25 * * *"
command = "/wether"
to = "channel:9"
[[schedule]]
cron = "0 8 31 2 *"
comand = "/weather"
to = "channel:2"
`;
  await assertMistakes(text, [
    'meshbot.toml, line 4, schedule, entry 1, cron is "0 25 * * *": must be five fields of cron (minute, hour, day of the month, month, ' +
    'weekday), such as "0 8 * * *" for every day at 8:00; the hour "25" cannot be read',
    'meshbot.toml, line 6, schedule, entry 1, to is "channel:9": must be a node id such as "!a1b2c3d4", or a channel such as "channel:2" ' +
    'or "channel:Paris"',
    'meshbot.toml, line 7, schedule, entry 2, command is missing: must be a section [[schedule]] with cron = "...", command = "..." ' +
    'and to = "..."',
    'meshbot.toml, line 8, schedule, entry 2, cron is "0 8 31 2 *": must be a day that exists in one of its months',
    "meshbot.toml, line 9, schedule, entry 2, comand is not a known key: did you mean command?",
  ]);
});

Deno.test("[[schedule]] takes commands that tell the same whoever asks, with the prefix and the words of the configuration", async () => {
  const entry = (command: string) => `[[schedule]]\ncron = "0 8 * * *"\ncommand = ${JSON.stringify(command)}\nto = "channel:2"\n`;
  const words = '[commands]\nprefix = "!"\naliases = { temps = "weather", moi = "my" }\n';
  for (const command of ["!weather", "/weather", "weather rain", "!Temps", "temps Lyon"]) {
    assert.equal((await good(words + entry(command))).schedule[0]?.command, command);
  }
  const line = (command: string, right: string) => [`meshbot.toml, line 8, schedule, entry 1, command is "${command}": must be ${right}`];
  await assertMistakes(words + entry("!wether"), line("!wether", "a command: did you mean !weather?"));
  await assertMistakes(words + entry("xyzzy"), line("xyzzy", "a command, such as /weather"));
  for (const command of ["/reboot", "/mute 5", "stop", "alerts on", "!moi", "/echo hello", "ping"]) {
    await assertMistakes(words + entry(command), line(command, "a command that tells the same whoever asks, such as /weather"));
  }
});

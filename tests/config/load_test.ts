import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../../src/errors.ts";
import { type Config, environmentName, KEYS, loadConfig, type LoadOptions } from "../../src/config.ts";
import type { Key } from "../../src/config/keys.ts";
import { integer, oneOf } from "../../src/config/kinds.ts";
import { loadKeys } from "../../src/config/load.ts";
import { DEFAULT_SENSORS } from "../../src/config/service_kinds.ts";

const HOME = { HOME: "/home/pi" };

async function withFile(text: string | Uint8Array, test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot_config_" });
  try {
    const path = join(folder, "meshbot.toml");
    if (typeof text === "string") await Deno.writeTextFile(path, text);
    else await Deno.writeFile(path, text);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The mistakes' lines, without the headline. */
function mistakes(options: LoadOptions): string[] {
  try {
    loadConfig(options);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    const [headline, ...lines] = error.message.split("\n");
    assert.equal(headline, `Cannot use this configuration, it has ${lines.length} mistake${lines.length === 1 ? "" : "s"}:`);
    return lines.map((line) => line.trim());
  }
  assert.fail("no mistake was found");
}

function fromEnv(env: Record<string, string>): Config {
  return loadConfig({ file: null, env: { ...HOME, MESHBOT_NODE_HOST: "node.local", ...env }, cwd: "/tmp" }).config;
}

// The defaults that people rely on without having written them.
const WEATHER = {
  enabled: true,
  order: ["wttr", "curl", "open-meteo"],
  wttr_url: "https://wttr.in",
  open_meteo_url: "https://api.open-meteo.com/v1/forecast",
  geocoding_url: "https://geocoding-api.open-meteo.com/v1/search",
};
const LIGHTNING = {
  enabled: false,
  broker_url: "mqtt://blitzortung.ha.sed.pl:1883",
  latitude: undefined,
  longitude: undefined,
  radius_km: 50,
  window_min: 15,
  alert_strikes: 5,
};
const VIGILANCE = {
  department: undefined,
  alert_from: "orange",
  api_key: undefined,
  page_url: "https://vigilance.meteofrance.fr/fr/vigilance-accessible",
  api_url: "https://public-api.meteofrance.fr/public/DPVigilance/v1/cartevigilance/encours",
  meteoalarm_url: "https://feeds.meteoalarm.org/api/v1/warnings/feeds-france",
};
const ESPHOME = { url: undefined, username: undefined, password: undefined, sensors: [...DEFAULT_SENSORS], telemetry: false };
const MONITOR = {
  enabled: true,
  check_every_s: 60,
  for_s: 300,
  temperature_c: 60,
  critical_c: 68,
  load_per_core: 2,
  memory_percent: 90,
  disk_percent: 90,
};

Deno.test("loadConfig() gives every key its default when only the host is known", () => {
  assert.deepEqual(fromEnv({}), {
    language: "en",
    debug: false,
    data_dir: "/home/pi/.local/share/meshbot",
    node: { host: "node.local", port: 4403, set_clock: true },
    health: { check_interval_s: 30, silent_timeout_s: 60 },
    mesh: {
      message_bytes: 200,
      commands_per_5_minutes: 5,
      channels: [],
      reply_in_channels: [],
      answer_mqtt: false,
      admins: [],
      airtime_percent: 2,
      listen_only: false,
      listen_only_until: undefined,
    },
    commands: { prefix: "/", disabled: [], aliases: {} },
    about: { owner: undefined, contact: undefined },
    place: { latitude: undefined, longitude: undefined },
    echo: { channel: undefined },
    weather: WEATHER,
    lightning: LIGHTNING,
    vigilance: VIGILANCE,
    esphome: ESPHOME,
    monitor: MONITOR,
    remote: [],
    alerts: { to: [], allow_public: false, quiet: undefined, timezone: undefined },
    schedule: [],
    share: {
      listen: undefined,
      http: undefined,
      http_origins: ["https://client.meshtastic.org"],
      allow: [],
      bot_contact: true,
      hide_bot_traffic: false,
    },
    store: { keep_days: 30, max_mb: 512 },
    log: { format: "text" },
    answer: [],
  });
});

Deno.test("loadConfig() reads each key from its environment variable", () => {
  const config = fromEnv({
    MESHBOT_LANGUAGE: "fr",
    MESHBOT_DEBUG: "1",
    MESHBOT_DATA_DIR: "data",
    MESHBOT_NODE_PORT: "4404",
    MESHBOT_HEALTH_CHECK_INTERVAL_S: "10",
    MESHBOT_HEALTH_SILENT_TIMEOUT_S: "20",
    MESHBOT_MESH_MESSAGE_BYTES: "100",
    MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "7",
    MESHBOT_MESH_CHANNELS: "0, Club",
    MESHBOT_MESH_REPLY_IN_CHANNELS: "1",
    MESHBOT_MESH_ANSWER_MQTT: "true",
    MESHBOT_NODE_SET_CLOCK: "false",
    MESHBOT_MESH_ADMINS: "!A1B2C3D4",
    MESHBOT_MESH_AIRTIME_PERCENT: "0.5",
    MESHBOT_MESH_LISTEN_ONLY: "1",
    MESHBOT_MESH_LISTEN_ONLY_UNTIL: "1970-01-01T01:00:01+01:00",
    MESHBOT_COMMANDS_PREFIX: "!",
    MESHBOT_COMMANDS_DISABLED: "ping, Test",
    MESHBOT_COMMANDS_ALIASES: "signal=my, Forêt = nodes",
    MESHBOT_ABOUT_OWNER: "Zoé",
    MESHBOT_ABOUT_CONTACT: "zoe@example.org",
    MESHBOT_PLACE_LATITUDE: "-48.5",
    MESHBOT_PLACE_LONGITUDE: "2",
    MESHBOT_ECHO_CHANNEL: "2",
    MESHBOT_WEATHER_ENABLED: "0",
    MESHBOT_WEATHER_ORDER: "open-meteo, wttr",
    MESHBOT_WEATHER_WTTR_URL: "http://127.0.0.1:8080/wttr/",
    MESHBOT_WEATHER_OPEN_METEO_URL: "http://mirror.test/forecast",
    MESHBOT_WEATHER_GEOCODING_URL: "http://mirror.test/search",
    MESHBOT_LIGHTNING_ENABLED: "1",
    MESHBOT_LIGHTNING_BROKER_URL: "mqtts://broker.test:8883/",
    MESHBOT_LIGHTNING_LATITUDE: "45.75",
    MESHBOT_LIGHTNING_LONGITUDE: "4.85",
    MESHBOT_LIGHTNING_RADIUS_KM: "12.5",
    MESHBOT_LIGHTNING_WINDOW_MIN: "30",
    MESHBOT_LIGHTNING_ALERT_STRIKES: "3",
    MESHBOT_VIGILANCE_DEPARTMENT: "2a",
    MESHBOT_VIGILANCE_ALERT_FROM: "yellow",
    MESHBOT_VIGILANCE_API_KEY: "key",
    MESHBOT_VIGILANCE_PAGE_URL: "http://mirror.test/page",
    MESHBOT_VIGILANCE_API_URL: "http://mirror.test/api",
    MESHBOT_VIGILANCE_METEOALARM_URL: "http://mirror.test/alarm",
    MESHBOT_ESPHOME_URL: "http://192.168.1.27",
    MESHBOT_ESPHOME_USERNAME: "admin",
    MESHBOT_ESPHOME_PASSWORD: "secret",
    MESHBOT_ESPHOME_TELEMETRY: "true",
    MESHBOT_MONITOR_ENABLED: "false",
    MESHBOT_MONITOR_CHECK_EVERY_S: "30",
    MESHBOT_MONITOR_FOR_S: "0",
    MESHBOT_MONITOR_TEMPERATURE_C: "70",
    MESHBOT_MONITOR_CRITICAL_C: "80.5",
    MESHBOT_MONITOR_LOAD_PER_CORE: "1.5",
    MESHBOT_MONITOR_MEMORY_PERCENT: "80",
    MESHBOT_MONITOR_DISK_PERCENT: "95",
    MESHBOT_ALERTS_TO: "!A1B2C3D4, channel:2, channel:Club",
    MESHBOT_ALERTS_ALLOW_PUBLIC: "1",
    MESHBOT_ALERTS_QUIET: "22:00-07:00",
    MESHBOT_ALERTS_TIMEZONE: "Europe/Paris",
    MESHBOT_SHARE_LISTEN: "127.0.0.1:4404",
    MESHBOT_SHARE_HTTP: "[::1]:4480",
    MESHBOT_SHARE_HTTP_ORIGINS: "http://192.168.1.5:8080/",
    MESHBOT_SHARE_BOT_CONTACT: "0",
    MESHBOT_SHARE_HIDE_BOT_TRAFFIC: "1",
    MESHBOT_STORE_KEEP_DAYS: "7",
    MESHBOT_STORE_MAX_MB: "64",
    MESHBOT_LOG_FORMAT: "json",
  });
  assert.deepEqual(config, {
    language: "fr",
    debug: true,
    data_dir: "/tmp/data",
    node: { host: "node.local", port: 4404, set_clock: false },
    health: { check_interval_s: 10, silent_timeout_s: 20 },
    mesh: {
      message_bytes: 100,
      commands_per_5_minutes: 7,
      channels: [0, "Club"],
      reply_in_channels: [1],
      answer_mqtt: true,
      admins: ["!a1b2c3d4"],
      airtime_percent: 0.5,
      listen_only: true,
      listen_only_until: 1000,
    },
    commands: { prefix: "!", disabled: ["ping", "test"], aliases: { signal: "my", "forêt": "nodes" } },
    about: { owner: "Zoé", contact: "zoe@example.org" },
    place: { latitude: -48.5, longitude: 2 },
    echo: { channel: 2 },
    weather: {
      enabled: false,
      order: ["open-meteo", "wttr"],
      wttr_url: "http://127.0.0.1:8080/wttr",
      open_meteo_url: "http://mirror.test/forecast",
      geocoding_url: "http://mirror.test/search",
    },
    lightning: {
      enabled: true,
      broker_url: "mqtts://broker.test:8883",
      latitude: 45.75,
      longitude: 4.85,
      radius_km: 12.5,
      window_min: 30,
      alert_strikes: 3,
    },
    vigilance: {
      department: "2A",
      alert_from: "yellow",
      api_key: "key",
      page_url: "http://mirror.test/page",
      api_url: "http://mirror.test/api",
      meteoalarm_url: "http://mirror.test/alarm",
    },
    esphome: { url: "http://192.168.1.27", username: "admin", password: "secret", sensors: [...DEFAULT_SENSORS], telemetry: true },
    monitor: {
      enabled: false,
      check_every_s: 30,
      for_s: 0,
      temperature_c: 70,
      critical_c: 80.5,
      load_per_core: 1.5,
      memory_percent: 80,
      disk_percent: 95,
    },
    remote: [],
    alerts: {
      to: [{ node: 0xa1b2c3d4 }, { channel: 2 }, { channel: "Club" }],
      allow_public: true,
      quiet: { fromMin: 1320, toMin: 420 },
      timezone: "Europe/Paris",
    },
    schedule: [],
    share: {
      listen: "127.0.0.1:4404",
      http: "[::1]:4480",
      http_origins: ["http://192.168.1.5:8080"],
      allow: [],
      bot_contact: false,
      hide_bot_traffic: true,
    },
    store: { keep_days: 7, max_mb: 64 },
    log: { format: "json" },
    answer: [],
  });
});

Deno.test("environmentName() gives every key a variable of its own", () => {
  const names = Object.keys(KEYS).map(environmentName);
  assert.equal(new Set(names).size, names.length);
  assert.equal(environmentName("mesh.commands_per_5_minutes"), "MESHBOT_MESH_COMMANDS_PER_5_MINUTES");
});

Deno.test("loadConfig() lets the environment win over the file, and tells both sources", async () => {
  await withFile('[node]\nhost = "a.local"\nport = 1\n', (cwd) => {
    const { config, source } = loadConfig({ env: { ...HOME, MESHBOT_NODE_PORT: "2" }, cwd });
    assert.deepEqual(config.node, { host: "a.local", port: 2, set_clock: true });
    assert.deepEqual(source, { file: join(cwd, "meshbot.toml"), variables: ["MESHBOT_NODE_PORT"] });
  });
});

Deno.test("loadConfig() prefers a named file to the one in the working directory", async () => {
  await withFile('[node]\nhost = "here.local"\n', async (cwd) => {
    await withFile('[node]\nhost = "named.local"\n', (other) => {
      assert.equal(loadConfig({ file: join(other, "meshbot.toml"), env: HOME, cwd }).config.node.host, "named.local");
    });
  });
});

Deno.test("loadConfig() takes the first state folder of systemd for data_dir", () => {
  assert.equal(fromEnv({ STATE_DIRECTORY: "/var/lib/meshbot:/var/lib/other" }).data_dir, "/var/lib/meshbot");
});

Deno.test("loadConfig() counts a relative data_dir from the file that names it", async () => {
  await withFile('data_dir = "data"\n[node]\nhost = "a"\n', (cwd) => {
    assert.equal(loadConfig({ file: join(cwd, "meshbot.toml"), env: HOME, cwd: "/" }).config.data_dir, join(cwd, "data"));
  });
});

Deno.test("loadConfig() says what to do when data_dir has no default", () => {
  const lines = mistakes({ file: null, env: { MESHBOT_NODE_HOST: "a" }, cwd: "/tmp" });
  assert.deepEqual(lines, ["data_dir is missing: set MESHBOT_DATA_DIR"]);
});

Deno.test("loadConfig() takes an empty variable for none where a key may be absent, and for no list", () => {
  const config = fromEnv({ MESHBOT_ECHO_CHANNEL: "", MESHBOT_MESH_CHANNELS: "" });
  assert.equal(config.echo.channel, undefined);
  assert.deepEqual(config.mesh.channels, []);
});

Deno.test("loadConfig() tells where it looked when there is nothing", async () => {
  const cwd = await Deno.makeTempDir();
  const [line, ...more] = mistakes({ env: HOME, cwd });
  await Deno.remove(cwd);
  assert.deepEqual(more, []);
  assert.match(
    line ?? "",
    /^node\.host is missing, and there is no \.\/meshbot\.toml and no \/etc\/meshbot\/meshbot\.toml: .*MESHBOT_NODE_HOST$/,
  );
});

Deno.test("loadConfig() reports all mistakes of a file and of the environment at once", async () => {
  const text = `langage = "en"
debug = True
port = 4403

[node]
hots = "x"
port = 70000
port = 5

[helth]
check_interval_s = 0.5
silent_timout_s = "a"

[mesh]
channels = [9, "LongFast", 1979-05-27,
  ""]
message_bytes = 
answer_mqtt = "yes"

[services]
x = 1
[log]
format = "xml"
[node]
garbage
[log
`;
  await withFile(text, (cwd) => {
    const env = { ...HOME, MESHBOT_NODE_PROT: "1", MESHBOT_DEBUG: "maybe", MESHBOT_XYZZY: "" };
    const channelKind = "a channel index from 0 to 7, or a channel name of 1 to 11 bytes";
    assert.deepEqual(mistakes({ env, cwd }), [
      "meshbot.toml, line 1, langage is not a known key: did you mean language?",
      "meshbot.toml, line 2, column 9, debug has a value that is no TOML (invalid value): must be true or false; write it as debug = false",
      "meshbot.toml, line 3, port is not a known key: did you mean node.port?",
      "meshbot.toml, line 6, node.hots is not a known key: did you mean node.host?",
      "meshbot.toml, line 7, node.port is 70000: must be a whole number from 1 to 65535",
      "meshbot.toml, line 8, node.port stands here a second time: the first is on line 7; keep one of them",
      "meshbot.toml, line 10, [helth] is not a known section: did you mean [health]?",
      "meshbot.toml, line 11, helth.check_interval_s is 0.5: must be a whole number from 1 to 3600",
      "meshbot.toml, line 12, helth.silent_timout_s is not a known key: did you mean health.silent_timeout_s?",
      `meshbot.toml, line 15, mesh.channels, entry 1 is 9: must be ${channelKind}`,
      `meshbot.toml, line 15, mesh.channels, entry 3 is a date: must be ${channelKind}`,
      `meshbot.toml, line 15, mesh.channels, entry 4 is "": must be ${channelKind}`,
      "meshbot.toml, line 17, column 17, mesh.message_bytes has a value that is no TOML (invalid value): " +
      "must be a whole number from 20 to 232; write it as message_bytes = 200",
      'meshbot.toml, line 18, mesh.answer_mqtt is "yes": must be true or false',
      "meshbot.toml, line 20, [services] is not a known section: known are [node], [health], [mesh], [commands], [about], [place], [echo], " +
      "[weather], [lightning], [vigilance], [esphome], [[esphome.sensors]], [monitor], [[remote]], [alerts], [[schedule]], [share], [[share.allow]], [store], [log], [[answer]]",
      'meshbot.toml, line 23, log.format is "xml": must be "text", "json" or "journal"',
      "meshbot.toml, line 24, [node] stands here a second time: the first is on line 5; put all its keys under one of them",
      "meshbot.toml, line 25, column 1, this is no TOML (incomplete key-value: cannot find end of key): " +
      "a line is a key = value, a [section] or a # comment",
      "meshbot.toml, line 26, column 2, this is no TOML (incomplete key-value: cannot find end of key): " +
      "a section is written [name] on a line of its own",
      "environment variable MESHBOT_NODE_PROT is not a known one: did you mean MESHBOT_NODE_PORT?",
      "environment variable MESHBOT_XYZZY is not a known one: unset it; meshbot config --example names all that there are",
      'environment variable MESHBOT_DEBUG is "maybe": must be true or false',
    ]);
  });
});

Deno.test("loadConfig() reports a missing required key with the line to write", async () => {
  await withFile("[node]\nport = 4403\n", (cwd) => {
    assert.deepEqual(mistakes({ env: HOME, cwd }), [
      'meshbot.toml: node.host is missing: write host = "192.168.1.50" under [node], or set MESHBOT_NODE_HOST',
    ]);
  });
});

Deno.test("loadConfig() does not call a key missing that was tried and failed", async () => {
  for (const line of ["host = 192.168.1.5", 'hsot = "x"', 'host = "open', "host = 5", 'host "x"']) {
    await withFile(`[node]\n${line}\n`, (cwd) => {
      assert.equal(mistakes({ env: HOME, cwd }).length, 1, line);
    });
  }
  assert.equal(mistakes({ file: null, env: { ...HOME, MESHBOT_NODE_HSOT: "x" }, cwd: "/" }).length, 1);
});

Deno.test("loadConfig() advises quotes for a bare address", async () => {
  await withFile("[node]\nhost = 192.168.1.5\n", (cwd) => {
    assert.match(
      mistakes({ env: HOME, cwd })[0] ?? "",
      /^meshbot\.toml, line 2, column 15, node\.host .*write it as host = "192\.168\.1\.50"$/,
    );
  });
});

Deno.test("loadConfig() checks what two keys are to each other, defaults too", async () => {
  await withFile('[health]\ncheck_interval_s = 60\n[node]\nhost = "a"\n', (cwd) => {
    const expected =
      "meshbot.toml, line 2, health.silent_timeout_s is 60 (its default): must be greater than health.check_interval_s, which is 60";
    assert.deepEqual(mistakes({ env: HOME, cwd }), [expected]);
    assert.deepEqual(mistakes({ env: { ...HOME, MESHBOT_HEALTH_SILENT_TIMEOUT_S: "50" }, cwd }), [
      "environment variable MESHBOT_HEALTH_SILENT_TIMEOUT_S, health.silent_timeout_s is 50: " +
      "must be greater than health.check_interval_s, which is 60",
    ]);
    assert.equal(loadConfig({ env: { ...HOME, MESHBOT_HEALTH_SILENT_TIMEOUT_S: "61" }, cwd }).config.health.silent_timeout_s, 61);
  });
});

Deno.test("loadConfig() refuses a value where a section belongs, and a section where a value belongs", async () => {
  await withFile('node = "x"\n[language]\na = 1\n[[mesh]]\n["node.host"]\n', (cwd) => {
    assert.deepEqual(mistakes({ env: HOME, cwd }), [
      "meshbot.toml, line 1, node must be one section: write [node] on a line of its own",
      'meshbot.toml, line 2, language is a section: must be "en" or "fr"',
      "meshbot.toml, line 4, mesh must be one section: write [mesh] on a line of its own",
      "meshbot.toml, line 5, [node.host] is not a known section: known are [node], [health], [mesh], [commands], [about], [place], [echo], " +
      "[weather], [lightning], [vigilance], [esphome], [[esphome.sensors]], [monitor], [[remote]], [alerts], [[schedule]], [share], [[share.allow]], [store], [log], [[answer]]",
      'meshbot.toml: node.host is missing: write host = "192.168.1.50" under [node], or set MESHBOT_NODE_HOST',
    ]);
  });
});

Deno.test("loadConfig() says for a file that cannot be read what it is and what to do", async () => {
  const folder = await Deno.makeTempDir();
  const fault = (file: string) => mistakes({ file, env: HOME, cwd: folder });
  try {
    assert.deepEqual(fault("absent.toml"), [
      `${folder}/absent.toml: there is no such file; "meshbot config --example > absent.toml" writes one to start from`,
    ]);
    assert.deepEqual(fault("."), [`${folder} is a folder: name the file in it, such as ${folder}/meshbot.toml`]);
    assert.deepEqual(fault("/dev/zero"), ["/dev/zero is larger than 256 KiB: that is no configuration file; name another"]);
    await Deno.writeFile(join(folder, "latin1.toml"), new Uint8Array([0x23, 0x0a, 0x23, 0xe9, 0x0a]));
    assert.deepEqual(fault("latin1.toml"), [`${folder}/latin1.toml, line 2: the text is not UTF-8; save the file as UTF-8`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("loadConfig() checks the environment also when the file cannot be read", () => {
  const lines = mistakes({ file: "/nowhere/x.toml", env: { ...HOME, MESHBOT_DEBUG: "perhaps" }, cwd: "/" });
  assert.equal(lines.length, 2);
});

Deno.test("loadConfig() reads a file that begins with a byte order mark", async () => {
  await withFile('\ufeff[node]\r\nhost = "a"\r\n', (cwd) => {
    assert.equal(loadConfig({ env: HOME, cwd }).config.node.host, "a");
  });
});

Deno.test("loadConfig() shows no control character of a value", async () => {
  await withFile('[node]\nhost = "\\u001b[2Jx"\n"\\u202ekey" = 1\n', (cwd) => {
    const text = mistakes({ env: { ...HOME, "MESHBOT_\u001b": "1" }, cwd }).join("");
    assert.ok(!/[\p{Cc}\p{Cf}]/u.test(text), JSON.stringify(text));
  });
});

const SECRET_KEYS = {
  "mail.password": { kind: oneOf("swordfish", "other"), presence: "optional", help: "", example: '"x"', secret: true } as Key<
    string | undefined
  >,
  "mail.count": { kind: integer(1, 2), presence: "defaulted", default: 1, help: "" } as Key<number>,
};

Deno.test("loadKeys() shows no value of a secret key, wherever it is wrong", async () => {
  for (
    const text of [
      "[mail]\npassword = 'hunter2'\n",
      "[mail]\npassword = hunter2\n",
      "[mail]\npassword = 'hunter2\n",
      "[mail]\npasword = 'hunter2'\n",
    ]
  ) {
    await withFile(text, (cwd) => {
      assert.throws(
        () => loadKeys(SECRET_KEYS, { env: {}, cwd }),
        (error: Error) => /password/.test(error.message) && !/hunter2/.test(error.message),
      );
    });
  }
  const env = { MESHBOT_MAIL_PASSWORD: "hunter2" };
  assert.throws(
    () => loadKeys(SECRET_KEYS, { file: null, env, cwd: "/" }),
    (error: Error) => /PASSWORD/.test(error.message) && !/hunter2/.test(error.message),
  );
});

Deno.test("loadKeys() gives any table of keys its nested object", () => {
  const { config } = loadKeys(SECRET_KEYS, { file: null, env: { MESHBOT_MAIL_PASSWORD: "swordfish" }, cwd: "/" });
  const password: string | undefined = config.mail.password;
  assert.equal(password, "swordfish");
  assert.equal(config.mail.count, 1);
});

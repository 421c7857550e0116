/** The schema: each key of the configuration in one entry, from which types, defaults, bounds, help and the example file follow. */
import { join } from "node:path";
import { boolean, channel, decimal, folder, host, integer, type Kind, listOf, moment, oneOf, text, type ValueFault } from "./kinds.ts";
import { stderrIsJournal } from "./journal.ts";
import { admin, aliases, answerFaults, commandWord, fixedAnswers, prefix } from "./mesh_kinds.ts";
import { listenAddress, shareAllow } from "./share_kinds.ts";
import { destination, quietHours, schedule, scheduleFaults, timeZone } from "./alert_kinds.ts";
import { brokerUrl, DEFAULT_SENSORS, department, remotes, secretText, sensors, weatherSources, webUrl } from "./service_kinds.ts";

type Env = Readonly<Record<string, string>>;

/** What every entry tells. */
interface KeyText<T> {
  /** One sentence for the operator, with the unit. */
  readonly help: string;
  /** A value as it stands in TOML, for the example file; needed where there is no constant default. */
  readonly example?: string;
  /** The value is never shown in a message. */
  readonly secret?: true;
  /** The full name of a number that this one must be greater than. */
  readonly above?: string;
  /** The full name of an optional key that must be given whenever this one is. */
  readonly together?: string;
  /** The default in words, where it depends on the environment or is too long. */
  readonly defaultText?: string;
  /** What is wrong with a good value beside those of other keys; `other` gives them by full name, undefined when there is none. */
  beside?(value: T, other: (name: string) => unknown): readonly ValueFault[];
}

/** One key of the configuration. */
export interface Key<T> extends KeyText<T> {
  readonly kind: Kind<T>;
  readonly presence: "required" | "defaulted" | "optional";
  /** The value when nobody gave one; a function of the environment gives undefined when it finds none. */
  readonly default?: T | ((env: Env) => T | undefined);
}

/** A table of keys by full name (`section.key`). */
// deno-lint-ignore no-explicit-any -- each key has a type of its own
export type Keys = Readonly<Record<string, Key<any>>>;

function required<T>(kind: Kind<T>, text: KeyText<T> & { readonly example: string }): Key<T> {
  return { ...text, kind, presence: "required" };
}

function defaulted<T>(kind: Kind<T>, value: NoInfer<T>, text: KeyText<T>): Key<T> {
  return { ...text, kind, presence: "defaulted", default: value };
}

function computed<T>(
  kind: Kind<T>,
  value: (env: Env) => NoInfer<T> | undefined,
  text: KeyText<T> & { readonly defaultText: string; readonly example: string },
): Key<T> {
  return { ...text, kind, presence: "defaulted", default: value };
}

function optional<T>(kind: Kind<T>, text: KeyText<T> & { readonly example: string }): Key<T | undefined> {
  return { ...text, kind: kind as Kind<T | undefined>, presence: "optional" };
}

/** A sentence about a section, for the example file. */
export const SECTIONS: Readonly<Record<string, string>> = {
  node: "The Meshtastic node that the bot lives on. It serves one TCP client only: this program.",
  health: "When a silent node is taken for dead.",
  mesh: "How the bot behaves on the air.",
  commands: "What people write to the bot.",
  about: "What /about tells of the person behind the bot.",
  place: "Where the node stands, when it does not know itself: for distances and directions.",
  echo: "The command /echo, which repeats a text on a channel.",
  log: "The log, on standard error.",
  weather: "The weather, from wttr.in and Open-Meteo.",
  lightning: "Lightning, from the Blitzortung network's MQTT relay.",
  vigilance: "Météo-France's vigilance for a department.",
  esphome: "A solar station that ESPHome runs.",
  monitor: "The machine that the bot runs on: what is worth an alert.",
  remote: "Other nodes, visited now and then; each serves one client, so never more often than needed.",
  alerts: "Alerts that nobody asked for: who gets them, and when.",
  share: "The radio shared with phone apps: they connect to the bot, not to the node.",
  store: "What the bot remembers of the mesh, in data_dir.",
  schedule: "Commands whose answers are sent at certain times.",
  answer: "Answers of your own: a direct message that is one of the words, whatever the case, is answered with the text.",
};

const ADMINS = 'a list of public keys in base64 or of node ids, such as ["!a1b2c3d4"]';
const DESTINATIONS = 'a list of node ids and channels, such as ["!a1b2c3d4", "channel:2"]';
const CHANNELS = 'a list of channel indexes (0 to 7) or names, such as [0, "LongFast"]';

/** Every key. A new one is an entry here and nothing else. */
export const KEYS = {
  language: defaulted(oneOf("en", "fr"), "en", { help: 'Language of the answers: "en" (English) or "fr" (French).' }),
  debug: defaulted(boolean(), false, { help: "Shows every packet in the log, in one line each." }),
  data_dir: computed(folder(), defaultDataDir, {
    help: "Folder for what the bot keeps; a relative path counts from this file.",
    defaultText: "$STATE_DIRECTORY, else ~/.local/share/meshbot",
    example: '"/var/lib/meshbot"',
  }),

  "node.host": required(host(), { help: "Name or IP address of the node, without the port.", example: '"192.168.1.50"' }),
  "node.port": defaulted(integer(1, 65535), 4403, { help: "TCP port of the node's API." }),

  "node.set_clock": defaulted(boolean(), true, {
    help: "Sets the node's clock at each connection; without a clock the node cannot date messages.",
  }),

  "health.check_interval_s": defaulted(integer(1, 3600), 30, {
    help: "Seconds without a byte from the node before it is asked for a sign of life.",
  }),
  "health.silent_timeout_s": defaulted(integer(2, 86400), 60, {
    help: "Seconds without a byte from the node before the link is opened anew; greater than check_interval_s.",
    above: "health.check_interval_s",
  }),

  "mesh.message_bytes": defaulted(integer(20, 232), 200, { help: "Longest text on the air, in bytes; longer answers are split." }),
  "mesh.commands_per_5_minutes": defaulted(integer(1, 100000), 5, { help: "Commands answered for one person in 5 minutes." }),
  "mesh.channels": defaulted(listOf(channel(), CHANNELS), [], {
    help: "Channels on which commands are heard, by index or name; empty: direct messages only.",
  }),
  "mesh.reply_in_channels": defaulted(listOf(channel(), CHANNELS), [], {
    help: "Listened channels on which commands are answered for all to read; on the others the answer is a direct message.",
  }),
  "mesh.answer_mqtt": defaulted(boolean(), false, { help: "Answers also requests that came by MQTT and not by radio." }),
  "mesh.admins": defaulted(listOf(admin(), ADMINS), [], {
    help: "Who may use /mute, /ban, /reload and /reboot, in encrypted direct messages; an id's key is learnt from its first one.",
  }),
  "mesh.airtime_percent": defaulted(decimal(0.1, 10), 2, { help: "Share of each hour, in percent, that the bot may be on the air." }),
  "mesh.listen_only": defaulted(boolean(), false, { help: "Answers nothing; the log tells what would have been sent." }),
  "mesh.listen_only_until": optional(moment(), {
    help: "Listens only until then, and answers from then on; an installation sets it to its first day.",
    example: '"2026-01-31T18:00:00Z"',
  }),

  "commands.prefix": defaulted(prefix(), "/", { help: "What a command begins with." }),
  "commands.disabled": defaulted(listOf(commandWord(), 'a list of command names, such as ["ping", "test"]'), [], {
    help: 'Commands that are switched off, such as ["ping", "test"] beside a node that answers these itself.',
  }),
  "commands.aliases": defaulted(aliases(), {}, {
    help: 'More words for commands, such as { signal = "my" }; as a variable: signal=my, around=nodes.',
  }),

  "about.owner": optional(text(60), { help: "Who runs the bot.", example: '"Club radio de Lyon"' }),
  "about.contact": optional(text(60), { help: "How to reach that person.", example: '"bot@example.org"' }),

  "place.latitude": optional(decimal(-90, 90), { help: "Degrees north.", example: "48.8583", together: "place.longitude" }),
  "place.longitude": optional(decimal(-180, 180), { help: "Degrees east.", example: "2.2945", together: "place.latitude" }),

  "echo.channel": optional(channel(), { help: "Channel that /echo writes to, by index or name; without it /echo is off.", example: "1" }),

  "weather.enabled": defaulted(boolean(), true, { help: "Answers /weather and /rain." }),
  "weather.order": defaulted(weatherSources(), ["wttr", "curl", "open-meteo"], {
    help: "Sources in the order in which they are asked: wttr.in, wttr.in by the program curl, Open-Meteo.",
  }),
  "weather.wttr_url": defaulted(webUrl(), "https://wttr.in", { help: "Base of wttr.in or of a mirror; the place is appended." }),
  "weather.open_meteo_url": defaulted(webUrl(), "https://api.open-meteo.com/v1/forecast", { help: "Open-Meteo's forecast." }),
  "weather.geocoding_url": defaulted(webUrl(), "https://geocoding-api.open-meteo.com/v1/search", {
    help: "Open-Meteo's search for the coordinates of a place.",
  }),

  "lightning.enabled": defaulted(boolean(), false, { help: "Listens for lightning, answers /blitz." }),
  "lightning.broker_url": defaulted(brokerUrl(), "mqtt://blitzortung.ha.sed.pl:1883", { help: "The MQTT relay of Blitzortung." }),
  "lightning.latitude": optional(decimal(-90, 90), {
    help: "Degrees north of the centre; without it [place], else the node's own position.",
    example: "48.8583",
    together: "lightning.longitude",
  }),
  "lightning.longitude": optional(decimal(-180, 180), {
    help: "Degrees east of the centre.",
    example: "2.2945",
    together: "lightning.latitude",
  }),
  "lightning.radius_km": defaulted(decimal(1, 300), 50, { help: "Kilometres around the centre in which a strike counts." }),
  "lightning.window_min": defaulted(integer(1, 120), 15, { help: "Minutes for which a strike counts." }),
  "lightning.alert_strikes": defaulted(integer(1, 10000), 5, { help: "Strikes in the window from which there is an alert." }),

  "vigilance.department": optional(department(), {
    help: "Number of the department; without it /vigi is off and nothing is asked.",
    example: '"59"',
  }),
  "vigilance.alert_from": defaulted(oneOf("yellow", "orange", "red"), "orange", { help: "Colour from which there is an alert." }),
  "vigilance.api_key": optional(secretText(), {
    help: "Key for Météo-France's own API, free at portail-api.meteofrance.fr; with it the API is asked first.",
    example: '"eyJ4NXQ..."',
    secret: true,
  }),
  "vigilance.page_url": defaulted(webUrl(), "https://vigilance.meteofrance.fr/fr/vigilance-accessible", {
    help: "Météo-France's page for screen readers.",
  }),
  "vigilance.api_url": defaulted(webUrl(), "https://public-api.meteofrance.fr/public/DPVigilance/v1/cartevigilance/encours", {
    help: "Météo-France's API.",
  }),
  "vigilance.meteoalarm_url": defaulted(webUrl(), "https://feeds.meteoalarm.org/api/v1/warnings/feeds-france", {
    help: "MeteoAlarm's warnings for France, asked when Météo-France does not answer.",
  }),

  "esphome.url": optional(webUrl(), {
    help: "Address of the device's web server; without it /power and /graphs are off.",
    example: '"http://192.168.1.27"',
  }),
  "esphome.username": optional(text(60), {
    help: "User of the device's web server.",
    example: '"admin"',
    together: "esphome.password",
  }),
  "esphome.password": optional(secretText(), {
    help: "Password of that user.",
    example: '"secret"',
    secret: true,
    together: "esphome.username",
  }),
  "esphome.sensors": defaulted(sensors(), [...DEFAULT_SENSORS], {
    help: "What the device measures: each with name, and kind, id, label, unit, decimals where they differ from the usual.",
    defaultText: "the seven readings of the usual solar station",
    example: '[[esphome.sensors]]\nkind = "voltage"\nname = "Battery Voltage"\nunit = "V"\ndecimals = 1',
  }),
  "esphome.telemetry": defaulted(boolean(), false, {
    help: "Sends the readings over the mesh once an hour, as telemetry of the node's surroundings and power.",
  }),

  "monitor.enabled": defaulted(boolean(), true, { help: "Watches this machine and reports by alert what is wrong." }),
  "monitor.check_every_s": defaulted(integer(5, 3600), 60, { help: "Seconds between two looks." }),
  "monitor.for_s": defaulted(integer(0, 86400), 300, { help: "Seconds for which a limit must be passed before there is an alert." }),
  "monitor.temperature_c": defaulted(decimal(20, 120), 60, { help: "Degrees of the processor that are too warm." }),
  "monitor.critical_c": defaulted(decimal(20, 120), 68, {
    help: "Degrees of the processor that are an alert at once; greater than temperature_c.",
    above: "monitor.temperature_c",
  }),
  "monitor.load_per_core": defaulted(decimal(0.1, 100), 2, { help: "Average load over 5 minutes, for each core, that is too high." }),
  "monitor.memory_percent": defaulted(decimal(1, 100), 90, { help: "Share of the memory in use that is too high." }),
  "monitor.disk_percent": defaulted(decimal(1, 100), 90, { help: "Share of the disk in use that is too high." }),

  remote: defaulted(remotes(), [], {
    help: "Each with a name, host, and port (4403), check_every_s (600, at least 120), timeout_s (10).",
    example: '[[remote]]\nname = "roof"\nhost = "192.168.1.51"',
  }),

  "alerts.to": defaulted(listOf(destination(), DESTINATIONS), [], { help: "Who gets alerts: nodes by id, channels by index or name." }),
  "alerts.allow_public": defaulted(boolean(), false, {
    help: "Lets alerts and scheduled answers out on channel 0 and on channels with the default key, where everybody hears them.",
  }),
  "alerts.quiet": optional(quietHours(), {
    help: "Hours in which alerts are held, but for red vigilance; at their end one message tells what still holds.",
    example: '"22:00-07:00"',
  }),
  "alerts.timezone": optional(timeZone(), {
    help: "Time zone of quiet and of schedules; without it the system's.",
    example: '"Europe/Paris"',
  }),

  schedule: defaulted(schedule(), [], {
    help: "Each with cron (minute, hour, day, month, weekday), command and to.",
    example: '[[schedule]]\ncron = "0 8 * * *"\ncommand = "/weather"\nto = "channel:2"',
    beside: (entries, other) =>
      scheduleFaults(
        entries,
        other("commands.prefix") as string | undefined,
        other("commands.aliases") as Record<string, string> | undefined,
      ),
  }),

  "share.listen": optional(listenAddress(), {
    help: "Where phone apps and other clients connect to share the bot's radio; without it they cannot.",
    example: '"127.0.0.1:4404"',
  }),
  "share.http": optional(listenAddress(), { help: "Where the web client connects.", example: '"127.0.0.1:4480"' }),
  "share.allow": defaulted(shareAllow(), [], {
    help: "Who may connect besides this machine itself, which may everything: ranges of addresses, each with a role.",
    example: '[[share.allow]]\ncidr = "192.168.1.0/24"\nrole = "no-admin"',
  }),
  "share.bot_contact": defaulted(boolean(), true, {
    help: "Clients see a contact MeshBot: a direct text to it is a command, answered without any air time.",
  }),
  "share.hide_bot_traffic": defaulted(boolean(), false, { help: "Keeps strangers' commands and their answers from the clients." }),

  "store.keep_days": defaulted(integer(1, 3650), 30, { help: "Days for which what was heard is kept." }),
  "store.max_mb": defaulted(integer(16, 1_000_000), 512, { help: "Mebibytes on disk beyond which the oldest is forgotten." }),

  "log.format": computed(oneOf("text", "json", "journal"), (env) => stderrIsJournal(env) ? "journal" : "text", {
    help: 'How lines look: "text" for people, "json" for programs, "journal" with journald\'s priorities.',
    defaultText: '"journal" when systemd reads the log, else "text"',
    example: '"text"',
  }),

  answer: defaulted(fixedAnswers(), [], {
    help: "Up to 10 words of at most 60 bytes, and one text of at most 200 bytes.",
    example: '[[answer]]\nwords = ["wifi", "wlan"]\ntext = "The guests\' network is called Club."',
    beside: (answers, other) => answerFaults(answers, other("commands.prefix") as string | undefined),
  }),
} satisfies Keys;

// systemd joins several state folders with colons (systemd.exec(5)); the first is ours.
function defaultDataDir(env: Env): string | undefined {
  const stateDirectory = env["STATE_DIRECTORY"]?.split(":")[0];
  if (stateDirectory) return stateDirectory;
  return env["HOME"] ? join(env["HOME"], ".local", "share", "meshbot") : undefined;
}

type Head<Names> = Names extends `${infer First}.${string}` ? First : Names;
type ValueOf<K> = K extends Key<infer T> ? T : never;

/** The nested object that a table of keys describes. */
export type ConfigOf<Table> = {
  readonly [Name in Head<keyof Table> & string]: Name extends keyof Table ? ValueOf<Table[Name]>
    : ConfigOf<{ [Full in keyof Table as Full extends `${Name}.${infer Rest}` ? Rest : never]: Table[Full] }>;
};

/** The checked configuration, with the names of the TOML file: `config.health.silent_timeout_s`. */
export type Config = ConfigOf<typeof KEYS>;

/** The environment variable of a key: `mesh.message_bytes` is MESHBOT_MESH_MESSAGE_BYTES. */
export function environmentName(key: string): string {
  return `MESHBOT_${key.replaceAll(".", "_").toUpperCase()}`;
}

/** A value of a key as TOML writes it: its example, else its default. */
export function tomlExample(key: Key<unknown>): string {
  return key.example ?? tomlText(key.default);
}

function tomlText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(tomlText).join(", ")}]` : JSON.stringify(value);
}

/** The schema: each key of the configuration in one entry, from which types, defaults, bounds, help and the example file follow. */
import { join } from "node:path";
import { computed, defaulted, type Env, type Key, type Keys, optional, required } from "./key.ts";
import { boolean, channel, decimal, folder, host, integer, listOf, moment, oneOf, text } from "./kinds.ts";
import { stderrIsJournal } from "./journal.ts";
import { admin, aliases, answerFaults, commandWord, fixedAnswers, prefix } from "./mesh_kinds.ts";
import { SERVICE_KEYS } from "./service_keys.ts";

export type { Key, Keys } from "./key.ts";

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

  ...SERVICE_KEYS,

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

/** From the config.ini of meshing-around (github.com/SpudGunMan/meshing-around, config.template) to a meshbot.toml. */
import { parseTarget, type Target } from "../diag/target.ts";
import { UsageError } from "../errors.ts";
import { BROADCAST_NUM, formatNodeId, parseNodeId } from "../node_id.ts";
import { toml } from "./first_config.ts";
import { type Ini, iniList, iniSwitch, iniText, readIni } from "./ini.ts";

/** What was carried over, and what was not. */
export interface Carried {
  /** A meshbot.toml, with comments for what could not be carried over. */
  readonly config: string;
  /** Node ids that were banned; the configuration has no key for them. */
  readonly banned: readonly string[];
  /** Sentences for the person who runs this. */
  readonly notes: readonly string[];
}

/** What the command line adds. */
export interface CarryOptions {
  /** The node, where the file names none that can be reached by TCP. */
  readonly target?: Target;
}

const ALL_CHANNELS = [0, 1, 2, 3, 4, 5, 6, 7];
const INTERFACES = ["interface", ...Array.from({ length: 8 }, (_, index) => `interface${index + 2}`)];
/** The place that the template has: nobody's. */
const TEMPLATE_PLACE = { latitude: 48.5, longitude: -123 };
const MESSAGE_BYTES = { min: 20, max: 232 };
const STAND_IN = "meshtastic.local";

/** What meshing-around can do beside, by the switch that turns it on. */
const ELSEWHERE: readonly (readonly [section: string, key: string, what: string])[] = [
  ["bbs", "enabled", "the bulletin board"],
  ["emergencyHandler", "enabled", "the emergency handler"],
  ["sentry", "SentryEnabled", "the sentry"],
  ["repeater", "enabled", "the repeater"],
  ["scheduler", "enabled", "the scheduler; see [[schedule]] for commands at certain times"],
  ["radioMon", "enabled", "the radio monitor"],
  ["fileMon", "filemon_enabled", "the file monitor"],
  ["smtp", "enableSMTP", "mail"],
  ["checklist", "enabled", "the checklist"],
  ["inventory", "enabled", "the inventory"],
  ["qrz", "enabled", "greetings"],
  ["general", "ollama", "the language model"],
  ["general", "wikipedia", "Wikipedia"],
  ["general", "rssEnable", "the news"],
  ["general", "StoreForward", "store and forward"],
  ["location", "wxAlertBroadcastEnabled", "weather alerts; see [vigilance] for France"],
  ["location", "enableDEalerts", "alerts for Germany"],
];

/** Carries a file over; throws UsageError when the text is no config.ini of meshing-around. */
export function carryOver(text: string, { target }: CarryOptions = {}): Carried {
  const ini = readIni(text);
  if (!INTERFACES.some((name) => ini.has(name)) || !ini.has("general") && !ini.has("bbs")) {
    throw new UsageError("this is no config.ini of meshing-around: it lacks [interface], or both [general] and [bbs]");
  }
  const notes: string[] = [];
  const banned = nodeIds(iniList(ini, "bbs", "bbs_ban_list"), "bans", notes);
  const lines = [
    '# Carried over from the config.ini of meshing-around. "meshbot config --example" shows every key.',
    "",
    ...nodeLines(ini, target, notes),
    "",
    ...meshLines(ini, notes),
    ...commandLines(ini),
    ...placeLines(ini),
    ...echoLines(ini),
  ];
  const rest = ELSEWHERE.filter(([section, key]) => iniSwitch(ini, section, key)).map(([, , what]) => what);
  if (rest.length > 0) {
    lines.push(
      "",
      "# On there, and not carried over, because MeshBot has it not or otherwise:",
      ...rest.map((what) => `# - ${what}`),
    );
  }
  if (banned.length > 0) {
    lines.push("", "# Banned there. Bans are no part of this file: an admin writes to the bot", ...banned.map((id) => `# /ban ${id}`));
  }
  return { config: `${lines.join("\n")}\n`, banned, notes };
}

function nodeLines(ini: Ini, target: Target | undefined, notes: string[]): string[] {
  const enabled = INTERFACES.filter((name, index) => ini.has(name) && (index === 0 || iniSwitch(ini, name, "enabled")));
  const remarks: string[] = [];
  let chosen = target;
  for (const name of enabled) {
    const type = iniText(ini, name, "type").toLowerCase() || "serial";
    const hostname = iniText(ini, name, "hostname");
    const found = type === "tcp" ? readTarget(hostname) : undefined;
    if (found === undefined) {
      remarks.push(
        `# [${name}] was not carried over: ${type === "tcp" ? `hostname is ${plain(hostname) || "empty"}` : `type ${plain(type)}`}.`,
      );
    } else if (chosen === undefined) {
      chosen = found;
    } else if (found.host !== chosen.host || found.port !== chosen.port) {
      remarks.push(`# [${name}], ${found.host}:${found.port}, was not carried over: one bot lives on one node.`);
    }
  }
  if (chosen === undefined) {
    remarks.push("# MeshBot reaches its node by TCP only: put the node's address here, once Wi-Fi or Ethernet is on.");
    notes.push(
      `no node that can be reached by TCP is in the file: ${STAND_IN} stands in its place; put your node's address there, or use --host`,
    );
  }
  return ["[node]", ...remarks, `host = ${toml(chosen?.host ?? STAND_IN)}`, ...(chosen === undefined ? [] : [`port = ${chosen.port}`])];
}

/** In meshing-around a command is heard on every channel but the ignored ones, and never answered on the default channel. */
function meshLines(ini: Ini, notes: string[]): string[] {
  const defaultChannel = /^\d$/.test(iniText(ini, "general", "defaultChannel")) ? Number(iniText(ini, "general", "defaultChannel")) : 0;
  const ignored = new Set(iniList(ini, "general", "ignoreChannels").map(Number));
  if (iniSwitch(ini, "general", "ignoreDefaultChannel")) ignored.add(defaultChannel);
  const heard = ALL_CHANNELS.filter((channel) => !ignored.has(channel));
  const answered = iniSwitch(ini, "general", "respond_by_dm_only", true) ? [] : heard.filter((channel) => channel !== defaultChannel);
  const chunk = Number(iniText(ini, "messagingSettings", "MESSAGE_CHUNK_SIZE") || NaN);
  const admins = nodeIds(iniList(ini, "bbs", "bbs_admin_list"), "admins", notes);
  const lines = ["[mesh]"];
  if (Number.isInteger(chunk)) {
    lines.push(`message_bytes = ${Math.min(Math.max(chunk, MESSAGE_BYTES.min), MESSAGE_BYTES.max)}`);
  }
  return [
    ...lines,
    "# Remove those that your node does not have.",
    `channels = [${heard.join(", ")}]`,
    `reply_in_channels = [${answered.join(", ")}]`,
    `admins = [${admins.map(toml).join(", ")}]`,
  ];
}

function commandLines(ini: Ini): string[] {
  if (iniSwitch(ini, "general", "cmdBang")) return ["", "[commands]", 'prefix = "!"'];
  return ["", "# There a command was a bare word; MeshBot hears it with a prefix: /ping. See prefix in [commands]."];
}

function placeLines(ini: Ini): string[] {
  const [latitude, longitude] = ["lat", "lon"].map((key) => Number(iniText(ini, "location", key) || NaN)) as [number, number];
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const isTemplate = latitude === TEMPLATE_PLACE.latitude && longitude === TEMPLATE_PLACE.longitude;
  return isPlace && !isTemplate ? ["", "[place]", `latitude = ${decimal(latitude)}`, `longitude = ${decimal(longitude)}`] : [];
}

function echoLines(ini: Ini): string[] {
  const channel = iniText(ini, "general", "echoChannel");
  return iniSwitch(ini, "general", "enableEcho") && /^[0-7]$/.test(channel) ? ["", "[echo]", `channel = ${channel}`] : [];
}

/** Node numbers, as meshing-around writes them, or ids; what is neither is told. */
function nodeIds(texts: readonly string[], what: string, notes: string[]): string[] {
  const ids = texts.flatMap((text) => {
    const num = /^\d{1,10}$/.test(text) ? Number(text) : text.startsWith("!") ? parseNodeId(text) : undefined;
    if (num !== undefined && num > 0 && num < BROADCAST_NUM) return [formatNodeId(num)];
    notes.push(`${plain(text)} among the ${what} is no node number: left out`);
    return [];
  });
  return [...new Set(ids)];
}

function readTarget(text: string): Target | undefined {
  try {
    return parseTarget(text);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Without the exponent that JavaScript writes for small numbers and with nothing that TOML would not read. */
function decimal(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, "");
}

/** For a comment or a message: one short line, without anything that moves a cursor. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ").trim().slice(0, 60);
}

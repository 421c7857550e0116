/** The sentences in English. */
import { alertsEn } from "./alerts.ts";
import { esphomeEn } from "./esphome.ts";
import { lightningEn } from "./lightning.ts";
import { monitorEn } from "./monitor.ts";
import { remoteEn } from "./remote.ts";
import { statsEn } from "./stats.ts";
import { vigilanceEn } from "./vigilance.ts";
import { weatherEn } from "./weather.ts";
import type { CompassPoint } from "../geo.ts";
import type { SignalQuality } from "../mesh/signal.ts";

/** The link's states in words. */
type LinkStates = Record<"idle" | "dialing" | "configuring" | "ready" | "waiting" | "closed", string>;

const compass: Record<CompassPoint, string> = { N: "N", NE: "NE", E: "E", SE: "SE", S: "S", SW: "SW", W: "W", NW: "NW" };

const quality: Record<SignalQuality, string> = {
  excellent: "Excellent",
  veryGood: "Very good",
  good: "Good",
  fair: "Fair",
  weak: "Weak",
  veryWeak: "Very weak",
  critical: "Critical",
};

const linkStates: LinkStates = {
  idle: "idle",
  dialing: "dialing",
  configuring: "configuring",
  ready: "ready",
  waiting: "waiting",
  closed: "closed",
};

/** Every sentence in English. */
export const en = {
  units: { second: "s", minute: "m", hour: "h", day: "d", megabytes: "MB", gigabytes: "GB" },
  compass,
  quality,
  me: "me",
  unknown: "unknown",
  usage: (form: string): string => `Usage: ${form}`,

  /** One sentence for each command; /help shows them. */
  summaries: {
    help: "The list of commands, or what one of them does.",
    ping: "How your message reached me: SNR, RSSI, hops.",
    echo: "Repeats your text on the echo channel.",
    nodes: "The nodes I heard directly in the last 3 days, best SNR first.",
    node: "What I know of a node: place, distance, hops, battery, last heard, key.",
    my: "How I hear you: last direct signal, distance, hops.",
    trace: "The route to a node and back with the SNR of each hop; without a name: to you.",
    legend: "What the icons mean.",
    sys: "My computer: uptime, temperature, load, memory, disk.",
    status: "My link to the mesh: state, firmware, queue, air time.",
    about: "Who runs me, how to reach them, my version.",
    more: "The rest of my last answer to you.",
    stop: "I write to you no more.",
    start: "I write to you again.",
    mute: "I answer nobody but admins for 1 hour, or up to 168.",
    unmute: "I answer everybody again.",
    ban: "I do not answer a node any more.",
    unban: "I answer a node again.",
    reload: "Reads my configuration again.",
    reboot: "Restarts a node that takes mine for an admin, or my own.",
    weather: "The weather now and the next days; rain and astro tell more.",
    rain: "The rain of the day, hour by hour.",
    power: "The solar station: battery, yield, temperature, pressure, humidity.",
    graphs: "The station's temperature, pressure and humidity over the last hours.",
    blitz: "Lightning around me: strikes, the nearest, whether it comes closer.",
    vigi: "Météo-France's vigilance, today and tomorrow.",
    remote: "The other nodes that I visit: reached when, restarted when.",
    stats: "The mesh in numbers: top, types, channel, hours, hops; the last hours.",
    top: "Who sent most in the last hours.",
    histo: "Packets hour by hour: pos, tele, node, text.",
    hop: "The nodes that set the most hops.",
    traffic: "The last texts of the channel.",
    packets: "Packets by type.",
    neighbors: "Who hears whom.",
    propag: "The longest radio links.",
    keys: "Whose public keys I know, or a node's.",
    alerts: "Sends you my alerts, or ends that.",
  },

  hops: {
    direct: "direct",
    count: (hops: number): string => hops === 1 ? "1 hop" : `${hops} hops`,
    unknown: "hops unknown",
    mqtt: "via MQTT",
    ofThisMessage: (hops: string): string => `this message: ${hops}`,
  },
  signal: {
    unknown: "signal unknown",
    /** `via` is what is known of the node that we heard it from. */
    lastHop: (via: string | undefined): string => via === undefined ? "last hop" : `last hop, via ${via}`,
    neverDirect: "never heard directly",
  },

  help: {
    /** In front of the list: the prefix that each word of it needs. */
    before: (prefix: string): string => `${prefix} +`,
    more: (example: string): string => `More: ${example}`,
    all: (example: string): string => `List: ${example}`,
    aliases: (aliases: string): string => `Also: ${aliases}`,
    unknown: "No such command.",
  },
  echo: {
    off: "echo is off.",
    noChannel: (channel: string): string => `channel ${channel} is not on my node.`,
    refused: "a text that begins with / ! or . is not repeated.",
    tooLong: (lengthBytes: number, limitBytes: number): string => `too long: ${lengthBytes} bytes, ${limitBytes} fit.`,
    repeated: "that was repeated just now.",
    echoOfEcho: "an echo is not repeated.",
    again: (wait: string): string => `again in ${wait}.`,
  },
  nodes: {
    header: (count: number): string => `Direct nodes (<3d): ${count}`,
    none: "No node heard directly in 3 days.",
  },
  pick: {
    none: (query: string): string => `No node "${query}".`,
    several: (count: number): string => `${count} nodes match, which one?`,
  },
  node: {
    me: "that is me",
    mains: "mains",
    neverHeard: "never heard",
    keyKnown: "key known",
    keyUnknown: "no key",
    keyConflict: "announces another key!",
  },
  trace: {
    age: (age: string): string => `${age} ago`,
    self: "That is me.",
    running: (name: string): string => `${name}: a trace is under way.`,
    again: (wait: string): string => `One trace in 5 minutes: again in ${wait}.`,
    noAnswer: (name: string): string => `${name}: no answer.`,
  },
  more: { none: "That was all." },
  stop: {
    /** `start` is the command that undoes it. */
    done: (start: string): string => `I write to you no more. ${start} undoes that.`,
    undone: "I write to you again.",
  },
  admin: {
    only: "Only for admins, in an encrypted direct message.",
    muted: (span: string): string => `I answer only admins for ${span}.`,
    unmuted: "I answer everybody again.",
    banned: (name: string): string => `${name} gets no more answers.`,
    unbanned: (name: string): string => `${name} is answered again.`,
    notBanned: (name: string): string => `${name} was not banned.`,
    notMe: "That is my own node.",
    notYou: "That is your own node.",
    reloaded: "The new configuration holds.",
    mistakes: (count: number): string =>
      count === 1 ? "The old configuration stays, 1 mistake:" : `The old configuration stays, ${count} mistakes:`,
  },
  reboot: {
    confirmed: (name: string, wait: string): string => `${name} restarts in ${wait}.`,
    unconfirmed: (name: string): string => `${name}: the order went out, no answer.`,
    noKey: (name: string): string => `${name}: my node does not know its key.`,
    noAnswer: (name: string): string => `${name}: no answer.`,
    notAdmin: (name: string): string => `${name} does not take my node for an admin.`,
    failed: (name: string, reason: string): string => `${name}: ${reason}`,
  },
  legend: {
    there: "there",
    back: "back",
    hops: "hops",
    lastHeard: "last heard",
    place: "place",
    distance: "distance",
    power: "battery/mains",
    key: "key",
  },
  sys: { bot: "Bot", os: "OS", cpu: "CPU", load: "Load", memory: "RAM", disk: "Disk" },
  status: {
    link: (state: string, age: string, reconnects: number): string =>
      `${state} ${age}, ${reconnects === 1 ? "1 reconnect" : `${reconnects} reconnects`}`,
    states: linkStates,
    queue: "queue",
    nodeAirTime: "tx",
    ownAirTime: (used: string, total: string): string => `air ${used}/${total}s`,
    rules: { free: "free", short: "busy: 1 part", admins: "full: admins" },
    sent: (delivered: number, sealed: number, relayed: number, failed: number): string =>
      `${delivered} ok (🔒${sealed}), ${relayed} relayed, ${failed} failed`,
    otherClient: "2nd client",
    nodes: (count: number): string => count === 1 ? "1 node" : `${count} nodes`,
  },

  weather: weatherEn,
  lightning: lightningEn,
  vigilance: vigilanceEn,
  esphome: esphomeEn,
  remote: remoteEn,
  monitor: monitorEn,
  alerts: alertsEn,
  stats: statsEn,

  router: {
    /** The nearest command's name, if there is one. */
    unknown: (nearest: string | undefined, prefix = "/"): string =>
      nearest === undefined ? `Unknown command. List: ${prefix}help` : `Unknown command. Did you mean ${prefix}${nearest}?`,
    tooMany: (waitS: number): string => `Too many commands: again in ${waitS}s.`,
    tooSlow: (command: string, prefix = "/"): string => `Sorry, ${prefix}${command} took too long.`,
    failed: (command: string, prefix = "/"): string => `Sorry, ${prefix}${command} failed.`,
  },
};

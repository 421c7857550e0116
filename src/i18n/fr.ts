/** The sentences in French. */
import { alertsFr } from "./alerts.ts";
import { esphomeFr } from "./esphome.ts";
import { lightningFr } from "./lightning.ts";
import { monitorFr } from "./monitor.ts";
import { remoteFr } from "./remote.ts";
import { statsFr } from "./stats.ts";
import { vigilanceFr } from "./vigilance.ts";
import { weatherFr } from "./weather.ts";
import type { Sentences } from "./mod.ts";

/** Every sentence in French. */
export const fr: Sentences = {
  units: { second: "s", minute: "m", hour: "h", day: "j", megabytes: "Mo", gigabytes: "Go" },
  compass: { N: "N", NE: "NE", E: "E", SE: "SE", S: "S", SW: "SO", W: "O", NW: "NO" },
  quality: {
    excellent: "Excellente",
    veryGood: "Très bonne",
    good: "Bonne",
    fair: "Correcte",
    weak: "Faible",
    veryWeak: "Très faible",
    critical: "Critique",
  },
  me: "moi",
  unknown: "inconnu",
  usage: (form) => `Usage: ${form}`,

  summaries: {
    help: "La liste des commandes, ou ce que fait l'une d'elles.",
    ping: "Comment votre message m'est parvenu: SNR, RSSI, sauts.",
    echo: "Répète votre texte sur le canal d'écho.",
    nodes: "Les nœuds entendus en direct depuis 3 jours, meilleur SNR d'abord.",
    node: "Ce que je sais d'un nœud: lieu, distance, sauts, batterie, dernier signe, clé.",
    my: "Comment je vous entends: dernier signal direct, distance, sauts.",
    trace: "La route vers un nœud et retour, avec le SNR de chaque saut; sans nom: vers vous.",
    legend: "Ce que veulent dire les icônes.",
    sys: "Mon ordinateur: durée, température, charge, mémoire, disque.",
    status: "Mon lien au réseau: état, firmware, file, temps d'antenne.",
    about: "Qui s'occupe de moi, comment le joindre, ma version.",
    more: "La suite de ma dernière réponse.",
    stop: "Je ne vous écris plus.",
    start: "Je vous écris de nouveau.",
    mute: "Je ne réponds plus qu'aux admins pendant 1 heure, ou jusqu'à 168.",
    unmute: "Je réponds de nouveau à tous.",
    ban: "Je ne réponds plus à un nœud.",
    unban: "Je réponds de nouveau à un nœud.",
    reload: "Relit ma configuration.",
    reboot: "Redémarre un nœud dont le mien est admin, ou le mien.",
    weather: "La météo actuelle et des jours qui viennent; rain et astro en disent plus.",
    rain: "La pluie du jour, heure par heure.",
    power: "La station solaire: batterie, production, température, pression, humidité.",
    graphs: "Température, pression et humidité de la station ces dernières heures.",
    blitz: "Les éclairs autour de moi: combien, le plus proche, s'ils approchent.",
    vigi: "La vigilance Météo-France, aujourd'hui et demain.",
    remote: "Les autres nœuds que je visite: joints quand, redémarrés quand.",
    stats: "Le réseau en chiffres: top, types, channel, hours, hops; ces dernières heures.",
    top: "Qui a le plus émis ces dernières heures.",
    histo: "Les paquets heure par heure: pos, tele, node, text.",
    hop: "Les nœuds qui règlent le plus de sauts.",
    traffic: "Les derniers textes du canal.",
    packets: "Les paquets par type.",
    neighbors: "Qui entend qui.",
    propag: "Les plus longues liaisons radio.",
    keys: "De qui je connais la clé publique, ou celle d'un nœud.",
    alerts: "Vous envoie mes alertes, ou arrête.",
  },

  hops: {
    direct: "direct",
    count: (hops) => hops === 1 ? "1 saut" : `${hops} sauts`,
    unknown: "sauts inconnus",
    mqtt: "par MQTT",
    ofThisMessage: (hops) => `ce message: ${hops}`,
  },
  signal: {
    unknown: "signal inconnu",
    lastHop: (via) => via === undefined ? "dernier saut" : `dernier saut, par ${via}`,
    neverDirect: "jamais entendu en direct",
  },

  help: {
    before: (prefix) => `${prefix} +`,
    more: (example) => `Détails: ${example}`,
    all: (example) => `Liste: ${example}`,
    aliases: (aliases) => `Aussi: ${aliases}`,
    unknown: "Commande inconnue.",
  },
  echo: {
    off: "l'écho est désactivé.",
    noChannel: (channel) => `le canal ${channel} n'existe pas sur mon nœud.`,
    refused: "un texte qui commence par / ! ou . n'est pas répété.",
    tooLong: (lengthBytes, limitBytes) => `trop long: ${lengthBytes} octets, maximum ${limitBytes}.`,
    repeated: "ce texte vient d'être répété.",
    echoOfEcho: "un écho n'est pas répété.",
    again: (wait) => `à nouveau dans ${wait}.`,
  },
  nodes: {
    header: (count) => `Nœuds directs (<3j): ${count}`,
    none: "Aucun nœud entendu en direct depuis 3 jours.",
  },
  pick: {
    none: (query) => `Aucun nœud "${query}".`,
    several: (count) => `${count} nœuds possibles, lequel ?`,
  },
  node: {
    me: "c'est moi",
    mains: "secteur",
    neverHeard: "jamais entendu",
    keyKnown: "clé connue",
    keyUnknown: "pas de clé",
    keyConflict: "annonce une autre clé !",
  },
  trace: {
    age: (age) => `il y a ${age}`,
    self: "C'est moi.",
    running: (name) => `${name}: une trace est en cours.`,
    again: (wait) => `Une trace toutes les 5 minutes: à nouveau dans ${wait}.`,
    noAnswer: (name) => `${name}: pas de réponse.`,
  },
  more: { none: "C'était tout." },
  stop: {
    done: (start) => `Je ne vous écris plus. ${start} pour revenir.`,
    undone: "Je vous écris de nouveau.",
  },
  admin: {
    only: "Réservé aux admins, en message direct chiffré.",
    muted: (span) => `Je ne réponds qu'aux admins pendant ${span}.`,
    unmuted: "Je réponds de nouveau à tous.",
    banned: (name) => `${name} n'aura plus de réponse.`,
    unbanned: (name) => `${name} aura de nouveau des réponses.`,
    notBanned: (name) => `${name} n'était pas banni.`,
    notMe: "C'est mon propre nœud.",
    notYou: "C'est votre propre nœud.",
    reloaded: "La nouvelle configuration est en place.",
    mistakes: (count) => count === 1 ? "L'ancienne configuration reste, 1 erreur:" : `L'ancienne configuration reste, ${count} erreurs:`,
  },
  reboot: {
    confirmed: (name, wait) => `${name} redémarre dans ${wait}.`,
    unconfirmed: (name) => `${name}: l'ordre est parti, pas de réponse.`,
    noKey: (name) => `${name}: mon nœud ne connaît pas sa clé.`,
    noAnswer: (name) => `${name}: pas de réponse.`,
    notAdmin: (name) => `${name} ne reconnaît pas mon nœud comme admin.`,
    failed: (name, reason) => `${name}: ${reason}`,
  },
  legend: {
    there: "aller",
    back: "retour",
    hops: "sauts",
    lastHeard: "entendu",
    place: "lieu",
    distance: "distance",
    power: "batterie/secteur",
    key: "clé",
  },
  sys: { bot: "Bot", os: "OS", cpu: "CPU", load: "Charge", memory: "RAM", disk: "Disque" },
  status: {
    link: (state: string, age: string, reconnects: number): string =>
      `${state} ${age}, ${reconnects === 1 ? "1 reconnexion" : `${reconnects} reconnexions`}`,
    states: {
      idle: "inactif",
      dialing: "appel en cours",
      configuring: "configuration",
      ready: "prêt",
      waiting: "attente",
      closed: "fermé",
    },
    queue: "file",
    nodeAirTime: "tx",
    ownAirTime: (used: string, total: string): string => `antenne ${used}/${total}s`,
    rules: { free: "libre", short: "chargé: 1 part", admins: "plein: admins" },
    sent: (delivered: number, sealed: number, relayed: number, failed: number): string =>
      `${delivered} ok (🔒${sealed}), ${relayed} relayés, ${failed} ratés`,
    otherClient: "2e client",
    nodes: (count) => count === 1 ? "1 nœud" : `${count} nœuds`,
  },

  weather: weatherFr,
  lightning: lightningFr,
  vigilance: vigilanceFr,
  esphome: esphomeFr,
  remote: remoteFr,
  monitor: monitorFr,
  alerts: alertsFr,
  stats: statsFr,

  router: {
    unknown: (nearest, prefix = "/") =>
      nearest === undefined ? `Commande inconnue. Liste: ${prefix}help` : `Commande inconnue. Vouliez-vous dire ${prefix}${nearest} ?`,
    tooMany: (waitS) => `Trop de commandes: à nouveau dans ${waitS}s.`,
    tooSlow: (command, prefix = "/") => `Désolé, ${prefix}${command} a pris trop de temps.`,
    failed: (command, prefix = "/") => `Désolé, ${prefix}${command} a échoué.`,
  },
};

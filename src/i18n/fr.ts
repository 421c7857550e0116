/** The sentences in French. */
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
    more: (example) => `Détails: ${example}`,
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
    sent: (delivered: number, relayed: number, failed: number): string => `${delivered} ok, ${relayed} relayés, ${failed} ratés`,
    otherClient: "2e client sur mon nœud",
    nodes: (count) => count === 1 ? "1 nœud" : `${count} nœuds`,
  },

  router: {
    unknown: (nearest) => nearest === undefined ? "Commande inconnue. Liste: /help" : `Commande inconnue. Vouliez-vous dire /${nearest} ?`,
    tooMany: (waitS) => `Trop de commandes: à nouveau dans ${waitS}s.`,
    tooSlow: (command) => `Désolé, /${command} a pris trop de temps.`,
    failed: (command) => `Désolé, /${command} a échoué.`,
  },
};

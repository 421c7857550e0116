/** The sentences about stats. */

/** English gives the shape. */
export const statsEn = {
  noHistory: "No history: I cannot read it now.",
  silence: (span: string): string => `Radio silence (${span})`,
  units: { byte: "B", kilobyte: "kB", packets: "pkt", texts: "msg", nodes: "n" },
  /** What a packet carries. */
  types: {
    text: "Text",
    position: "Position",
    nodeInfo: "NodeInfo",
    telemetry: "Telemetry",
    routing: "Routing",
    admin: "Admin",
    traceroute: "Traceroute",
    neighbours: "Neighbours",
    waypoint: "Waypoint",
    alert: "Alert",
    storeForward: "Store&Forward",
    rangeTest: "Range test",
    encrypted: "Encrypted",
    other: (portnum: number): string => `Port ${portnum}`,
  },

  top: (span: string, sums: string): string => `TOP ${span} (${sums})`,
  mostOf: (type: string): string => `Type: ${type}`,
  packetTypes: (span: string, sums: string): string => `Packet types (${span}, ${sums})`,

  packets: (span: string): string => `Packets (${span})`,
  otherPackets: "OTHER",
  total: (sums: string): string => `Total: ${sums}`,
  details: (form: string): string => `Details: ${form}`,
  kinds: (words: string): string => `Types: ${words}`,
  allPackets: "ALL",
  nowAndMean: (now: string, mean: string): string => `Now:${now} Avg:${mean}/h`,

  hops: (span: string): string => `Hop(${span})`,
  /** `shares` is the share of packets by the hops that they took. */
  hopsTaken: (shares: string): string => `Taken: ${shares}`,

  channel: (span: string, mean: string, nodes: number): string => `Channel(${span}): ${mean} | ${nodes}n`,
  channelFree: "✓ Channel OK",
  channelBusy: "⚠️ Channel busy",
  noChannel: (span: string): string => `No node told how busy the channel is (${span}).`,

  traffic: (count: number, span: string): string => `${count}msg (${span})`,
  noTexts: (span: string): string => `Silence (${span})`,
  noChannels: "I listen on no channel.",

  neighbours: {
    reports: (nodes: number, links: number, span: string): string =>
      `${nodes} ${nodes === 1 ? "node" : "nodes"}, ${links} ${links === 1 ? "link" : "links"} (${span})`,
    /** `count` neighbours of a node and their mean SNR. */
    line: (name: string, count: number, snr: string): string => `${name}: ${count}n SNR${snr}`,
    noReports: "No reports: my node drops them unless its Neighbor Info is on.",
    links: (count: number, span: string): string => `Links heard: ${count} (${span})`,
    hears: "hears",
    heardBy: "heard by",
    none: (name: string, span: string): string => `${name}: no radio link (${span}).`,
  },

  propag: {
    header: (count: number, span: string): string => `Top ${count} ${count === 1 ? "link" : "links"} (${span})`,
    record: (days: string, link: string): string => `Record ${days}: ${link}`,
    none: (span: string): string => `No radio link between known places (${span}).`,
  },

  keys: {
    all: (span: string, count: number): string => `${count} ${count === 1 ? "node" : "nodes"} heard (${span}), all with keys.`,
    missing: (span: string, count: number, missing: number): string => `Heard: ${count} (${span}). ${missing} without key`,
    known: (name: string, start: string): string => `${name}: key OK (${start}…)`,
    none: (name: string): string => `${name}: no public key.`,
    noNodeInfo: (name: string): string => `${name}: no NODEINFO received.`,
    conflict: (name: string, start: string): string => `${name}: announces another key! Kept: ${start}…`,
    nobody: (span: string): string => `Nobody heard (${span}).`,
  },
};

/** French. */
export const statsFr: typeof statsEn = {
  noHistory: "Pas d'historique: illisible pour l'instant.",
  silence: (span) => `Silence radio (${span})`,
  units: { byte: "o", kilobyte: "ko", packets: "pqt", texts: "msg", nodes: "n" },
  types: {
    text: "Texte",
    position: "Position",
    nodeInfo: "NodeInfo",
    telemetry: "Télémétrie",
    routing: "Routage",
    admin: "Admin",
    traceroute: "Traceroute",
    neighbours: "Voisinage",
    waypoint: "Repère",
    alert: "Alerte",
    storeForward: "Store&Forward",
    rangeTest: "Portée",
    encrypted: "Chiffré",
    other: (portnum) => `Port ${portnum}`,
  },

  top: (span, sums) => `TOP ${span} (${sums})`,
  mostOf: (type) => `Type: ${type}`,
  packetTypes: (span, sums) => `Types de paquets (${span}, ${sums})`,

  packets: (span) => `Paquets (${span})`,
  otherPackets: "AUTRE",
  total: (sums) => `Total: ${sums}`,
  details: (form) => `Détails: ${form}`,
  kinds: (words) => `Types: ${words}`,
  allPackets: "TOUT",
  nowAndMean: (now, mean) => `Act:${now} Moy:${mean}/h`,

  hops: (span) => `Sauts(${span})`,
  hopsTaken: (shares) => `Faits: ${shares}`,

  channel: (span, mean, nodes) => `Canal(${span}): ${mean} | ${nodes}n`,
  channelFree: "✓ Canal OK",
  channelBusy: "⚠️ Canal chargé",
  noChannel: (span) => `Aucun nœud n'a dit si le canal est chargé (${span}).`,

  traffic: (count, span) => `${count}msg (${span})`,
  noTexts: (span) => `Silence (${span})`,
  noChannels: "Je n'écoute aucun canal.",

  neighbours: {
    reports: (nodes, links, span) => `${nodes} ${nodes < 2 ? "nœud" : "nœuds"}, ${links} ${links < 2 ? "lien" : "liens"} (${span})`,
    line: (name, count, snr) => `${name}: ${count}v SNR${snr}`,
    noReports: "Pas de rapports: mon nœud les jette si son Neighbor Info est éteint.",
    links: (count, span) => `Liens entendus: ${count} (${span})`,
    hears: "entend",
    heardBy: "entendu par",
    none: (name, span) => `${name}: aucun lien radio (${span}).`,
  },

  propag: {
    header: (count, span) => `Top ${count} ${count < 2 ? "liaison" : "liaisons"} (${span})`,
    record: (days, link) => `Record ${days}: ${link}`,
    none: (span) => `Aucune liaison radio entre lieux connus (${span}).`,
  },

  keys: {
    all: (span, count) => `${count} ${count < 2 ? "nœud entendu" : "nœuds entendus"} (${span}), tous avec clé.`,
    missing: (span, count, missing) => `Entendus: ${count} (${span}). ${missing} sans clé`,
    known: (name, start) => `${name}: clé OK (${start}…)`,
    none: (name) => `${name}: pas de clé publique.`,
    noNodeInfo: (name) => `${name}: pas de NODEINFO reçu.`,
    conflict: (name, start) => `${name}: annonce une autre clé! Gardée: ${start}…`,
    nobody: (span) => `Personne entendu (${span}).`,
  },
};

/** What people call their nodes. */

/** Long name (at most 39 bytes) and short name (at most 4 bytes). */
export const NODE_NAMES: readonly (readonly [longName: string, shortName: string])[] = [
  ["Montmartre Relais", "MTMR"],
  ["Camille", "CAM"],
  ["Buttes-Chaumont Nord", "BCN"],
  ["Jean-Luc 🚲", "JLV"],
  ["Hélène balcon", "HEL"],
  ["Oscar's Heltec", "OSC"],
  ["Belleville 868", "BV8"],
  ["Mont Valérien", "MTVL"],
  ["Thomas T-Echo", "THO"],
  ["Péniche Ondine", "OND"],
  ["Nadia", "NAD"],
  ["Meudon Observatoire", "MEUD"],
  ["Chloé voiture", "🚗"],
  ["Bastille Solar", "BSOL"],
  ["Wendy", "WEN"],
  ["Vincennes Donjon", "VIN"],
  ["Radio-club Créteil", "RCC"],
  ["Aïcha", "AICH"],
  ["Station météo Sceaux", "🌦"],
  ["Greg mobile", "GREG"],
  ["Saint-Denis Toit", "STD"],
  ["Marek", "MRK"],
  ["Clamart Bois", "CLAM"],
  ["Louise", "LOU"],
  ["Noisy-le-Grand Gateway", "NLG"],
  ["Vélo taxi 12", "VT12"],
  ["Argenteuil Point Haut", "ARG"],
  ["Pete Walker", "PETE"],
  ["Massy Relay", "MASS"],
  ["Inès", "INES"],
  ["Rando Club 🥾", "RAND"],
  ["Versailles Sud", "VSUD"],
  ["Ferme de Gally", "GALY"],
  ["Hugo lycée", "HUGO"],
  ["Orly Tower Hill", "ORLY"],
  ["Mamie Rose", "ROSE"],
  ["Drone test", "DRN"],
  ["Sarcelles Mesh", "SARC"],
  ["Ludovic F4XYZ", "F4XY"],
  ["Lagny Marne", "LAGN"],
  ["Ben & Zoe", "B&Z"],
  ["Pontault Solaire", "PSOL"],
  ["Jardin partagé", "JARD"],
  ["Montmorency Forêt", "MONT"],
  ["Alix", "ALIX"],
  ["Evry Spirale", "EVRY"],
  ["Kayak Seine", "KYK"],
  ["Sensor Cave 3", "CAV3"],
  ["Poissy Pont", "POIS"],
  ["Yann", "YANN"],
];

/** The name of the nth made-up node, 0 and up; names repeat with a number behind them. */
export function nodeName(index: number): readonly [longName: string, shortName: string] {
  const [longName, shortName] = NODE_NAMES[index % NODE_NAMES.length] as readonly [string, string];
  const round = Math.floor(index / NODE_NAMES.length);
  return round === 0 ? [longName, shortName] : [`${longName} ${round + 1}`, index.toString(36).toUpperCase().padStart(4, "N")];
}

/** The sentences about the solar station. */

/** English gives the shape. */
export const esphomeEn = {
  off: "No solar station is set up here.",
  unreachable: "The station does not answer.",
  refused: "The station refuses my request.",
  unreadable: "I cannot read the station's answer.",
  noData: "The station answers, but has no data.",
  noHistory: "No readings of the station yet.",
  /** Stands before an older reading. */
  ago: (age: string): string => `${age} ago:`,
  now: "now",
  /** What stands before a value whose sensor has no label of its own. */
  labels: { energy: "Today:", temperature: "T:", pressure: "P:", humidity: "HR:" },
};

/** French. */
export const esphomeFr: typeof esphomeEn = {
  off: "Aucune station solaire n'est configurée ici.",
  unreachable: "La station ne répond pas.",
  refused: "La station refuse ma demande.",
  unreadable: "La réponse de la station est illisible.",
  noData: "La station répond, mais n'a pas de données.",
  noHistory: "Pas encore de mesures de la station.",
  ago: (age) => `il y a ${age}:`,
  now: "act.",
  labels: { energy: "Jour:", temperature: "T:", pressure: "P:", humidity: "HR:" },
};

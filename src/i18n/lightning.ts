/** The sentences about lightning. */

/** English gives the shape. */
export const lightningEn = {
  off: "Lightning is off.",
  noPlace: "I do not know where I am.",
  notConnected: "not connected yet",
  /** `3 strikes (15min)`. */
  strikes: (count: number, windowMin: number): string => `${count} ${count === 1 ? "strike" : "strikes"} (${windowMin}min)`,
  /** `where` is distance and direction, as in `8.3km NE`. */
  nearest: (where: string, age: string): string => `nearest: ${where}, ${age} ago`,
  trend: { approaching: "approaching", leaving: "leaving" },
  listening: (span: string): string => `listening for ${span}`,
  noDataSince: (age: string): string => `no data since ${age} ago`,
  /** What was known then. */
  before: (strikes: string): string => `before: ${strikes}`,
  late: (lateness: string): string => `no fresh data: it comes ${lateness} late`,
  over: (radiusKm: number, windowMin: number): string => `Lightning is over: none within ${radiusKm}km for ${windowMin}min`,
};

/** French. */
export const lightningFr: typeof lightningEn = {
  off: "Les éclairs sont désactivés.",
  noPlace: "Je ne sais pas où je suis.",
  notConnected: "pas encore connecté",
  // In French zero is singular.
  strikes: (count, windowMin) => `${count} ${count < 2 ? "éclair" : "éclairs"} (${windowMin}min)`,
  nearest: (where, age) => `+ proche: ${where}, il y a ${age}`,
  trend: { approaching: "se rapproche", leaving: "s'éloigne" },
  listening: (span) => `à l'écoute depuis ${span}`,
  noDataSince: (age) => `pas de données depuis ${age}`,
  before: (strikes) => `avant: ${strikes}`,
  late: (lateness) => `données en retard de ${lateness}`,
  over: (radiusKm, windowMin) => `Fin des éclairs: aucun à moins de ${radiusKm}km depuis ${windowMin}min`,
};

/** The sentences about other nodes. */

/** English gives the shape. */
export const remoteEn = {
  /** Answers of /remote, one line each. */
  none: "I visit no other nodes.",
  reached: (name: string, age: string, took: string): string => `${name}: ${age} ago, ${took}`,
  unreachable: (name: string, age: string): string => `${name}: no answer for ${age}`,
  unvisited: (name: string): string => `${name}: not visited yet`,
  busy: (name: string): string => `${name}: busy with another client`,
  own: (name: string): string => `${name}: I am connected to it already`,
  /** Answers of /nodes with a name. */
  names: (names: string): string => `Other nodes: ${names}`,
  direct: (name: string, count: number): string => `${name}: direct nodes (<3d): ${count}`,
  noneDirect: (name: string): string => `${name}: no node heard directly in 3 days.`,
  noAnswer: (name: string): string => `${name}: no answer.`,
  tooSlow: (name: string): string => `${name}: its list takes too long.`,
  /** Alerts. */
  gone: (name: string, span: string): string => `${name}: gone for ${span}`,
  back: (name: string, span: string): string => `${name}: back after ${span}`,
  isReached: (name: string): string => `${name}: can be reached`,
  restarted: (name: string, age: string): string => `${name}: restarted ${age} ago`,
};

/** French. */
export const remoteFr: typeof remoteEn = {
  none: "Je ne visite aucun autre nœud.",
  reached: (name, age, took) => `${name}: il y a ${age}, ${took}`,
  unreachable: (name, age) => `${name}: sans réponse depuis ${age}`,
  unvisited: (name) => `${name}: pas encore visité`,
  busy: (name) => `${name}: occupé par un autre client`,
  own: (name) => `${name}: j'y suis déjà connecté`,
  names: (names) => `Autres nœuds: ${names}`,
  direct: (name, count) => `${name}: nœuds directs (<3j): ${count}`,
  noneDirect: (name) => `${name}: aucun nœud entendu en direct depuis 3 jours.`,
  noAnswer: (name) => `${name}: pas de réponse.`,
  tooSlow: (name) => `${name}: sa liste est trop lente à lire.`,
  gone: (name, span) => `${name}: disparu depuis ${span}`,
  back: (name, span) => `${name}: de retour après ${span}`,
  isReached: (name) => `${name}: joignable`,
  restarted: (name, age) => `${name}: redémarré il y a ${age}`,
};

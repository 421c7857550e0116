/** The sentences about weather. */
import type { Sky } from "../services/weather/sky.ts";

type SkyWords = Record<Exclude<Sky, "unknown">, string>;

const skyEn: SkyWords = {
  clear: "clear",
  fair: "fair",
  partlyCloudy: "partly cloudy",
  overcast: "overcast",
  fog: "fog",
  drizzle: "drizzle",
  rain: "rain",
  heavyRain: "heavy rain",
  sleet: "sleet",
  freezingRain: "freezing rain",
  snow: "snow",
  heavySnow: "heavy snow",
  storm: "storm",
};

const skyFr: SkyWords = {
  clear: "clair",
  fair: "peu nuageux",
  partlyCloudy: "éclaircies",
  overcast: "couvert",
  fog: "brouillard",
  drizzle: "bruine",
  rain: "pluie",
  heavyRain: "forte pluie",
  sleet: "neige fondue",
  freezingRain: "pluie verglaçante",
  snow: "neige",
  heavySnow: "forte neige",
  storm: "orage",
};

/** English gives the shape. */
export const weatherEn = {
  sky: skyEn,
  today: "Today",
  tomorrow: "Tomorrow",
  next24h: "24h",
  /** From Sunday on. */
  weekdays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  /** From new moon on. */
  moon: [
    "new moon",
    "waxing crescent",
    "first quarter",
    "waxing gibbous",
    "full moon",
    "waning gibbous",
    "last quarter",
    "waning crescent",
  ],
  rain: (max: string, total: string): string => `max ${max}, total ${total}`,
  noRain: "no rain",
  age: (age: string): string => `(${age} ago)`,
  off: "Weather is off.",
  /** `example` is the command with a place. */
  whereAmI: (example: string): string => `My node does not know where it is: ${example}`,
  unknownPlace: (place: string): string => `"${place}" not found.`,
  noPlace: "That is no place.",
  noDay: "No forecast for that day.",
  noHours: "No rain by the hour for that day.",
  failed: (wait: string): string => `No weather now: no source answers. Again in ${wait}.`,
  see: (command: string): string => `See ${command}.`,
};

/** French. */
export const weatherFr: typeof weatherEn = {
  sky: skyFr,
  today: "Aujourd'hui",
  tomorrow: "Demain",
  next24h: "24h",
  weekdays: ["Dim", "Lun", "Mar", "Mer", "Jeu", "Ven", "Sam"],
  moon: [
    "nouvelle lune",
    "premier croissant",
    "premier quartier",
    "gibbeuse croissante",
    "pleine lune",
    "gibbeuse décroissante",
    "dernier quartier",
    "dernier croissant",
  ],
  rain: (max, total) => `max ${max}, total ${total}`,
  noRain: "pas de pluie",
  age: (age) => `(il y a ${age})`,
  off: "La météo est désactivée.",
  whereAmI: (example) => `Mon nœud ne sait pas où il est: ${example}`,
  unknownPlace: (place) => `"${place}" introuvable.`,
  noPlace: "Ce n'est pas un lieu.",
  noDay: "Pas de prévision pour ce jour.",
  noHours: "Pas de pluie par heure pour ce jour.",
  failed: (wait) => `Pas de météo: aucune source ne répond. À nouveau dans ${wait}.`,
  see: (command) => `Voir ${command}.`,
};

/** The sentences about vigilance. */
import type { ServiceFault } from "../errors.ts";
import type { Colour, Phenomenon } from "../services/vigilance/standing.ts";
import type { Missing } from "../services/vigilance/unreadable.ts";
import type { Way } from "../services/vigilance/bulletin.ts";

/** A sentence for each thing that can be missing; `what` is its name, date or number. */
type MissingTexts = Record<Missing, (what: string) => string>;

const coloursEn: Record<Colour, string> = { green: "green", yellow: "yellow", orange: "orange", red: "red" };

const phenomenaEn: Record<Phenomenon, string> = {
  wind: "wind",
  rain: "rain and floods",
  thunderstorms: "thunderstorms",
  floods: "rivers in flood",
  snow: "snow and ice",
  heat: "heat",
  cold: "cold",
  avalanches: "avalanches",
  waves: "high waves",
  cyclone: "cyclone",
  fog: "fog",
  fire: "forest fires",
};

const waysEn: Record<Way, string> = { api: "API", page: "page", meteoalarm: "MeteoAlarm" };

const faultsEn: Record<ServiceFault, string> = {
  unreachable: "not reached",
  slow: "no answer in time",
  refused: "refused",
  tooBig: "too long",
  unreadable: "unreadable",
};

const missingEn: MissingTexts = {
  json: () => "no JSON",
  field: (what) => `no ${what}`,
  headings: () => "no dated headings of two days",
  date: (what) => `dated ${what}`,
  section: (what) => `nothing under ${what}`,
  list: (what) => `no list of ${what}`,
  entries: (what) => `empty list of ${what}`,
  stray: (what) => `${what} is in no list`,
  end: () => "its end is missing",
  department: (what) => `no ${what} in it`,
  recent: () => "no recent warning of France",
};

/** English gives the shape. */
export const vigilanceEn = {
  off: "vigilance is off.",
  /** `example` is the command with a department. */
  noDepartment: (text: string, example: string): string => `No department "${text}". Example: ${example}`,
  /** `59 Nord` and its colour. */
  title: (department: string, colour: string): string => `Vigilance ${department}: ${colour}`,
  unknown: "unknown",
  colours: coloursEn,
  phenomena: phenomenaEn,
  /** Colour and phenomena. */
  tomorrow: (text: string): string => `Tomorrow: ${text}`,
  issued: (when: string): string => `issued ${when}`,
  by: (source: string): string => `by ${source}`,
  old: (age: string): string => `⚠️ read ${age} ago`,
  backTo: (colour: Colour): string => `back to ${coloursEn[colour]}`,
  ways: waysEn,
  faults: faultsEn,
  missing: missingEn,
};

const coloursFr: typeof coloursEn = { green: "vert", yellow: "jaune", orange: "orange", red: "rouge" };

/** French. */
export const vigilanceFr: typeof vigilanceEn = {
  off: "vigilance désactivée.",
  noDepartment: (text, example) => `Pas de département « ${text} ». Exemple: ${example}`,
  title: (department, colour) => `Vigilance ${department}: ${colour}`,
  unknown: "inconnue",
  colours: coloursFr,
  phenomena: {
    wind: "vent violent",
    rain: "pluie-inondation",
    thunderstorms: "orages",
    floods: "crues",
    snow: "neige-verglas",
    heat: "canicule",
    cold: "grand froid",
    avalanches: "avalanches",
    waves: "vagues-submersion",
    cyclone: "cyclone",
    fog: "brouillard",
    fire: "feux de forêt",
  },
  tomorrow: (text) => `Demain: ${text}`,
  issued: (when) => `diffusé à ${when}`,
  by: (source) => `par ${source}`,
  old: (age) => `⚠️ lu il y a ${age}`,
  backTo: (colour) => colour === "orange" ? "retour à l'orange" : `retour au ${coloursFr[colour]}`,
  ways: { api: "API", page: "page", meteoalarm: "MeteoAlarm" },
  faults: { unreachable: "injoignable", slow: "pas de réponse à temps", refused: "refus", tooBig: "trop long", unreadable: "illisible" },
  missing: {
    json: () => "pas de JSON",
    field: (what) => `${what} manque`,
    headings: () => "pas de titres datés de deux jours",
    date: (what) => `datée du ${what}`,
    section: (what) => `rien sous ${what}`,
    list: (what) => `pas de liste ${what}`,
    entries: (what) => `liste ${what} vide`,
    stray: (what) => `${what} hors des listes`,
    end: () => "sa fin manque",
    department: (what) => `${what} n'y est pas`,
    recent: () => "aucune alerte récente de la France",
  },
};

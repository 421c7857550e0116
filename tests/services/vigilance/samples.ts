/** Answers of the documented shapes, made for any day: Météo-France's page in several markups, its API, MeteoAlarm's feed. */
import { allDepartments } from "../../../src/services/vigilance/departments.ts";
import { localTime, momentOf, nextDate } from "../../../src/services/vigilance/local_time.ts";
import type { Colour } from "../../../src/services/vigilance/standing.ts";

/** Departments of one colour: the text of each, such as `Nord (59)`, and of its phenomena. */
export type Lists = Partial<Record<Exclude<Colour, "green">, readonly (readonly [department: string, ...phenomena: string[]])[]>>;

/** What the page says of a day. */
export interface PageDay {
  /** `2026-07-13`. */
  readonly date: string;
  /** What stands behind `Diffusion :`. */
  readonly issued?: string;
  readonly lists?: Lists;
}

/** One way to mark up the same texts. */
export interface Markup {
  readonly name: string;
  render(days: readonly PageDay[]): string;
}

const COLOUR_WORDS = { red: "rouge", orange: "orange", yellow: "jaune" } as const;
const COLOURS = ["red", "orange", "yellow"] as const;

/** `lundi 13 juillet 2026`. */
export function frenchDate(date: string): string {
  const format = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("fr-FR", format);
}

/** Today and tomorrow in Paris at a moment, and the days around them. */
export function datesAt(wallMs: number, timeZone = "Europe/Paris"): { yesterday: string; today: string; tomorrow: string } {
  const day = 86_400_000;
  const today = localTime(wallMs, timeZone).date;
  return {
    yesterday: new Date(Date.parse(`${today}T00:00:00Z`) - day).toISOString().slice(0, 10),
    today,
    tomorrow: nextDate(today),
  };
}

/** The moment of a date and time in Paris, in milliseconds since 1970. */
export function parisTime(date: string, time: string): number {
  for (const offset of ["+02:00", "+01:00"]) {
    const wallMs = momentOf(`${date}T${time}:00${offset}`) ?? NaN;
    const { date: seen, hour } = localTime(wallMs, "Europe/Paris");
    if (seen === date && hour === Number(time.slice(0, 2))) return wallMs;
  }
  throw new Error(`There is no ${date} ${time} in Paris`);
}

/** Two days as the page has them: wind and thunderstorms in the Nord, heat in the south, tomorrow calmer. */
export function usualDays({ today, tomorrow }: { today: string; tomorrow: string }): PageDay[] {
  return [
    {
      date: today,
      issued: `${frenchDate(today)} à 16h02`,
      lists: {
        red: [["Gard (30)", "Pluie-inondation", "Crues"]],
        orange: [["Nord (59)", "Vent violent", "Orages"], ["Corse-du-Sud (2A)", "Vagues-submersion"]],
        yellow: [["Nord (59)", "Canicule"], ["Andorre", "Avalanches"], ["Val d'Oise (95)", "Neige-verglas", "Grand froid"]],
      },
    },
    {
      date: tomorrow,
      issued: `${frenchDate(tomorrow)} à 16h02`,
      lists: { yellow: [["Nord (59)", "Orages"], ["Haute-Corse (2B)", "Grand froid"]] },
    },
  ];
}

const SCRIPT = `<script>var t = "Nom des départements en vigilance rouge : Nord (59) Orages";</script>`;
const COMMENT = "<!-- Nom des départements en vigilance rouge : Nord (59) -->";
const MENU = `<nav><ul><li>Nord (59)</li><li>Vigilance rouge</li></ul></nav>`;
const CHOICE = `<select>${allDepartments().map(({ code, name }) => `<option>${name} (${code})</option>`).join("")}</select>`;
const DEFINITIONS = ["Une vigilance absolue s'impose", "Soyez très vigilant", "Soyez attentif"];

function heading({ date }: PageDay): string {
  return `Vigilance météo et crues pour le ${frenchDate(date)}`;
}

function listsOf({ lists = {} }: PageDay): (readonly [word: string, entries: NonNullable<Lists["red"]>])[] {
  return COLOURS.flatMap((colour) => lists[colour] === undefined ? [] : [[COLOUR_WORDS[colour], lists[colour]] as const]);
}

const nested: Markup = {
  name: "headings and nested lists",
  render: (days) =>
    `<!DOCTYPE html><html lang="fr"><head><title>Vigilance rouge Nord (59)</title>${SCRIPT}<style>p { color: red }</style></head><body>${MENU}
    <main><h1>Vigilance Accessible</h1>${CHOICE}${
      days.map((day) =>
        `<section><h2>${heading(day)}</h2><p>Diffusion : <time>${day.issued ?? ""}</time></p>${
          listsOf(day).map(([word, entries]) =>
            `<h3>Nom des départements en vigilance ${word} :</h3><ul>${
              entries.map(([name, ...phenomena]) => `<li>${name}<ul>${phenomena.map((one) => `<li>${one}</li>`).join("")}</ul></li>`).join(
                "\n",
              )
            }</ul>`
          ).join("")
        }</section>`
      ).join(COMMENT)
    }<h2>Définition de la vigilance rouge</h2><p>${DEFINITIONS[0]}</p><h2>Définition de la vigilance orange</h2><p>${DEFINITIONS[1]}</p>
    <h2>Votre vigilance en outre-mer</h2><ul><li>Guadeloupe (971)</li><li>La Réunion (974)</li></ul></main><footer>Nord (59)</footer></body></html>`,
};

const paragraphs: Markup = {
  name: "paragraphs with breaks and entities",
  render: (days) =>
    `<body>${
      days.map((day) =>
        `<p><strong>${entities(heading(day))}</strong><br/>Diffusion&nbsp;: ${entities(day.issued ?? "")}<br>${
          listsOf(day).map(([word, entries]) =>
            `Nom des d&eacute;partements en vigilance&nbsp;<b>${word}</b>&#160;:<br>${
              entries.map(([name, ...phenomena]) => `${entities(name)}<br>${phenomena.map(entities).join("<br>")}`).join("<br>")
            }<br>`
          ).join("")
        }</p>`
      ).join("")
    }<p>D&eacute;finition de la vigilance&nbsp;rouge</p><p>Votre vigilance en outre-mer</p></body>`,
};

const spans: Markup = {
  name: "nothing but spans, split within sentences",
  render: (days) =>
    days.map((day) =>
      `<div><span>Vigilance météo et crues</span> <span>pour le</span><span> ${
        frenchDate(day.date).replaceAll(" ", "</span><span> ")
      }</span></div>
      <div><span>Diffusion</span><span>:</span><span>${day.issued ?? ""}</span></div>${
        listsOf(day).map(([word, entries]) =>
          `<div><span>Nom des départements</span><span>en vigilance</span><span class="c">${word}</span><span>:</span></div>${
            entries.map(([name, ...phenomena]) =>
              `<div><span>${name.replace("(", "</span><span>(</span><span>").replace(")", "</span><span>)")}</span>${
                phenomena.map((one) => `<span>${one}</span>`).join("")
              }</div>`
            ).join("")
          }`
        ).join("")
      }`
    ).join("") + "<div>Définition de la vigilance rouge</div>",
};

const table: Markup = {
  name: "a table, capitals, decomposed accents and odd hyphens",
  render: (days) =>
    `<table>${
      days.map((day) =>
        `<tr><th colspan=2>${heading(day).toUpperCase().normalize("NFD")}</th></tr><tr><td>DIFFUSION :<td>${day.issued ?? ""}</tr>${
          listsOf(day).map(([word, entries]) =>
            `<tr><th>NOM DES D\u00c9PARTEMENTS EN VIGILANCE ${word.toUpperCase()} :</th></tr>${
              entries.map(([name, ...phenomena]) =>
                `<tr><td>${name.replaceAll("-", "\u2011").replaceAll(" ", "\u202f")}<td>${
                  phenomena.join(", ").replaceAll("-", "\u2013")
                }</tr>`
              ).join("")
            }`
          ).join("")
        }`
      ).join("")
    }</table><p>D\u00e9finition de la vigilance</p>`,
};

const broken: Markup = {
  name: "unclosed and crossed elements, with a table of contents",
  render: (days) =>
    `<html><body><div><p><a href=#1>${heading(days[0] as PageDay)}<li><a href=#2>${heading(days[1] as PageDay)}</div></b>${
      days.map((day) =>
        `<h2><a name=x>${heading(day)}</h3><p>Diffusion : ${day.issued ?? ""} <b><i>${
          listsOf(day).map(([word, entries]) =>
            `</b><p>Nom des départements en vigilance ${word} :<dl>${
              entries.map(([name, ...phenomena]) => `<dt>${name}<dd>${phenomena.join("<dd>")}`).join("")
            }`
          ).join("</ul>")
        }`
      ).join("")
    }<p>Définition de la vigilance <p>Votre vigilance en outre-mer`,
};

/** Every markup that is tried. */
export const MARKUPS: readonly Markup[] = [nested, paragraphs, spans, table, broken];

/** The page as the first of them has it. */
export function pageHtml(days: readonly PageDay[]): string {
  return nested.render(days);
}

function entities(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => `&#x${character.codePointAt(0)?.toString(16)};`).replaceAll("'", "&rsquo;");
}

/** Of one department in the API's map. */
export interface ApiDomain {
  readonly domain_id: string;
  readonly max_color_id: number;
  /** phenomenon_id to colour. */
  readonly phenomena?: Readonly<Record<string, number>>;
}

/** The API's map: what is not given is green. */
export function apiJson(today: readonly ApiDomain[], tomorrow: readonly ApiDomain[], updateTime: string): unknown {
  const period = (echeance: string, domains: readonly ApiDomain[], begin: string) => ({
    echeance,
    begin_validity_time: begin,
    end_validity_time: begin,
    text_items: { title: "", text: [] },
    timelaps: { domain_ids: [...allGreen(domains), ...domains].map(domainOf) },
  });
  const date = localTime(Date.parse(updateTime), "Europe/Paris").date;
  return {
    product: {
      warning_type: "vigilance",
      type_cdp: "cdp_carte_externe",
      version_vigilance: "V6",
      update_time: updateTime,
      domain_id: "FRA",
      global_max_color_id: "1",
      periods: [
        period("J", today, new Date(parisTime(date, "06:00")).toISOString()),
        period("J1", tomorrow, new Date(parisTime(nextDate(date), "00:00")).toISOString()),
      ],
    },
    meta: { snapshot_id: "1", product_datetime: updateTime },
  };
}

function allGreen(given: readonly ApiDomain[]): ApiDomain[] {
  const taken = new Set(given.map(({ domain_id }) => domain_id));
  return allDepartments().filter(({ code, zone }) => zone === "mainland" && !taken.has(code))
    .map(({ code }) => ({ domain_id: code, max_color_id: 1 }));
}

function domainOf({ domain_id, max_color_id, phenomena = {} }: ApiDomain): unknown {
  const phenomenon_items = Object.entries(phenomena).map(([phenomenon_id, color]) => ({
    phenomenon_id,
    phenomenon_max_color_id: color,
    timelaps_items: [],
  }));
  return { domain_id, max_color_id, phenomenon_items };
}

/** A warning in MeteoAlarm's feed. */
export interface FeedWarning {
  readonly areas: readonly (string | readonly [areaDesc: string, geocode: string, valueName?: string])[];
  /** awareness_level. */
  readonly level: string;
  /** awareness_type. */
  readonly type?: string;
  readonly onsetWallMs: number;
  readonly expiresWallMs: number;
  readonly sentWallMs: number;
  readonly status?: string;
  readonly msgType?: string;
  readonly identifier?: string;
  readonly references?: string;
}

/** MeteoAlarm's feed: CAP as JSON, each alert in French and in English. */
export function feedJson(warnings: readonly FeedWarning[]): unknown {
  return { warnings: warnings.map((warning, index) => ({ uuid: `uuid-${index}`, alert: alertOf(warning, index) })) };
}

function alertOf(warning: FeedWarning, index: number): unknown {
  const { areas, level, type = "1; Wind", onsetWallMs, expiresWallMs, sentWallMs, references } = warning;
  const info = (language: string, event: string) => ({
    language,
    category: ["Met"],
    event,
    responseType: ["Monitor"],
    urgency: "Future",
    severity: "Moderate",
    certainty: "Likely",
    effective: new Date(onsetWallMs).toISOString(),
    onset: new Date(onsetWallMs).toISOString(),
    expires: new Date(expiresWallMs).toISOString(),
    senderName: "METEO-FRANCE",
    headline: event,
    parameter: [{ valueName: "awareness_level", value: level }, { valueName: "awareness_type", value: type }],
    area: areas.map((area) =>
      typeof area === "string"
        ? { areaDesc: area, geocode: [] }
        : { areaDesc: area[0], geocode: [{ value: area[1], valueName: area[2] ?? "NUTS3" }] }
    ),
  });
  return {
    identifier: warning.identifier ?? `2.49.0.0.250.0.FR.${index}`,
    sender: "vigilance@meteo.fr",
    sent: new Date(sentWallMs).toISOString(),
    status: warning.status ?? "Actual",
    msgType: warning.msgType ?? "Alert",
    scope: "Public",
    ...(references === undefined ? {} : { references }),
    info: [info("fr-FR", "Vigilance jaune"), info("en-GB", "Moderate warning")],
  };
}

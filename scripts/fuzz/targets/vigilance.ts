/** Météo-France's page and API, and MeteoAlarm's feed. */
import { sentences } from "../../../src/i18n/mod.ts";
import { htmlTexts } from "../../../src/io/html.ts";
import { readApi } from "../../../src/services/vigilance/api.ts";
import { type Bulletin, readingOf } from "../../../src/services/vigilance/bulletin.ts";
import { departmentOf } from "../../../src/services/vigilance/departments.ts";
import { localTime } from "../../../src/services/vigilance/local_time.ts";
import { readMeteoalarm } from "../../../src/services/vigilance/meteoalarm.ts";
import { readPage } from "../../../src/services/vigilance/page.ts";
import { readingText } from "../../../src/services/vigilance/text.ts";
import { allowing, mustHold, type Target, textOf } from "../target.ts";
import { isUnreadable } from "./weather.ts";

/** The moment for which the pages of the corpus were made. */
export const CORPUS_WALL_MS: number = Date.UTC(2026, 5, 15, 15);
const DEPARTMENTS = ["59", "30", "2A", "95", "99"];
const LIMIT_BYTES = 200;

export const vigilancePage: Target = {
  name: "vigilance_page",
  shape: "html",
  words: [
    "Nord (59)",
    "Gard (30)",
    "Vigilance rouge",
    "Diffusion :",
    "Nom des départements en vigilance orange :",
    "Aucun",
    "lundi 15 juin 2026",
  ],
  open: () => ({
    async run(input) {
      let texts: string[];
      try {
        texts = await htmlTexts(textOf(input));
      } catch (error) {
        if (isUnreadable(error)) return;
        throw error;
      }
      check(allowing(isUnreadable, () => readPage(texts, localTime(CORPUS_WALL_MS, "Europe/Paris"))));
    },
  }),
};

export const vigilanceApi: Target = {
  name: "vigilance_api",
  shape: "json",
  open: () => ({ run: (input) => check(allowing(isUnreadable, () => readApi(textOf(input), CORPUS_WALL_MS))) }),
};

export const meteoalarm: Target = {
  name: "meteoalarm",
  shape: "json",
  open: () => ({ run: (input) => check(allowing(isUnreadable, () => readMeteoalarm(textOf(input), CORPUS_WALL_MS))) }),
};

function check(bulletin: Bulletin | undefined): void {
  if (bulletin === undefined) return;
  for (const code of DEPARTMENTS) {
    const department = departmentOf(code);
    if (department === undefined) continue;
    const reading = allowing(isUnreadable, () => readingOf(bulletin, department, CORPUS_WALL_MS));
    if (reading === undefined) continue;
    for (const language of ["en", "fr"] as const) {
      const text = readingText(reading, sentences(language), LIMIT_BYTES);
      mustHold(new TextEncoder().encode(text).length <= LIMIT_BYTES, "a reading fits in a message");
    }
  }
}

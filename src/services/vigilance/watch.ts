/** From readings to conditions: what of the configured department is worth an alert. */
import type { Clock } from "../../clock.ts";
import type { Condition, Report } from "../../condition.ts";
import type { Sentences } from "../../i18n/mod.ts";
import type { Reading } from "./bulletin.ts";
import { type Colour, COLOURS, reaches } from "./standing.ts";
import { ICONS, readingText } from "./text.ts";

/** What watching takes. */
export interface WatchOptions {
  readonly clock: Clock;
  readonly alertFrom: Colour;
  readonly say: Sentences;
  readonly report: Report;
}

const TEXT_BYTES = 200;

// For that long a fact that Météo-France itself told is not taken back because MeteoAlarm, which has other hours, does not tell it.
const OWN_WORD_MS = 3 * 3_600_000;

/** Takes every reading of the configured department. */
export function createWatch({ clock, alertFrom, say, report }: WatchOptions): (reading: Reading) => void {
  let own: { readonly facts: readonly string[]; readonly atMs: number } | undefined;
  return (reading) => {
    const facts = factsOf(reading, alertFrom);
    if (reading.way !== "meteoalarm") {
      own = { facts, atMs: clock.nowMs() };
    } else if (own !== undefined && clock.nowMs() - own.atMs < OWN_WORD_MS && own.facts.some((fact) => !facts.includes(fact))) {
      return;
    }
    report(conditionOf(reading, facts, say));
  };
}

/** The colours reached from `from` on, and the phenomena that have reached it: empty below. */
export function factsOf({ today }: Reading, from: Colour): string[] {
  const colours = COLOURS.filter((colour) => reaches(colour, from) && reaches(today.colour, colour));
  const phenomena = [...today.phenomena].filter(([, colour]) => reaches(colour, from)).map(([phenomenon]) => phenomenon);
  return [...colours, ...phenomena.sort()];
}

function conditionOf(reading: Reading, facts: readonly string[], say: Sentences): Condition {
  const { department: { code }, today: { colour } } = reading;
  return {
    key: `vigilance ${code}`,
    facts,
    text: facts.length > 0
      ? readingText(reading, say, TEXT_BYTES)
      : `${ICONS[colour]} ${say.vigilance.title(code, say.vigilance.backTo(colour))}`,
    urgent: colour === "red",
  };
}

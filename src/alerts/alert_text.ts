/** Several alerts as one message. */
import { beginsLikeBait } from "../i18n/bait.ts";
import type { Sentences } from "../i18n/mod.ts";
import { splitText, textLengthBytes } from "../mesh/text.ts";

// The shortest message of the configuration has so many.
const LEAST_BYTES = 20;

/** A message, and how many of the texts are in it, from the first on. */
export interface JoinedAlerts {
  readonly text: string;
  readonly count: number;
}

/** As many of the texts as one message holds, a line each, and how many are still to come; one at least, cut where it is too long. */
export function joinAlerts(texts: readonly string[], limitBytes: number, say: Sentences): JoinedAlerts {
  for (let count = texts.length; count > 1; count--) {
    const text = harmless(withRest(texts.slice(0, count).join("\n"), texts.length - count, say));
    if (textLengthBytes(text) <= limitBytes) return { text, count };
  }
  const first = harmless(texts[0] ?? "");
  const rest = withRest("", texts.length - 1, say);
  const roomBytes = limitBytes - textLengthBytes(rest);
  return { text: roomBytes < LEAST_BYTES ? cut(first, limitBytes) : cut(first, roomBytes) + rest, count: 1 };
}

function cut(text: string, maxBytes: number): string {
  return splitText(text, { maxBytes, maxParts: 1 })[0] ?? "";
}

function withRest(text: string, rest: number, say: Sentences): string {
  return rest === 0 ? text : `${text}\n${say.alerts.more(rest)}`;
}

/** Another bot on a channel may answer what begins with certain words. */
function harmless(text: string): string {
  return beginsLikeBait(text) ? `🔔 ${text}` : text;
}

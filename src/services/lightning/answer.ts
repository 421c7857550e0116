/** What the mesh reads about lightning. */
import type { CompassPoint } from "../../geo.ts";
import { formatAge } from "../../i18n/format.ts";
import type { Sentences } from "../../i18n/mod.ts";
import type { Picture } from "./picture.ts";

/** What can be said now. */
export type Standing =
  | { readonly kind: "noPlace" }
  | { readonly kind: "notConnected" }
  | {
    readonly kind: "listening";
    readonly picture: Picture;
    /** For how long nothing was missed; undefined when that is the whole window. */
    readonly listenedMs: number | undefined;
  }
  /** Strikes come, all older than the window. */
  | { readonly kind: "late"; readonly latenessMs: number }
  /** `before` is the window as it was at the end of the data. */
  | { readonly kind: "away"; readonly sinceMs: number; readonly before: Picture };

/** What a text is made from; `nowMs` is monotonic. */
export interface Wording {
  readonly say: Sentences;
  readonly nowMs: number;
  readonly windowMin: number;
}

const ICON = "⚡";
// Nearer than the relay's own precision there is no direction.
const OVERHEAD_M = 50;

/** The answer to /blitz; the text of an alert is the same. */
export function answerText(standing: Standing, wording: Wording): string {
  const { say, nowMs } = wording;
  switch (standing.kind) {
    case "noPlace":
      return `${ICON} ${say.lightning.noPlace}`;
    case "notConnected":
      return `${ICON} ${say.lightning.notConnected}`;
    case "late":
      return `${ICON} ${say.lightning.late(formatAge(standing.latenessMs, say))}`;
    case "listening": {
      const lines = pictureLines(standing.picture, wording);
      if (standing.listenedMs !== undefined) lines.push(say.lightning.listening(formatAge(standing.listenedMs, say)));
      return `${ICON} ${lines.join("\n")}`;
    }
    case "away": {
      const since = say.lightning.noDataSince(formatAge(nowMs - standing.sinceMs, say));
      const [count = "", ...rest] = pictureLines(standing.before, wording);
      return `${ICON} ${[since, say.lightning.before(count), ...rest].join("\n")}`;
    }
  }
}

/** The text of an alert's end. */
export function endText(radiusKm: number, { say, windowMin }: Wording): string {
  return `${ICON} ${say.lightning.over(radiusKm, windowMin)}`;
}

function pictureLines({ count, nearest, trend }: Picture, { say, nowMs, windowMin }: Wording): string[] {
  const lines = [say.lightning.strikes(count, windowMin)];
  if (nearest !== undefined) {
    const where = whereText(nearest.distanceM, nearest.direction, say);
    lines.push(say.lightning.nearest(where, formatAge(nowMs - nearest.atMs, say)));
  }
  if (trend !== undefined) lines.push(say.lightning.trend[trend]);
  return lines;
}

/** `8.3km NE`. */
function whereText(distanceM: number, direction: CompassPoint, say: Sentences): string {
  const distance = `${(distanceM / 1000).toFixed(1)}km`;
  return distanceM < OVERHEAD_M ? distance : `${distance} ${say.compass[direction]}`;
}

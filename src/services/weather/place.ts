/** The place that somebody asks for: a text from the mesh, made harmless before it goes anywhere. */
import { formatPlace } from "../../geo.ts";

/** A name, or a point rounded to two decimals, about a kilometre. */
export type WeatherPlace =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "point"; readonly latitude: number; readonly longitude: number };

const MAX_NAME_CHARS = 60;
const MAX_TEXT_CHARS = 400;

/**
 * The place of a text. All but letters, digits and the punctuation of names is dropped, and what stands in front of the first letter or
 * digit: no scheme, path, option or prefix of wttr.in (`@`, `:`, `~`) is left. Undefined when no name is left, or one that is too long.
 */
export function readPlace(text: string): WeatherPlace | undefined {
  if (text.length > MAX_TEXT_CHARS) return undefined;
  const point = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (point !== null) return pointPlace({ latitude: Number(point[1]), longitude: Number(point[2]) });
  const name = text
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}'’.,()-]+/gu, " ")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}.)]+$/gu, "");
  return name === "" || [...name].length > MAX_NAME_CHARS ? undefined : { kind: "name", name };
}

/** The point to two decimals; undefined when there is no such point on earth. */
export function pointPlace({ latitude, longitude }: { readonly latitude: number; readonly longitude: number }): WeatherPlace | undefined {
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined;
  return { kind: "point", latitude: hundredths(latitude), longitude: hundredths(longitude) };
}

/** `48.83,2.36` or the name. */
export function placeText(place: WeatherPlace): string {
  return place.kind === "name" ? place.name : formatPlace(place);
}

/** What wttr.in is asked for, not encoded; one key for all the ways of writing a place. */
export function wttrName(place: WeatherPlace): string {
  const text = placeText(place);
  // Three letters are an airport there. People write Pau and Gap for towns, and airports in capitals.
  return /^\p{L}{3}$/u.test(text) && !/^[A-Z]{3}$/.test(text) ? `~${text}` : text;
}

function hundredths(degrees: number): number {
  return Math.round(degrees * 100) / 100 + 0;
}

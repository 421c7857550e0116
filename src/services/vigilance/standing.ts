/** How a department stands: colours and phenomena, whichever way they came. */

/** The four levels. */
export type Colour = "green" | "yellow" | "orange" | "red";

/** What a colour is given for. */
export type Phenomenon =
  | "wind"
  | "rain"
  | "thunderstorms"
  | "floods"
  | "snow"
  | "heat"
  | "cold"
  | "avalanches"
  | "waves"
  | "cyclone"
  | "fog"
  | "fire";

/** A department on one day. */
export interface Standing {
  readonly colour: Colour;
  /** Each with its own colour, never green. */
  readonly phenomena: ReadonlyMap<Phenomenon, Colour>;
}

/** From green on, so that the index is the level. */
export const COLOURS: readonly Colour[] = ["green", "yellow", "orange", "red"];

/** Nothing to watch. */
export const GREEN: Standing = { colour: "green", phenomena: new Map() };

/** 0 for green to 3 for red. */
export function levelOf(colour: Colour): number {
  return COLOURS.indexOf(colour);
}

/** True from `from` on. */
export function reaches(colour: Colour, from: Colour): boolean {
  return levelOf(colour) >= levelOf(from);
}

/** Both together: the higher colour of each. */
export function merge(one: Standing, other: Standing): Standing {
  const phenomena = new Map(one.phenomena);
  for (const [phenomenon, colour] of other.phenomena) {
    if (colour !== "green" && reaches(colour, phenomena.get(phenomenon) ?? "green")) phenomena.set(phenomenon, colour);
  }
  return { colour: reaches(one.colour, other.colour) ? one.colour : other.colour, phenomena };
}

/** A standing of that colour for those phenomena. */
export function standing(colour: Colour, phenomena: Iterable<Phenomenon>): Standing {
  return { colour, phenomena: colour === "green" ? new Map() : new Map([...phenomena].map((phenomenon) => [phenomenon, colour])) };
}

/** The names that the schema knows, and the one that was probably meant by another. */
import { nearest } from "../nearest.ts";

/** Questions about the names of a table of keys. */
export interface KnownNames {
  isKey(name: string): boolean;
  isSection(name: string): boolean;
  /** The section that a misspelt one was probably meant to be. */
  nearestSection(name: string): string | undefined;
  /** The key that a misspelt or misplaced one was probably meant to be, by full name. */
  nearestKey(name: string): string | undefined;
  /** What may stand in a section ("" is the top of the file), without the section's name. */
  keysIn(section: string): readonly string[];
}

/** The names of a table with keys such as `mesh.channels`. */
export function knownNames(fullNames: readonly string[]): KnownNames {
  const keys = new Set(fullNames);
  const sections = new Set(fullNames.flatMap(sectionsAbove));
  const keysIn = (section: string) => fullNames.filter((name) => sectionOf(name) === section).map(lastPart);
  return {
    isKey: (name) => keys.has(name),
    isSection: (name) => sections.has(name),
    nearestSection: (name) => nearest(name, sections),
    nearestKey(name) {
      const section = sectionOf(name);
      const elsewhere = fullNames.filter((known) => lastPart(known) === lastPart(name));
      if (elsewhere.length === 1) return elsewhere[0];
      const near = nearest(lastPart(name), keysIn(section));
      if (near !== undefined) return section === "" ? near : `${section}.${near}`;
      return nearest(name, keys);
    },
    keysIn,
  };
}

function sectionsAbove(fullName: string): string[] {
  const parts = fullName.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

/** The section of a full name; "" for a key at the top of the file. */
export function sectionOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf(".")));
}

/** The name within its section. */
export function lastPart(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}

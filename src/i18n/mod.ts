/** Every sentence the mesh sees, by language. */
import { en } from "./en.ts";
import { fr } from "./fr.ts";

/** The sentences of one language; English gives the shape, and a language that lacks one does not compile. */
export type Sentences = typeof en;

/** A language that the bot speaks. */
export type Language = "en" | "fr";

const SENTENCES: Readonly<Record<Language, Sentences>> = { en, fr };

/** The sentences of a language. */
export function sentences(language: Language): Sentences {
  return SENTENCES[language];
}

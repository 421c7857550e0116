/** The words that lead to commands, so that a wrong one in `[commands]` is found together with the other mistakes. */
import { en } from "../i18n/en.ts";

// The commands themselves cannot be asked here; a test compares this list with theirs.
const ALIASES = ["?", "aide", "info", "meteo", "météo", "nodemt", "pluie", "test", "trafic", "vigilance", "whoami"];

/** Every command's name and its built-in other words. */
export const COMMAND_WORDS: readonly string[] = [...Object.keys(en.summaries), ...ALIASES];

/** Text that people wrote, made safe to repeat. */

// Format characters (bidi controls, tags, zero-width marks) can hide or reorder text; only the two joiners are part of writing,
// in emoji and in Persian or Indic words. Surrogates match only when they stand alone.
const HIDDEN = /(?![\u200c\u200d])[\p{Cf}\p{Cs}]/gu;
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
const OUTER = /^[\s\u200c\u200d]+|[\s\u200c\u200d]+$/gu;

/** One line without control, bidi and other hidden characters; each run of blanks and line breaks is one space. */
export function plainText(text: string): string {
  return text.replace(HIDDEN, "").replace(BREAKS, " ").replace(OUTER, "");
}

// Other bots on the channel answer a text that begins so; a slash would be a command to them.
const BAIT = /^(?:ping|pong|test|testing|ack|cq|cmd|[/!.])/iu;

/** True when another bot could take the text for something to answer. */
export function beginsLikeBait(text: string): boolean {
  return BAIT.test(text);
}

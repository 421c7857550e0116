/** Text from strangers made fit to show: one line, nothing invisible, nothing that turns the reading direction. */

/** How long a cleaned text may be. */
export interface CleanLimits {
  /** UTF-8 bytes. */
  readonly maxBytes: number;
  /** What people count as characters; unlimited when absent. */
  readonly maxGraphemes?: number;
}

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

// The blank braille cell is drawn as nothing but is no space by its class; U+FEFF is one to JavaScript alone.
const BLANKS = /(?:(?!\ufeff)[\s\u2800])+/gu;

// Controls, non-characters, and the format characters (bidi marks, zero-width space, soft hyphen …) but for the joiners,
// which emoji and several scripts need, and the tags, which flags need. U+034F, U+3164 and U+FFA0 are invisible letters.
const UNWANTED = /[\p{Cc}\p{Noncharacter_Code_Point}\u034f\u3164\uffa0]|(?![\u200c\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu;

// A flag such as Scotland's is a black flag and up to six tags; anywhere else tags are hidden text.
const STRAY_TAGS = /(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]{0,6})[\u{e0020}-\u{e007f}]+/gu;

const EDGES = /^[\s\u200c\u200d]+|[\s\u200c\u200d]+$/gu;

const SOMETHING_VISIBLE = /[^\s\p{Default_Ignorable_Code_Point}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const encoder = new TextEncoder();

/**
 * One line in NFC without control, bidi and hidden characters, white space collapsed, lone surrogates replaced by U+FFFD,
 * cut between graphemes to the limits; empty when nothing visible is left.
 */
export function cleanText(text: string, limits: CleanLimits): string {
  const { maxBytes, maxGraphemes = Infinity } = limits;
  if (text.length <= Math.min(maxBytes, maxGraphemes) && PLAIN.test(text)) return text;
  const cleaned = text
    .toWellFormed()
    .replace(BLANKS, " ")
    .replace(UNWANTED, "")
    .replace(STRAY_TAGS, "")
    .normalize("NFC")
    .replace(BLANKS, " ")
    .replace(EDGES, "");
  if (!SOMETHING_VISIBLE.test(cleaned)) return "";
  const cut = cutTo(cleaned, maxBytes, maxGraphemes).replace(EDGES, "");
  return SOMETHING_VISIBLE.test(cut) ? cut : "";
}

function cutTo(text: string, maxBytes: number, maxGraphemes: number): string {
  let usedBytes = 0;
  let count = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    const lengthBytes = encoder.encode(segment).length;
    if (count === maxGraphemes) return text.slice(0, index);
    if (usedBytes + lengthBytes > maxBytes) return index === 0 ? cutCodePoints(segment, maxBytes) : text.slice(0, index);
    usedBytes += lengthBytes;
    count += 1;
  }
  return text;
}

/** For a single grapheme longer than the limit, such as a letter under fifty accents. */
function cutCodePoints(text: string, maxBytes: number): string {
  let end = 0;
  let usedBytes = 0;
  for (const character of text) {
    usedBytes += encoder.encode(character).length;
    if (usedBytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

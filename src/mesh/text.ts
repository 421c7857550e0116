/** Texts cut to what one packet carries, by bytes, without tearing words, letters or emoji. */

/**
 * The longest text, in bytes, that the firmware carries end to end (measured with meshtasticd 2.7.26; one byte more is
 * answered with TOO_LARGE). PKI encryption takes 12 bytes, a reply_id 5.
 */
export const TEXT_LIMIT_BYTES = { channel: 232, channelReply: 227, pki: 220, pkiReply: 215 } as const;

/** The longest text of one packet. A direct message without PKI travels under a channel's key, like a channel's text. */
export function textLimitBytes(kind: { readonly direct: boolean; readonly pki: boolean; readonly reply: boolean }): number {
  if (kind.direct && kind.pki) return kind.reply ? TEXT_LIMIT_BYTES.pkiReply : TEXT_LIMIT_BYTES.pki;
  return kind.reply ? TEXT_LIMIT_BYTES.channelReply : TEXT_LIMIT_BYTES.channel;
}

/** UTF-8 bytes of a text; a lone surrogate counts as the U+FFFD that stands for it on the air. */
export function textLengthBytes(text: string): number {
  let lengthBytes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) lengthBytes += 1;
    else if (unit < 0x800) lengthBytes += 2;
    else if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      lengthBytes += 4;
      i += 1;
    } else lengthBytes += 3;
  }
  return lengthBytes;
}

/** How a text is split. */
export interface SplitLimits {
  /** UTF-8 bytes of a part, its number included; at least 20. */
  readonly maxBytes: number;
  /** With it the text may lose its end: the last part then ends with `…`. Unlimited by default. */
  readonly maxParts?: number;
}

const MIN_PART_BYTES = 20;
const ELLIPSIS = "…";
const ELLIPSIS_BYTES = 3;

/**
 * A text in parts, numbered `1/3 ` when there is more than one; none for an empty text. `joinParts` gives the text back.
 * A part ends at a line break in its second half, else behind a space, else between graphemes; only a grapheme longer
 * than a whole part is cut, between code points. Lone surrogates become U+FFFD. Throws RangeError for impossible limits.
 */
export function splitText(text: string, limits: SplitLimits): string[] {
  const { maxBytes, maxParts = Infinity } = limits;
  if (!(maxBytes >= MIN_PART_BYTES)) throw new RangeError(`Cannot split a text: maxBytes must be at least ${MIN_PART_BYTES}: ${maxBytes}`);
  if (!(maxParts >= 1)) throw new RangeError(`Cannot split a text: maxParts must be at least 1: ${maxParts}`);
  const whole = text.toWellFormed();
  if (whole === "") return [];
  if (textLengthBytes(whole) <= maxBytes) return [whole];
  if (maxParts === 1) {
    const bodyBytes = maxBytes - ELLIPSIS_BYTES;
    return [cutShort(fill(whole, bodyBytes, () => bodyBytes)[0])];
  }
  // The numbers take room, and how much depends on how many parts there are.
  for (let totalDigits = 1;; totalDigits += 1) {
    const leastBytes = maxBytes - 2 * totalDigits - 2;
    // Numbers with more digits than that come up only where the count turns out to have more, which is tried next.
    const bodyBytes = (index: number) => maxBytes - Math.min(digitsOf(index + 1), totalDigits) - totalDigits - 2;
    const bodies = fill(whole, leastBytes, bodyBytes);
    if (bodies.length > maxParts && digitsOf(maxParts) === totalDigits) {
      const last = maxParts - 1;
      const fewer = fill(whole, leastBytes - ELLIPSIS_BYTES, (index) => bodyBytes(index) - (index === last ? ELLIPSIS_BYTES : 0));
      return numbered([...fewer.slice(0, last), cutShort(fewer[last])]);
    }
    if (digitsOf(bodies.length) <= totalDigits) return numbered(bodies);
  }
}

/** The text of parts made by `splitText`: their numbers are taken off. */
export function joinParts(parts: readonly string[]): string {
  return parts.map((_part, index) => bodyOf(parts, index)).join("");
}

/** One part's share of the text, without its number. */
export function bodyOf(parts: readonly string[], index: number): string {
  const part = parts[index] ?? "";
  const number = parts.length < 2 ? "" : numberOf(index, parts.length);
  return part.startsWith(number) ? part.slice(number.length) : part;
}

function numberOf(index: number, total: number): string {
  return `${index + 1}/${total} `;
}

function numbered(bodies: readonly string[]): string[] {
  return bodies.map((body, index) => numberOf(index, bodies.length) + body);
}

function digitsOf(count: number): number {
  return String(count).length;
}

function cutShort(body = ""): string {
  return body.trimEnd() + ELLIPSIS;
}

/** What is never torn: a grapheme, or the part of one that fits. */
interface Piece {
  /** Where it ends in the text, in UTF-16 units. */
  readonly end: number;
  readonly lengthBytes: number;
  readonly kind: "letter" | "space" | "line";
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function piecesOf(text: string, maxPieceBytes: number): Piece[] {
  const pieces: Piece[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const lengthBytes = textLengthBytes(segment);
    if (lengthBytes <= maxPieceBytes) pieces.push({ end: index + segment.length, lengthBytes, kind: kindOf(segment) });
    else pieces.push(...codePointPieces(segment, index, maxPieceBytes));
  }
  return pieces;
}

function* codePointPieces(segment: string, start: number, maxPieceBytes: number): Generator<Piece> {
  let end = start;
  let lengthBytes = 0;
  for (const character of segment) {
    const characterBytes = textLengthBytes(character);
    if (lengthBytes + characterBytes > maxPieceBytes) {
      yield { end, lengthBytes, kind: "letter" };
      lengthBytes = 0;
    }
    end += character.length;
    lengthBytes += characterBytes;
  }
  yield { end, lengthBytes, kind: "letter" };
}

function kindOf(grapheme: string): Piece["kind"] {
  if (/^[\n\v\f\r\u0085\u2028\u2029]+$/.test(grapheme)) return "line";
  // The two no-break spaces are there to keep a number and its unit together.
  return /^[^\S\u00a0\u202f]+$/.test(grapheme) ? "space" : "letter";
}

/** The text in bodies as full as they can be; `leastBytes` is the room of the smallest. */
function fill(text: string, leastBytes: number, bodyBytes: (index: number) => number): string[] {
  const pieces = piecesOf(text, leastBytes);
  const bodies: string[] = [];
  let first = 0;
  let start = 0;
  while (first < pieces.length) {
    const maxBytes = bodyBytes(bodies.length);
    let next = first;
    let usedBytes = 0;
    for (let piece = pieces[next]; piece !== undefined && usedBytes + piece.lengthBytes <= maxBytes; piece = pieces[next]) {
      usedBytes += piece.lengthBytes;
      next += 1;
    }
    if (next < pieces.length) next = bestCut(pieces, first, next, usedBytes);
    const end = pieces[next - 1]?.end ?? text.length;
    bodies.push(text.slice(start, end));
    first = next;
    start = end;
  }
  return bodies;
}

/** Where to end a part that may hold the pieces from `first` up to, not including, `full`. */
function bestCut(pieces: readonly Piece[], first: number, full: number, fullBytes: number): number {
  if (pieces[full]?.kind === "line") return full;
  let wordCut = pieces[full]?.kind === "space" ? full : undefined;
  // A part of nothing but blanks would be air time for nothing.
  let firstLetter = first;
  while (firstLetter < full && pieces[firstLetter]?.kind !== "letter") firstLetter += 1;
  let usedBytes = fullBytes;
  for (let i = full - 1; i > firstLetter; i -= 1) {
    const piece = pieces[i] as Piece;
    if (piece.kind === "line" && usedBytes >= fullBytes / 2) return i + 1;
    if (piece.kind !== "letter") wordCut ??= i + 1;
    usedBytes -= piece.lengthBytes;
  }
  return wordCut ?? full;
}

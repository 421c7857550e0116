/** Making a text fit into the bytes of a message. */
import { textLengthBytes } from "../../mesh/text.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const ELLIPSIS = "…";
const ELLIPSIS_BYTES = textLengthBytes(ELLIPSIS);

/** The text in at most `limitBytes`, cut between graphemes with `…` at the end; empty when not even that fits. */
export function shorten(text: string, limitBytes: number): string {
  if (textLengthBytes(text) <= limitBytes) return text;
  if (limitBytes < ELLIPSIS_BYTES) return "";
  let kept = "";
  let keptBytes = ELLIPSIS_BYTES;
  for (const { segment } of graphemes.segment(text)) {
    keptBytes += textLengthBytes(segment);
    if (keptBytes > limitBytes) break;
    kept += segment;
  }
  return kept.trimEnd() + ELLIPSIS;
}

/**
 * Pages of at most `limitBytes`, filled with as many lines as go in. The header opens the first page, `2/3` closes each when
 * there are several. A page has one line at least, even when it is too long.
 */
export function paginate(header: string, lines: readonly string[], limitBytes: number): string[] {
  const single = fillPages(header, lines, limitBytes);
  if (single.length === 1) return single;
  for (let digits = 1;; digits++) {
    const pages = fillPages(header, lines, limitBytes - textLengthBytes("\n/") - 2 * digits);
    if (String(pages.length).length <= digits) return pages.map((page, index) => `${page}\n${index + 1}/${pages.length}`);
  }
}

function fillPages(header: string, lines: readonly string[], limitBytes: number): string[] {
  const pages: string[] = [];
  let page = header;
  let lineCount = 0;
  for (const line of lines) {
    if (lineCount > 0 && textLengthBytes(page) + 1 + textLengthBytes(line) > limitBytes) {
      pages.push(page);
      page = line;
      lineCount = 1;
    } else {
      page = page === "" ? line : `${page}\n${line}`;
      lineCount++;
    }
  }
  return [...pages, page];
}

/** The one door to the HTML library: what a page says, as its texts in document order. */
import { ServiceError } from "../errors.ts";

// Nothing of these is read out to anybody; a list to choose from names everything there is.
const UNSPOKEN = new Set([
  "head",
  "title",
  "script",
  "style",
  "template",
  "noscript",
  "iframe",
  "object",
  "svg",
  "select",
  "option",
  "datalist",
  "textarea",
  "nav",
  "footer",
]);

// The library moves its whole stack of open elements for each new one: without a limit a megabyte of "<b>" takes hours.
const MAX_DEPTH = 500;

/**
 * The text nodes of a page in document order, entities decoded, white space as it is; without scripts, styles, comments, navigation and
 * lists to choose from. Markup may be broken. Throws ServiceError "unreadable" when elements are nested more than 500 deep.
 */
export async function htmlTexts(html: string): Promise<string[]> {
  // Loaded when the first page comes: it is some megabytes of memory that not everybody needs.
  const { DomHandler, Parser } = await import("htmlparser2");

  class ShallowHandler extends DomHandler {
    override onopentag(name: string, attributes: Record<string, string>): void {
      if (this.tagStack.length > MAX_DEPTH) throw new ServiceError("unreadable", `the page nests elements more than ${MAX_DEPTH} deep`);
      super.onopentag(name, attributes);
    }
  }

  const handler = new ShallowHandler();
  try {
    new Parser(handler).end(html);
  } catch (error) {
    // The library gives some broken entities up with a RangeError.
    throw error instanceof ServiceError ? error : new ServiceError("unreadable", "the page's markup is broken", { cause: error });
  }
  const texts: string[] = [];
  collect(handler.root, texts);
  return texts;
}

/** As much of the library's nodes as is needed here. */
interface DomNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly children?: readonly DomNode[];
}

function collect(node: DomNode, texts: string[]): void {
  if (node.type === "text" && node.data !== undefined && node.data.trim() !== "") texts.push(node.data);
  if (node.name !== undefined && UNSPOKEN.has(node.name)) return;
  for (const child of node.children ?? []) collect(child, texts);
}

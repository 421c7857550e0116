/** Numbers behind a command's word: hours, and how many. */

/** What a number may be; one beyond the bounds is taken as the bound. */
export interface NumberBounds {
  readonly least?: number;
  readonly most: number;
  /** Without a number. */
  readonly usual: number;
}

/** The words of an argument; `12 h` is one. */
export function wordsOf(args: string): string[] {
  return args.replace(/(\d)\s+h(?=\s|$)/gi, "$1h").split(/\s+/).filter((word) => word !== "");
}

/**
 * Reads hours (`12`, `12h`) and, where `count` has bounds, a number behind them; undefined for anything else. The words are those of
 * `wordsOf`.
 */
export function readNumbers(
  words: readonly string[],
  { hours, count }: { readonly hours: NumberBounds; readonly count?: NumberBounds },
): { readonly hours: number; readonly count: number } | undefined {
  const [first = "", second = "", ...rest] = words;
  if (rest.length > 0 || (second !== "" && count === undefined)) return undefined;
  if (!/^(?:\d{1,9}h?)?$/i.test(first) || !/^(?:\d{1,9})?$/.test(second)) return undefined;
  return { hours: bounded(parseInt(first), hours), count: count === undefined ? 0 : bounded(parseInt(second), count) };
}

function bounded(number: number, { least = 1, most, usual }: NumberBounds): number {
  return Number.isNaN(number) ? usual : Math.min(most, Math.max(least, number));
}

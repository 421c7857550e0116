/** The known word that somebody probably meant. */

// A longer word is no command and no key: it is not worth a table of its size.
const MAX_WORD_LENGTH = 64;

/**
 * The candidate closest to `word`, whatever the case: at most one slip (a letter wrong, missing, added, or two swapped) in words of
 * up to 4 letters, two up to 7, three in longer ones; else the only candidate that begins with the word. Undefined when none is close.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  if (wanted.length < 2 || wanted.length > MAX_WORD_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  const beginning: string[] = [];
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    if (known.startsWith(wanted)) beginning.push(candidate);
    const limit = slipsAllowed(Math.min(wanted.length, known.length));
    if (Math.abs(known.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, known);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? (beginning.length === 1 ? beginning[0] : undefined);
}

function slipsAllowed(length: number): number {
  return length <= 4 ? 1 : length <= 7 ? 2 : 3;
}

/** Letters to change, add, leave out or swap with their neighbour to get from one word to the other (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] as number;
}

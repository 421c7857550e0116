/** Draws mistakes: each kind as often as the others, however many places there are for it. */
import { Random } from "../../src/simulator/random.ts";
import { isTypeOnly, type Mutant, mutantOf } from "./mutant.ts";
import { type Mutation, type MutationKind, mutationsOf } from "./mutations.ts";

/** Mistakes in these files (path to text) without end or repetition; the same seed draws the same ones. */
export function* drawMutants(sources: ReadonlyMap<string, string>, seed: number): Generator<Mutant, void> {
  const random = new Random(seed).fork("mistakes");
  const byKind = new Map<MutationKind, { readonly file: string; readonly mutation: Mutation }[]>();
  for (const [file, source] of sources) {
    for (const mutation of mutationsOf(source)) {
      const ofKind = byKind.get(mutation.kind) ?? [];
      byKind.set(mutation.kind, ofKind);
      ofKind.push({ file, mutation });
    }
  }
  for (let kinds = [...byKind.keys()]; kinds.length > 0; kinds = kinds.filter((kind) => byKind.get(kind)?.length !== 0)) {
    const ofKind = byKind.get(random.pick(kinds)) ?? [];
    const [drawn] = ofKind.splice(random.integer(0, ofKind.length - 1), 1);
    if (drawn === undefined) continue;
    const original = sources.get(drawn.file) ?? "";
    const mutant = mutantOf(drawn.file, original, drawn.mutation);
    if (!isTypeOnly(mutant, original)) yield mutant;
  }
}

/** Every input of the fuzzer's corpus, and every input that once failed, through the door that it was made for. */
import assert from "node:assert/strict";
import { corpusOf } from "../scripts/fuzz/corpus.ts";
import { TARGETS } from "../scripts/fuzz/registry.ts";
import { Runner } from "../scripts/fuzz/runner.ts";
import { withUnixSockets } from "./support/with_net.ts";

await withUnixSockets(import.meta.url, () => {
  for (const target of TARGETS) {
    Deno.test(`${target.name} takes its corpus and all that once failed`, async () => {
      const known = await corpusOf(target);
      const seeds = (await target.seeds?.() ?? []).map((bytes, index) => ({ name: `seed ${index}`, bytes }));
      assert.ok(known.length + seeds.length > 0, "there is nothing to run");
      const open = await target.open();
      // What comes loose fails a test by itself.
      const runner = new Runner(open, []);
      try {
        for (const { name, bytes } of [...known, ...seeds]) {
          const failure = await runner.whole(bytes);
          if (failure !== undefined) throw new Error(`${name}: ${failure}`, { cause: failure });
        }
      } finally {
        await open.close?.();
      }
    });
  }
});

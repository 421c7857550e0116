import assert from "node:assert/strict";
import { type Language, type Sentences, sentences } from "../../src/i18n/mod.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";

const LANGUAGES: readonly Language[] = ["en", "fr"];

/** Every sentence with its path; those with a blank are filled in with `fill`. */
function* allSentences(node: unknown, fill: unknown, path = ""): Generator<[path: string, text: string]> {
  if (typeof node === "string") yield [path, node];
  else if (typeof node === "function") yield [path, node(...Array<unknown>(node.length).fill(fill)) as string];
  else for (const [key, child] of Object.entries(node as Record<string, unknown>)) yield* allSentences(child, fill, `${path}.${key}`);
}

function pathsOf(say: Sentences): string[] {
  return [...allSentences(say, 2)].map(([path]) => path).toSorted();
}

Deno.test("sentences() has the same sentences in every language", () => {
  assert.deepEqual(pathsOf(sentences("fr")), pathsOf(sentences("en")));
});

Deno.test("sentences() are short, on one line, without hidden characters, and fill in what they are given", () => {
  for (const language of LANGUAGES) {
    for (const fill of [1, 2, undefined]) {
      for (const [path, text] of allSentences(sentences(language), fill)) {
        assert(text.length > 0 && textLengthBytes(text) <= 100, `${language}${path}: ${text}`);
        assert.doesNotMatch(text, /\p{Cc}|\p{Cf}|\s\s|^\s|\s$/u, `${language}${path}: ${text}`);
      }
    }
  }
});

Deno.test("sentences() count in the singular and the plural", () => {
  const en = sentences("en");
  const fr = sentences("fr");
  assert.deepEqual([en.hops.count(1), en.hops.count(2), fr.hops.count(1), fr.hops.count(2)], ["1 hop", "2 hops", "1 saut", "2 sauts"]);
  assert.deepEqual([en.status.nodes(1), en.status.nodes(2), fr.status.nodes(1), fr.status.nodes(0)], [
    "1 node",
    "2 nodes",
    "1 nœud",
    "0 nœuds",
  ]);
  assert.match(en.status.link("ready", "2h", 1), /1 reconnect$/);
  assert.match(fr.status.link("prêt", "2h", 2), /2 reconnexions$/);
});

Deno.test("sentences() of the router name the nearest command, when there is one", () => {
  assert.equal(sentences("en").router.unknown("ping"), "Unknown command. Did you mean /ping?");
  assert.equal(sentences("fr").router.unknown("ping"), "Commande inconnue. Vouliez-vous dire /ping ?");
  assert.equal(sentences("en").router.unknown(undefined), "Unknown command. List: /help");
  assert.equal(sentences("fr").router.unknown(undefined), "Commande inconnue. Liste: /help");
});

Deno.test("rule 14: sentences() of the router show the prefix of the configuration", () => {
  const { router } = sentences("en");
  assert.equal(router.unknown("ping", "!"), "Unknown command. Did you mean !ping?");
  assert.equal(router.unknown(undefined, "!"), "Unknown command. List: !help");
  assert.equal(router.failed("ping", "!"), "Sorry, !ping failed.");
  assert.equal(sentences("fr").router.tooSlow("ping", "!"), "Désolé, !ping a pris trop de temps.");
});

Deno.test("sentences() write the compass in each language's letters", () => {
  assert.deepEqual(Object.values(sentences("en").compass), ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]);
  assert.deepEqual(Object.values(sentences("fr").compass), ["N", "NE", "E", "SE", "S", "SO", "O", "NO"]);
});

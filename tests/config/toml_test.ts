import assert from "node:assert/strict";
import fc from "fast-check";
import { isTable, readToml } from "../../src/config/toml.ts";
import { splitStatements } from "../../src/config/toml_statements.ts";

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

Deno.test("readToml() gives the values and the line of each key and section", () => {
  const document = readToml('a = 1\n\n# b = 2\n[node] # here\nhost = "x" # y\n"quoted" = 3\nc.d = [\n  1, # [\n  2,\n]\nlast = true\n');
  assert.deepEqual(document.faults, []);
  assert.deepEqual(plain(document.root), { a: 1, node: { host: "x", quoted: 3, c: { d: [1, 2] }, last: true } });
  const lines = [["a"], ["node"], ["node", "host"], ["node", "quoted"], ["node", "c", "d"], ["node", "last"]].map(document.lineOf);
  assert.deepEqual(lines, [1, 4, 5, 6, 7, 11]);
  assert.equal(document.lineOf(["node", "absent"]), 4);
  assert.equal(document.lineOf(["absent"]), undefined);
});

Deno.test("readToml() knows lines in files with Windows line ends", () => {
  const document = readToml("a = 1\r\n[s]\r\nb = 2\r\n");
  assert.deepEqual(document.faults, []);
  assert.equal(document.lineOf(["s", "b"]), 3);
});

Deno.test("readToml() gives each section of a list its own lines", () => {
  const document = readToml("[[answer]]\nwords = 1\n[answer.more]\nx = 1\n[[answer]]\nwords = 2\n[answer.more]\nx = 2\n");
  assert.deepEqual(document.faults, []);
  assert.equal(document.lineOf(["answer", "0", "words"]), 2);
  assert.equal(document.lineOf(["answer", "1", "words"]), 6);
  assert.equal(document.lineOf(["answer", "1", "more", "x"]), 8);
});

Deno.test("readToml() reports every broken line, and reads the others", () => {
  const text = 'a = True\nb = 2\nc = "open\n[s\nd = 192.168.1.5\ngarbage\n[t]\ne = [1, 2\nf = 6\n= 7\n';
  const { root, faults } = readToml(text);
  assert.deepEqual(faults.map(({ line, what, path }) => [line, what, path?.join(".")]), [
    [1, "value", "a"],
    [3, "value", "c"],
    [4, "header", "s"],
    [5, "value", "s.d"],
    [6, "line", "s.garbage"],
    [8, "value", "t.e"],
    [10, "line", undefined],
  ]);
  assert.deepEqual(plain(root), { b: 2, t: { f: 6 } });
});

Deno.test("readToml() counts the column from 1", () => {
  assert.deepEqual(readToml("a = 1\nb = True").faults.map(({ line, column }) => [line, column]), [[2, 5]]);
});

Deno.test("readToml() reports the line within a value of several lines", () => {
  assert.deepEqual(readToml("a = [\n 1,\n x,\n]\nb = 1\n").faults.map(({ line, path }) => [line, path]), [[3, ["a"]]]);
});

Deno.test("readToml() reports duplicates with the line of the first, and keeps the first", () => {
  const { root, faults } = readToml("[s]\na = 1\na = 2\n[t]\n[s]\nb = 3\n[t.u]\n");
  assert.deepEqual(faults.map(({ line, what, detail }) => [line, what, detail]), [
    [3, "duplicate key", "line 2"],
    [5, "duplicate section", "line 1"],
  ]);
  assert.deepEqual(plain(root), { s: { a: 1, b: 3 }, t: { u: {} } });
});

Deno.test("readToml() reports a section whose name is a value already", () => {
  assert.deepEqual(readToml("s = 1\n[s]\na = 1\n").faults.map(({ line, what, detail }) => [line, what, detail]), [
    [2, "not a section", "line 1"],
  ]);
});

Deno.test("readToml() passes the parser's word on when only the parser sees the fault", () => {
  // An inline table is closed: the statements alone do not show it.
  const { faults } = readToml("a = { b = 1 }\na.c = 2\n");
  assert.equal(faults.length, 1);
  assert.equal(faults[0]?.line, 2);
});

Deno.test("readToml() never quotes the text of the file in a fault", () => {
  for (const text of ['password = "s3cr3t', "password = s3cr3t", "password s3cr3t", "[s3cr3t", 'password = "s3cr3t\\q"']) {
    const { faults } = readToml(text);
    assert.ok(faults.length > 0, text);
    for (const { detail } of faults) assert.ok(!detail.includes("s3cr3t"), detail);
  }
});

Deno.test("readToml() holds keys that are names of an object's own", () => {
  const { root, faults } = readToml("__proto__ = 1\nconstructor = 2\n[toString]\na = 1\nbroken\n");
  assert.equal(faults.length, 1);
  assert.deepEqual(Object.keys(root), ["__proto__", "constructor", "toString"]);
});

Deno.test("readToml() is not slow on brackets that are never closed", () => {
  const { faults } = readToml("a = [\n".repeat(5_000));
  assert.equal(faults.length, 5_000);
});

Deno.test("splitStatements() is not misled by brackets, marks and # within strings", () => {
  const texts = [
    'a = "[ # \\" ]"',
    "b = '[ \" # '",
    'c = """\n[x]\n  \\""" # no end\n"" still\n""""" # end',
    "d = '''\n[y] = \\'''",
    "e = [ # ]\n  [1, 2], '['\n]",
    "f = { g = [ 1 ] }",
  ];
  assert.deepEqual(splitStatements(texts.join("\n")).map(({ text }) => text), texts);
});

const value = fc.oneof(
  fc.integer().map(String),
  fc.boolean().map(String),
  fc.string({ unit: "grapheme-ascii" }).map((text) => JSON.stringify(text)),
  fc.string({ unit: fc.constantFrom("a", "[", "]", "#", '"', "{", "=", "\n") }).filter((text) => !text.includes("'''")).map((text) =>
    `'''${text}'''`
  ),
  fc.array(fc.constantFrom("1", '"]"', "'#'", "[2]"), { maxLength: 4 }).map((items) =>
    `[ # [\n${items.map((item) => `  ${item},\n`).join("")}]`
  ),
);
const name = fc.constantFrom("a", "b", "c-d", "e_1", '"f g"', "'h.i'");
const entries = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key });
const file = fc.tuple(entries, fc.uniqueArray(fc.tuple(fc.constantFrom("s", "t", "u.v", '"w x"'), entries), { selector: ([key]) => key }));

Deno.test("readToml() reads the statements one by one as the parser reads the whole", () => {
  fc.assert(fc.property(file, ([top, sections]) => {
    const lines = (list: readonly (readonly [string, string])[]) => list.map(([key, text]) => `${key} = ${text}\n`).join("");
    const text = lines(top) + sections.map(([section, list]) => `[${section}]\n${lines(list)}`).join("");
    const whole = readToml(text);
    const broken = readToml(`${text}= nothing\n`);
    assert.deepEqual(whole.faults, []);
    assert.equal(broken.faults.length, 1);
    assert.deepEqual(plain(broken.root), plain(whole.root));
    const written = text.split("\n");
    for (const [key] of top) {
      const bare = key.replace(/^["'](.*)["']$/, "$1");
      assert.ok(written[(whole.lineOf([bare]) ?? 0) - 1]?.startsWith(`${key} = `), text);
    }
  }));
});

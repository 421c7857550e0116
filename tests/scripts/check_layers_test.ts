import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { checkLayers } from "../../scripts/check_layers.ts";

const WORKING = {
  "main.ts": `import { cli } from "./src/cli/mod.ts";\ncli();\n`,
  "src/cli/mod.ts": `import { app } from "../app.ts";\nexport function cli(): void { console.log(app); }\n`,
  "src/app.ts":
    `import { router } from "./router/router.ts";\nimport { serve } from "./simulator/node.ts";\nexport const app = [router, serve];\n`
      .replace(/import \{ serve.*\n/, "").replace(", serve", ""),
  "src/router/router.ts":
    `import type { Context } from "../context.ts";\nimport { session } from "../mesh/session.ts";\nexport const router = session;\nexport type C = Context;\n`,
  "src/mesh/session.ts": `import { dial } from "../link/connection.ts";\nexport const session = dial;\n`,
  "src/link/connection.ts": `export const dial = () => Deno.connect({ port: 1 });\n`,
  "src/link/codec.ts": `import { create } from "@bufbuild/protobuf";\nexport const make = create;\n`,
  "src/context.ts": `import type { session } from "./mesh/session.ts";\nexport type Context = typeof session;\n`,
  "src/clock.ts": `export const now = () => Date.now() + performance.now(); export const after = setTimeout;\n`,
  "src/log.ts": `export const write = console.error;\n`,
  "src/simulator/node.ts":
    `import { createServer } from "node:net";\nimport { make } from "../link/codec.ts";\nexport const serve = [createServer, make];\n`,
};

type Faulty = readonly [path: string, text: string, expected: RegExp];

/** Each file, put into the working tree together with the others, has the one fault that is expected. */
async function assertEach(files: readonly Faulty[]): Promise<void> {
  const faults = await faultsOf(Object.fromEntries(files));
  for (const [path, text, expected] of files) {
    const own = faults.filter((fault) => fault.startsWith(`${path}:`));
    assert.equal(own.length, 1, `${JSON.stringify(text)}: expected one fault, not ${JSON.stringify(own)}`);
    assert.match(own[0] as string, expected);
  }
  assert.equal(faults.length, files.length, faults.join("\n"));
}

/** The faults of the working tree with some files more, or other ones, in a folder of its own. */
async function faultsOf(changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const root = await Deno.makeTempDir({ prefix: "layers-" });
  try {
    for (const [path, text] of Object.entries({ ...WORKING, ...changes })) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    return (await checkLayers(root)).faults;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function assertFault(changes: Readonly<Record<string, string>>, expected: RegExp): Promise<void> {
  const faults = await faultsOf(changes);
  assert.equal(faults.length, 1, `expected one fault, not ${JSON.stringify(faults)}`);
  assert.match(faults[0] as string, expected);
}

Deno.test("checkLayers() finds nothing wrong with a tree that keeps the rules", async () => {
  assert.deepEqual(await faultsOf({}), []);
});

Deno.test("checkLayers() finds nothing wrong with this program", async () => {
  const { faults, files, imports } = await checkLayers(new URL("../..", import.meta.url).pathname);
  assert.deepEqual(faults, []);
  assert(files > 50 && imports > 200, `read ${files} files with ${imports} imports`);
});

Deno.test("checkLayers() reports every way to import from above, with file and line", async () => {
  const target = `"../router/router.ts"`;
  const ways = [
    `import { router } from ${target};`,
    `import type { router } from ${target};`,
    `import { type router } from ${target};`,
    `import ${target};`,
    `export * from ${target};`,
    `export { router } from ${target};`,
    `export const later = () => import(${target});`,
    `export const quoted = () => import(\`../router/router.ts\`);`,
    `export type R = import(${target}).router;`,
  ];
  for (const way of ways) {
    await assertFault(
      { "src/mesh/text.ts": `// first line\n${way}\n` },
      /^src\/mesh\/text\.ts:2 imports src\/router\/router\.ts, which is not below it/,
    );
  }
});

Deno.test("checkLayers() reports imports between rooms that do not lie above each other", async () => {
  await assertFault(
    { "src/router/router.ts": `import "../commands/ping.ts";\n`, "src/commands/ping.ts": "" },
    /router\.ts:1 imports src\/commands/,
  );
  await assertFault({ "src/services/a.ts": `import "../mesh/session.ts";\n` }, /a\.ts:1 imports src\/mesh/);
  await assertFault({ "main.ts": `import "./src/app.ts";\n` }, /main\.ts:1 imports src\/app\.ts/);
  await assertFault({ "src/app.ts": `import "./simulator/node.ts";\nexport const app = 1;\n` }, /app\.ts:1 imports src\/simulator/);
});

Deno.test("checkLayers() lets the simulator have the wire format only", async () => {
  const ok = ["frame", "codec", "messages", "enums", "fields", "random_id"].map((name) => `import "../link/${name}.ts";\n`).join("");
  assert.deepEqual(await faultsOf({ "src/simulator/a.ts": `${ok}import "../clock.ts";\n` }), []);
  await assertFault(
    { "src/simulator/a.ts": `import "../link/connection.ts";\n` },
    /a\.ts:1 imports src\/link\/connection\.ts; of the link the simulator/,
  );
  await assertFault({ "src/simulator/a.ts": `import "../mesh/session.ts";\n` }, /imports src\/mesh\/session\.ts/);
  await assertFault({ "src/simulator/a.ts": `import "../config.ts";\n`, "src/config.ts": "" }, /imports src\/config\.ts/);
});

Deno.test("checkLayers() lets shared files import types alone", async () => {
  await assertFault(
    { "src/context.ts": `import { session } from "./mesh/session.ts";\nexport type Context = typeof session;\n` },
    /context\.ts:1 .*only types/,
  );
  await assertFault(
    { "src/i18n/en.ts": `import { session } from "../mesh/session.ts";\nexport const en = session;\n` },
    /i18n\/en\.ts:1 .*only types/,
  );
  assert.deepEqual(
    await faultsOf({ "src/i18n/en.ts": `import type { session } from "../mesh/session.ts";\nexport type E = typeof session;\n` }),
    [],
  );
  assert.deepEqual(await faultsOf({ "src/config/load.ts": `import "../errors.ts";\n`, "src/errors.ts": "" }), []);
});

Deno.test("checkLayers() reports a second dialler, however it is written", async () => {
  const ways = [
    `Deno.connect({ port: 1 });`,
    `Deno.connectTls({ hostname: "a", port: 1 });`,
    `Deno["connect"]({ port: 1 });`,
    `globalThis.Deno.connect({ port: 1 });`,
    `const { connect } = Deno;`,
    `const system = Deno as unknown as Record<string, unknown>;`,
    `const part: keyof typeof Deno = "connect"; Deno[part];`,
    `import { connect } from "node:net";`,
    `import net from "node:net";`,
    `import * as net from "net";`,
    `export { Socket } from "node:net";`,
    `await import("node:net");`,
    `import "node:tls";`,
    `import { request } from "node:https";`,
    `import { createRequire } from "node:module";`,
    `new WebSocket("ws://a");`,
    `await fetch("http://a");`,
    `import(Deno.args[0] ?? "");`,
  ];
  const expected = /:1 (imports|uses) .*(dial|hides|nobody can check|past this check)/;
  for (const room of ["mesh", "simulator"]) {
    await assertEach(ways.map((way, index) => [
      `src/${room}/way${index}.ts`,
      `${way}
`,
      expected,
    ]));
  }
});

Deno.test("checkLayers() lets net be asked about addresses, and the simulator listen", async () => {
  assert.deepEqual(await faultsOf({ "src/config/kinds.ts": `import { isIP } from "node:net";\nisIP("");\n` }), []);
  assert.deepEqual(
    await faultsOf({
      "src/simulator/a.ts": `import { createServer, type Socket } from "node:net";\nexport type S = Socket;\ncreateServer();\n`,
    }),
    [],
  );
  await assertFault({ "src/mesh/a.ts": `import { createServer } from "node:net";\n` }, /imports createServer of node:net/);
});

Deno.test("checkLayers() reports the console outside the log and the command line", async () => {
  await assertFault({ "src/mesh/a.ts": `console.log("here");\n` }, /a\.ts:1 uses console\.log/);
  await assertFault({ "src/simulator/a.ts": `const print = globalThis.console.error;\n` }, /a\.ts:1 uses console\.error/);
  await assertFault({ "src/mesh/a.ts": `const { log } = console;\n` }, /a\.ts:1 uses console/);
});

Deno.test("checkLayers() reports time that does not come from the clock", async () => {
  for (
    const use of [
      "setTimeout(() => {}, 1)",
      "setInterval(() => {}, 1)",
      "Date.now()",
      "performance.now()",
      "new Date()",
      "Date()",
      "AbortSignal.timeout(1)",
    ]
  ) {
    await assertFault({ "src/mesh/a.ts": `export const x = ${use};\n` }, /a\.ts:1 uses .*; time comes from src\/clock\.ts/);
  }
  assert.deepEqual(await faultsOf({ "main.ts": `import "./src/cli/mod.ts";\nperformance.now();\n` }), []);
  await assertFault({ "src/mesh/a.ts": `import { setTimeout } from "node:timers/promises";\n` }, /a\.ts:1 imports node:timers\/promises/);
  assert.deepEqual(
    await faultsOf({ "src/mesh/a.ts": `export const x = [new Date(5), Date.UTC(2026), ({ setTimeout: 1 }).setTimeout];\n` }),
    [],
  );
});

Deno.test("checkLayers() reports protobuf packages outside the codec, types too", async () => {
  await assertFault(
    { "src/link/a.ts": `import { create } from "@bufbuild/protobuf";\n` },
    /a\.ts:1 imports @bufbuild\/protobuf; only src\/link\/codec\.ts/,
  );
  await assertFault({ "src/mesh/a.ts": `import type { Mesh } from "@meshtastic/protobufs";\n` }, /a\.ts:1 imports @meshtastic\/protobufs/);
  await assertFault({ "src/mesh/a.ts": `import "npm:@meshtastic/protobufs@2.7.18";\n` }, /a\.ts:1 imports npm:@meshtastic/);
  await assertFault({ "src/mesh/a.ts": `import "@bufbuild/protobuf/wire";\n` }, /a\.ts:1 imports @bufbuild/);
});

Deno.test("checkLayers() reports files in no room, files that cannot be read, and directives that silence it", async () => {
  await assertFault({ "src/attic/a.ts": "export {};\n" }, /src\/attic\/a\.ts:1 is in no room/);
  await assertFault({ "src/mesh/a.ts": "import {{ from;\n" }, /src\/mesh\/a\.ts:1 cannot be read/);
  for (const directive of ["// deno-lint-ignore-file", "// deno-lint-ignore-file layers/facts", "/* deno-lint-ignore-file */"]) {
    const faults = await faultsOf({ "src/mesh/a.ts": `${directive}\nconsole.log(1);\n` });
    assert(faults.some((fault) => fault.startsWith("src/mesh/a.ts:1 silences this check")), JSON.stringify(faults));
  }
});

Deno.test("checkLayers() is not fooled by comments and strings", async () => {
  assert.deepEqual(
    await faultsOf({ "src/mesh/a.ts": `// Deno.connect(); import "../app.ts";\nexport const text = "console.log(Date.now())";\n` }),
    [],
  );
});

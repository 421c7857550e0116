import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { runCli } from "../../src/cli/mod.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { startBadServer } from "../support/bad_server.ts";
import { EsphomeServer } from "../support/esphome_server.ts";

interface Outcome {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

interface Where {
  readonly host?: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function environment({ host = "127.0.0.1", port, env = {} }: Where): Record<string, string> {
  return { HOME: "/home/pi", MESHBOT_NODE_HOST: host, MESHBOT_NODE_PORT: String(port), MESHBOT_WEATHER_ENABLED: "false", ...env };
}

async function check(where: Where, ...args: string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(["check", ...args], {
    env: environment(where),
    cwd: "/",
    signal: where.signal ?? new AbortController().signal,
    stdin: { readable: () => new ReadableStream(), isTerminal: () => false },
    write: (line) => out.push(line),
    writeError: (line) => err.push(line),
  });
  return { code, out, err };
}

function startNode(options: Parameters<typeof startSimulatedNode>[0] = {}): Promise<SimulatedNode> {
  return startSimulatedNode({ acceptPollMs: 0, nodes: 3, ...options });
}

Deno.test("meshbot check prints the way, the node and the findings, and exits with 0 when nothing is bad", async () => {
  await using node = await startNode();
  const { code, out, err } = await check(node);
  assert.equal(code, 0);
  assert.equal(err.length, 1);
  assert.match(
    err[0] ?? "",
    /^meshbot check: visiting 127\.0\.0\.1, port \d+\. .*only connection.*a bot that is running on it loses its link/,
  );
  const text = out.join("\n");
  assert.match(text, /^node: !a1b20a01 \(SIM, Simulated Node\), firmware 2\.7\.26\.54e0d8d, 4 nodes\n {2}address {7}127\.0\.0\.1:\d+\n/);
  assert.match(
    text,
    /\n {2}warn {2}The clock of the node is not set\.\n {8}Its packets carry no time:[^]*\n {8}Cure: Open the node in an app/,
  );
  assert.match(text, /\n {2}ok {4}The radio region is set \(EU_868\)\.\n/);
  assert.match(text, /\n\n {2}0 bad, 2 warn, \d+ ok$/);
  for (const line of out) assert.ok(line.length <= 100, line);
});

Deno.test("rule 24: meshbot check exits with 1 when a setting is bad, and sets nothing", async () => {
  await using node = await startNode({ region: 0 });
  const said: (string | undefined)[] = [];
  node.on("toRadio", ({ message }) => said.push(message.payloadVariant.case));
  const { code, out, err } = await check(node);
  assert.equal(code, 1);
  assert.match(out.join("\n"), /\n {2}bad {3}The radio region is not set\.\n {8}The node sends and receives nothing/);
  assert.equal(err.at(-1), "meshbot check: node: one setting keeps the bot from its work");
  assert.deepEqual(said, ["wantConfigId", "disconnect"]);
});

Deno.test("meshbot check judges by the configuration of the bot", async () => {
  await using node = await startNode();
  const { out } = await check({ port: node.port, env: { MESHBOT_MESH_ANSWER_MQTT: "true" } });
  assert.match(out.join("\n"), /MQTT; the bot answers them \(answer_mqtt\)/);
});

Deno.test("meshbot check --json prints one JSON object and nothing else on standard output", async () => {
  await using node = await startNode({ region: 0 });
  const { code, out } = await check(node, "--json");
  assert.equal(code, 1);
  assert.equal(out.length, 1);
  const { ok, checks: [report] } = JSON.parse(out[0] as string);
  assert.deepEqual([ok, report.name, report.ok, typeof report.tookMs], [false, "node", false, "number"]);
  const region = report.findings.find(({ level }: { level: string }) => level === "bad");
  assert.deepEqual(Object.keys(region), ["level", "what", "consequence", "cure"]);
});

Deno.test("meshbot check exits with 1 and one line when the node cannot be reached", async () => {
  const node = await startNode();
  const { port } = node;
  await node.stop();
  const { code, out, err } = await check({ port });
  assert.deepEqual([code, out], [1, ["node: failed"]]);
  assert.match(err[1] ?? "", /^meshbot check: node: Cannot visit the node \(127\.0\.0\.1:\d+\): .*refused/i);
  assert.equal(err.length, 2);

  const json = await check({ port }, "--json");
  assert.deepEqual([json.code, json.out.length, JSON.parse(json.out[0] as string).ok], [1, 1, false]);
});

Deno.test("meshbot check stops when it is told to", async () => {
  await using node = await startNode();
  node.goSilent(true);
  const stopping = new AbortController();
  const outcome = check({ port: node.port, signal: stopping.signal });
  await node.waitFor("dial");
  stopping.abort();
  const { code, err } = await outcome;
  assert.deepEqual([code, err.at(-1)], [1, "meshbot check: node: stopped before it was done"]);
});

Deno.test("meshbot check answers wrong use with 2 before it dials", async () => {
  await using node = await startNode();
  const cases: (readonly [string[], RegExp])[] = [
    [["--jsn"], /unknown option --jsn\. Did you mean: meshbot check --json$/],
    [["--config", "/nowhere/x.toml"], /\/nowhere\/x\.toml: there is no such file/],
    [["now"], /unexpected "now"/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await check(node, ...args);
    assert.deepEqual([code, out, err.length], [2, [], 1]);
    assert.match(err[0] ?? "", message);
  }
  assert.equal(node.connections.dialed, 0);
});

Deno.test("meshbot check works as a program, with a file, and leaves the node free for the next client", async () => {
  await using node = await startNode({ firmware: "2.8.0" });
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/meshbot.toml`;
    await Deno.writeTextFile(file, `[node]\nhost = "localhost"\nport = ${node.port}\n[weather]\nenabled = false\n`);
    const permissions = denoJson.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));
    const closed = node.waitFor("closed");
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...permissions, "main.ts", "check", "--config", file],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, err ?? "");
    assert.match(
      out ?? "",
      /^node: !a1b20a01 \(SIM, Simulated Node\), firmware 2\.8\.0\.7754068, 4 nodes\n[^]* 0 bad, \d+ warn, \d+ ok\n$/,
    );
    assert.match(err ?? "", /^meshbot check: visiting localhost, [^\n]*\n$/);
    assert.equal((await closed).cause, "disconnect");
    assert.deepEqual([node.connections.accepted, node.connections.current], [1, false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("meshbot check asks each service and remote once, and prints a line of a table for each", async () => {
  await using node = await startNode();
  await using roof = await startNode({ nodes: 2, nodeNum: 0xa1b20a77 });
  await using station = new EsphomeServer();
  await using bad = await startBadServer();
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/meshbot.toml`;
    const remote = (name: string, port: number) => `[[remote]]\nname = "${name}"\nhost = "127.0.0.1"\nport = ${port}\n`;
    await Deno.writeTextFile(
      file,
      `[esphome]\nurl = "${station.url}"\n[vigilance]\ndepartment = "59"\npage_url = "${bad.url("status500")}"\nmeteoalarm_url = "${
        bad.url("prose")
      }"\n${remote("roof", roof.port)}${remote("self", node.port)}`,
    );
    const { code, out, err } = await check(node, "--config", file);
    assert.equal(code, 1);
    const table = out.slice(out.lastIndexOf("") + 1).join("\n");
    assert.match(table, /^vigilance {4}failed {2}\d+\.\d s .*wrong: /m);
    assert.match(table, /^esphome {6}ok {6}\d+\.\d s +7 of 7 sensors have data/m);
    assert.match(table, /^remote roof {2}ok {6}\d+\.\d s +it hears /m);
    assert.match(table, /^remote self {2}failed {2}\d+\.\d s .*wrong: /m);
    assert.equal(err.filter((line) => line.startsWith("meshbot check: vigilance: ")).length, 1);
    for (const line of out) assert.ok(line.length <= 100, line);
    assert.equal(node.connections.accepted, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

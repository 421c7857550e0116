import assert from "node:assert/strict";
import { UsageError } from "../../src/errors.ts";
import { findScenario, SCENARIOS, type Simulation, startSimulation } from "../../src/simulator/scenario.ts";
import { connect, connectReady, dial } from "../support/sim.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

async function start(scenario: string, seed = 1): Promise<Simulation & { readonly fake: FakeClock }> {
  const fake = createFakeClock();
  return Object.assign(await startSimulation({ clock: fake, acceptPollMs: 0, airScale: 0, nodes: 3, seed, scenario }), { fake });
}

Deno.test("SCENARIOS have different names, a line each, and a calm default", () => {
  assert.equal(SCENARIOS[0]?.name, "calm");
  assert.equal(new Set(SCENARIOS.map(({ name }) => name)).size, SCENARIOS.length);
  for (const { name, summary } of SCENARIOS) {
    assert.match(name, /^[a-z-]+$/);
    assert.ok(summary.length > 10 && summary.length < 100 && !summary.includes("\n"));
    assert.equal(findScenario(name).name, name);
  }
  assert.throws(() => findScenario("storm"), (error) => error instanceof UsageError && /known are calm, flaky/.test(error.message));
});

Deno.test("startSimulation() starts and stops every scenario, and a client can complete its handshake in each", async () => {
  for (const { name } of SCENARIOS) {
    await using simulation = await start(name);
    const { node, fake } = simulation;
    const dialed = node.waitFor("dial");
    await using client = await dial(node);
    await dialed;
    // `slow` takes the connection up after 3 s.
    await fake.tick(3000);
    await client.handshake(1);
  }
});

Deno.test("startSimulation() gives `crowd` its 250 nodes, and each firmware its own", async () => {
  await using crowd = await start("crowd");
  assert.equal(crowd.mesh.nodes.length, 250);
  await using old = await start("old-firmware");
  assert.equal(old.node.station.firmware.answersHeartbeat, false);
  await using young = await start("new-firmware");
  assert.equal(young.node.station.firmware.thinNodeInfo, true);
});

Deno.test("`flaky` ends connections, in the same order for the same seed", async () => {
  assert.deepEqual(await endings(3), await endings(3));
});

async function endings(seed: number): Promise<string[]> {
  await using simulation = await start("flaky", seed);
  const causes: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    await using client = await connect(simulation.node);
    const closed = simulation.node.waitFor("closed");
    while (simulation.node.connections.current) await simulation.fake.tick(1000);
    causes.push((await closed).cause);
    await client.ended;
  }
  assert.deepEqual([...new Set(causes)].sort(), ["hungUp", "reset"]);
  return causes;
}

Deno.test("`silent` freezes the node after 2 minutes and thaws it 100 s later", async () => {
  await using simulation = await start("silent");
  const { node, fake } = simulation;
  await using client = await connectReady(node);
  await fake.tick(120_000);
  const dialed = node.waitFor("dial");
  await using next = await dial(node);
  await dialed;
  await fake.tick(99_999);
  assert.equal(node.connections.accepted, 1);
  await fake.tick(1);
  assert.equal(node.connections.accepted, 2);
  await next.handshake(3);
  await client.ended;
});

Deno.test("`away` refuses connections for a while, `reboot` counts its restarts", async () => {
  await using away = await start("away");
  await using client = await connect(away.node);
  const refusing = away.node.waitFor("refusing");
  await away.fake.tick(90_000);
  await refusing;
  await client.ended;
  await assert.rejects(dial(away.node), { name: "ConnectionRefused" });
  const listening = away.node.waitFor("listening");
  await away.fake.tick(85_000);
  await listening;

  await using reboot = await start("reboot");
  await reboot.fake.tick(90_000);
  assert.equal(reboot.node.station.rebootCount, 1);
});

Deno.test("`thief` takes the connection 2 s after each handshake, eight times in a row, then rests for 5 minutes", async () => {
  await using simulation = await start("thief");
  const { node, fake } = simulation;
  for (let theft = 1; theft <= 8; theft += 1) {
    await using client = await connectReady(node);
    await fake.tick(2000);
    assert.equal(await client.ended, "eof");
    assert.equal(node.connections.kicked, theft);
  }
  await using kept = await connectReady(node);
  await fake.tick(60_000);
  assert.equal(node.connections.current, true);
  await fake.tick(300_000);
  await kept.handshake(2);
  await fake.tick(2000);
  assert.equal(await kept.ended, "eof");
});

Deno.test("`garbage` writes between the frames what is no frame", async () => {
  await using simulation = await start("garbage", 4);
  await using client = await connectReady(simulation.node);
  for (let second = 0; second < 5; second += 1) {
    await simulation.fake.tick(1000);
    await client.barrier();
  }
  assert.ok(client.strayBytes > 0);
});

import assert from "node:assert/strict";
import { createSystemReader, type SystemSources, systemSources } from "../../src/health/system.ts";

const SIGNAL = new AbortController().signal;

const GOOD: SystemSources = {
  osUptimeS: () => 3600,
  load: () => [0.5, 1, 2],
  cores: () => 4,
  memory: () => ({ total: 1000, available: 600 }),
  readText: () => Promise.resolve("48312\n"),
  run: () => Promise.reject(new Error("there is no vcgencmd")),
  disk: () => Promise.resolve({ bsize: 4096, blocks: 100, bfree: 40, bavail: 30 }),
};

function notFound(): Error {
  return Object.assign(new Error("ENOENT"), { code: "ENOENT" });
}

Deno.test("createSystemReader() reads everything", async () => {
  assert.deepEqual(await createSystemReader(GOOD)("/data", SIGNAL), {
    osUptimeMs: 3_600_000,
    cpuCelsius: 48.312,
    load: [0.5, 1, 2],
    cores: 4,
    memory: { usedBytes: 400, totalBytes: 1000 },
    disk: { usedBytes: 60 * 4096, totalBytes: 90 * 4096 },
    power: undefined,
  });
});

Deno.test("createSystemReader() loses only what fails", async () => {
  const good = await createSystemReader(GOOD)("/data", SIGNAL);
  const fails = (): never => {
    throw new Error("not permitted");
  };
  const cases: [keyof SystemSources, keyof typeof good][] = [
    ["osUptimeS", "osUptimeMs"],
    ["readText", "cpuCelsius"],
    ["load", "load"],
    ["cores", "cores"],
    ["memory", "memory"],
    ["disk", "disk"],
  ];
  for (const [source, reading] of cases) {
    assert.deepEqual(await createSystemReader({ ...GOOD, [source]: fails })("/data", SIGNAL), { ...good, [reading]: undefined }, source);
  }
});

Deno.test("createSystemReader() asks vcgencmd where the file cannot be read", async () => {
  const asked: unknown[] = [];
  const answers = (answer: string): SystemSources["run"] => (program, args) => {
    if (args[0] === "measure_temp") asked.push([program, ...args]);
    return Promise.resolve(answer);
  };
  const temperature = async (text: string | undefined, answer: string) => {
    const readText = () => text === undefined ? Promise.reject(new Deno.errors.NotCapable("all access")) : Promise.resolve(text);
    return (await createSystemReader({ ...GOOD, readText, run: answers(answer) })("/data", SIGNAL)).cpuCelsius;
  };
  assert.equal(await temperature(undefined, "temp=48.3'C\n"), 48.3);
  assert.deepEqual(asked, [["vcgencmd", "measure_temp"]]);
  assert.equal(await temperature("nonsense", "temp=-4.0'C\n"), -4);
  assert.equal(await temperature("999999999", "VCHI initialization failed"), undefined);
  assert.equal(await temperature("61000", "temp=1'C"), 61);
});

Deno.test("createSystemReader() asks a Raspberry Pi for its power supply", async () => {
  const asked: unknown[] = [];
  const power = async (answer: string) => {
    const run: SystemSources["run"] = (program, args) => {
      asked.push([program, ...args]);
      return Promise.resolve(answer);
    };
    return (await createSystemReader({ ...GOOD, run })("/data", SIGNAL)).power;
  };
  assert.deepEqual(await power("throttled=0x0\n"), { isLow: false, wasLow: false });
  assert.deepEqual(asked, [["vcgencmd", "get_throttled"]]);
  assert.deepEqual(await power("throttled=0x50005\n"), { isLow: true, wasLow: true });
  assert.deepEqual(await power("throttled=0x50000"), { isLow: false, wasLow: true });
  // Bits 1 to 3 and 17 to 19 tell of the clock and the temperature.
  assert.deepEqual(await power("throttled=0xE000E\n"), { isLow: false, wasLow: false });
  assert.deepEqual(await power("throttled=0x1\n"), { isLow: true, wasLow: true });
  for (const answer of ["", "throttled=", "throttled=0x", "throttled=0x1FFFFFFFF1", "VCHI initialization failed", "x\nthrottled=0x1"]) {
    assert.equal(await power(answer), undefined, answer);
  }
});

Deno.test("createSystemReader() takes the disk of the nearest folder that exists", async () => {
  const tried: string[] = [];
  const disk = (path: string) => {
    tried.push(path);
    return path === "/var" ? GOOD.disk(path) : Promise.reject(notFound());
  };
  assert.notEqual((await createSystemReader({ ...GOOD, disk })("/var/lib/meshbot", SIGNAL)).disk, undefined);
  assert.deepEqual(tried, ["/var/lib/meshbot", "/var/lib", "/var"]);
  const none = () => Promise.reject(notFound());
  assert.equal((await createSystemReader({ ...GOOD, disk: none })("/var/lib/meshbot", SIGNAL)).disk, undefined);
  assert.equal((await createSystemReader({ ...GOOD, disk: none })("relative/folder", SIGNAL)).disk, undefined);
});

Deno.test("createSystemReader() believes no impossible amounts", async () => {
  const memory = () => ({ total: 0, available: 5 });
  const disk = () => Promise.resolve({ bsize: 4096, blocks: 0, bfree: 0, bavail: 0 });
  const readings = await createSystemReader({ ...GOOD, memory, disk })("/data", SIGNAL);
  assert.equal(readings.memory, undefined);
  for (const cores of [0, NaN]) assert.equal((await createSystemReader({ ...GOOD, cores: () => cores })("/data", SIGNAL)).cores, undefined);
  assert.equal(readings.disk, undefined);
});

Deno.test("systemSources reads this machine", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { osUptimeMs, load, cores, memory, disk } = await createSystemReader()(`${folder}/not/made/yet`, SIGNAL);
    assert(osUptimeMs !== undefined && osUptimeMs > 0);
    assert.equal(load?.length, 3);
    assert(cores !== undefined && Number.isInteger(cores));
    assert(memory !== undefined && memory.usedBytes < memory.totalBytes);
    assert(disk !== undefined && disk.usedBytes <= disk.totalBytes);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("systemSources runs programs and fails with them", async () => {
  assert.equal(await systemSources.run(Deno.execPath(), ["eval", "console.log('temp=1')"], SIGNAL), "temp=1\n");
  await assert.rejects(systemSources.run(Deno.execPath(), ["eval", "Deno.exit(3)"], SIGNAL), /code 3$/);
  await assert.rejects(systemSources.run("meshbot-has-no-such-program", [], SIGNAL));
});

import assert from "node:assert/strict";
import { SwitchedParts } from "../../src/app/switched_parts.ts";
import { type Config, loadConfig } from "../../src/config.ts";

/** A configuration in which the weather is on or off and has a URL. */
function configured(env: Record<string, string>): Config {
  return loadConfig({ file: null, env: { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/nonexistent", ...env }, cwd: "/" }).config;
}

function createRig() {
  const events: string[] = [];
  const parts = new SwitchedParts();
  const weather = parts.add({
    name: "weather",
    settings: (config) => config.weather.enabled ? config.weather : undefined,
    start(config) {
      const url = config.weather.wttr_url;
      events.push(`start ${url}`);
      return {
        url,
        [Symbol.asyncDispose]() {
          events.push(`end ${url}`);
          return Promise.resolve();
        },
      };
    },
  });
  return { events, parts, url: () => weather.current?.url };
}

const OFF = { MESHBOT_WEATHER_ENABLED: "false" };
const ONE = { MESHBOT_WEATHER_WTTR_URL: "https://one.test" };
const TWO = { MESHBOT_WEATHER_WTTR_URL: "https://two.test" };

Deno.test("SwitchedParts starts what is on, restarts what has other settings and ends what is off", async () => {
  const { events, parts, url } = createRig();
  assert.equal(url(), undefined);
  parts.configure(configured(OFF));
  assert.equal(url(), undefined);
  parts.configure(configured(ONE));
  assert.equal(url(), "https://one.test");
  parts.configure(configured({ ...ONE, MESHBOT_ECHO_CHANNEL: "1" }));
  assert.deepEqual(events, ["start https://one.test"], "a key of another part changes nothing");
  parts.configure(configured(TWO));
  assert.equal(url(), "https://two.test");
  parts.configure(configured({ ...TWO, MESHBOT_LANGUAGE: "fr" }));
  parts.configure(configured(OFF));
  assert.equal(url(), undefined);
  await parts[Symbol.asyncDispose]();
  assert.deepEqual(events, [
    "start https://one.test",
    "end https://one.test",
    "start https://two.test",
    "end https://two.test",
    "start https://two.test",
    "end https://two.test",
  ]);
});

Deno.test("SwitchedParts ends everything, also when one part fails to end", async () => {
  const { events, parts } = createRig();
  parts.add({
    name: "sick",
    settings: () => true,
    start: () => ({ [Symbol.asyncDispose]: () => Promise.reject(new Error("it hangs together badly")) }),
  });
  parts.configure(configured(ONE));
  await parts[Symbol.asyncDispose]();
  assert.deepEqual(events, ["start https://one.test", "end https://one.test"]);
});

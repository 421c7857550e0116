import assert from "node:assert/strict";
import { type LogFormat, logger, startLog, stopLog } from "../src/log.ts";

function logged(format: LogFormat, write: () => void, debug = false): string[] {
  const lines: string[] = [];
  startLog({ format, debug, write: (line) => lines.push(line) });
  try {
    write();
  } finally {
    stopLog();
  }
  return lines;
}

Deno.test("startLog() writes text lines with time, level and category", async () => {
  const [line] = await logged("text", () => logger("link").info`TCP connected to ${"192.168.1.5"}:${4403}`);
  assert.match(line ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {4}link: TCP connected to 192\.168\.1\.5:4403$/);
});

Deno.test("startLog() a second time changes how lines look from the next one on", () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  startLog({ format: "text", debug: false, write });
  try {
    logger("link").debug`one`;
    startLog({ format: "journal", debug: true, write });
    logger("link").debug`two`;
  } finally {
    stopLog();
  }
  assert.deepEqual(lines, ["<7>link: two"]);
});

Deno.test("startLog() writes journald's priorities, on every line of a message", async () => {
  const lines = await logged("journal", () => {
    logger("health").warn`silent`;
    logger("command").error`failed: ${new Error("broken")}`;
    logger("service.weather").info`fine`;
  });
  assert.equal(lines[0], "<4>health: silent");
  assert.ok(lines[1]?.split("\n").every((line) => line.startsWith("<3>")));
  assert.equal(lines[2], "<6>service.weather: fine");
});

Deno.test("startLog() writes one JSON object a line", async () => {
  const [line] = await logged("json", () => logger("mesh").info`ready ${"x\ny"}`);
  const { level, logger: category } = JSON.parse(line ?? "") as { level: string; logger: string };
  assert.deepEqual([level, category], ["INFO", "mesh"]);
});

Deno.test("startLog() shows debug lines only when it is told to", async () => {
  const write = () => logger("mesh").debug`packet`;
  assert.equal((await logged("text", write)).length, 0);
  assert.equal((await logged("text", write, true)).length, 1);
});

Deno.test("a value in the log cannot forge a line or move the terminal", async () => {
  const [line] = await logged("text", () => logger("command").info`text ${"a\n2026 ERROR forged\u001b[2J\u202e\u2028"} end`);
  assert.doesNotMatch(line ?? "", /[\p{Cc}\p{Cf}\p{Zl}]/u);
  assert.match(line ?? "", /a\\u\{a\}2026 ERROR forged\\u\{1b\}/);
});

Deno.test("an unexpected error is logged with its stack", async () => {
  const [line] = await logged("text", () => logger("command").error`failed: ${new Error("broken")}`);
  assert.match(line ?? "", /Error: broken\n\s+at /);
});

Deno.test("an unexpected error is logged with its stack in JSON too", async () => {
  const [line] = await logged("json", () => logger("command").error`failed: ${new Error("broken")}`);
  assert.match((JSON.parse(line ?? "") as { message: string }).message, /failed: .*Error: broken\\n\s+at /);
});

Deno.test("logger() is silent before the log is started", () => {
  logger("link").info`nobody hears this`;
});

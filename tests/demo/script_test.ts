import assert from "node:assert/strict";
import fc from "fast-check";
import { Answers } from "../../src/demo/answers.ts";
import { readLines } from "../../src/demo/lines.ts";
import { playScript } from "../../src/demo/script.ts";
import { createFakeClock } from "../support/fake_clock.ts";

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("readLines() gives the lines back, however the bytes are cut", () => {
  const line = fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n]/g, "").toWellFormed().replaceAll("\ufeff", ""));
  return fc.assert(fc.asyncProperty(fc.array(line), fc.nat(7), async (lines, step) => {
    const whole = bytes(lines.map((text) => `${text}\n`).join(""));
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += step + 1) chunks.push(whole.slice(at, at + step + 1));
    assert.deepEqual(await Array.fromAsync(readLines(streamOf(chunks))), lines);
  }));
});

Deno.test("readLines() takes a last line without an end, and CR LF", async () => {
  assert.deepEqual(await Array.fromAsync(readLines(streamOf([bytes("a\r\nb\nc")]))), ["a", "b", "c"]);
});

Deno.test("playScript() sends each line when the answer to the one before is complete", async () => {
  const clock = createFakeClock();
  const said: string[] = [];
  const answers = new Answers({ clock, openParts: () => 0 });
  const speaker = {
    sendDirect: (text: string) => said.push(`direct ${text}`),
    sendChannel: (text: string) => said.push(`channel ${text}`),
  };
  const signal = new AbortController().signal;
  let over = false;
  const playing = playScript({ stdin: streamOf([bytes("/ping\n\n#hello all\n/help\n")]), speaker, answers, signal }).then(() =>
    over = true
  );
  await clock.tick(0);
  assert.deepEqual(said, ["direct /ping"]);
  answers.heard(1);
  answers.handled(1);
  await clock.tick(0);
  assert.deepEqual(said, ["direct /ping", "channel hello all"]);
  await clock.tick(3000);
  assert.deepEqual(said, ["direct /ping", "channel hello all", "direct /help"]);
  assert.equal(over, false);
  await clock.tick(10_000);
  await playing;
  assert.equal(clock.pendingTimers(), 0);
});

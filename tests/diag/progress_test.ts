import assert from "node:assert/strict";
import { type Progress, progressLine, Screen, statusText } from "../../src/diag/progress.ts";

const PROGRESS: Progress = { elapsedMs: 252_000, durationMs: 600_000, packetsPerMinute: 12.4, silentForMs: 3400, roundTripMs: 45 };

Deno.test("progressLine() shows the share, the time left and how the link stands, within the columns", () => {
  assert.equal(
    progressLine(PROGRESS, 200),
    "[########------------] 42 %  5 min 48 s left  12 packets/min, silent for 3.0 s, heartbeat 45 ms",
  );
  assert.equal(progressLine(PROGRESS, 30).length, 29);
  assert.match(progressLine({ ...PROGRESS, elapsedMs: 700_000 }, 80), /^\[#{20}\] 100 % {2}0 ms left/);
});

Deno.test("statusText() says when there is no connection and no answer yet", () => {
  assert.equal(
    statusText({ ...PROGRESS, packetsPerMinute: 0.25, silentForMs: undefined, roundTripMs: undefined }),
    "0.3 packets/min, no connection",
  );
});

Deno.test("Screen keeps its bar below the lines", () => {
  const written: string[] = [];
  const screen = new Screen((line) => written.push(line), 80);
  screen.line("one");
  screen.bar("bar 1");
  screen.line("two");
  screen.bar("bar 2");
  screen.bar(undefined);
  screen.bar(undefined);
  screen.line("three");
  // What a terminal makes of it.
  const up = "\x1b[1A";
  const clear = "\r\x1b[2K";
  const shown: string[] = [];
  let row = 0;
  for (const text of written) {
    let rest = text;
    while (rest.startsWith(up)) {
      row -= 1;
      rest = rest.slice(up.length);
      if (!rest.startsWith(clear)) break;
      shown[row] = "";
      rest = rest.slice(clear.length);
    }
    if (rest !== "") shown[row] = rest;
    row += 1;
  }
  assert.deepEqual(shown, ["one", "two", "three"]);
});

Deno.test("Screen without a terminal writes lines and no bar", () => {
  const written: string[] = [];
  const screen = new Screen((line) => written.push(line), undefined);
  screen.bar("bar");
  screen.line("one");
  screen.bar(undefined);
  assert.deepEqual(written, ["one"]);
});

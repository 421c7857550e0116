import assert from "node:assert/strict";
import { Reread } from "../../src/share/reread.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

/** A plan on a clock, and what the radio was asked; the radio answers nothing by itself, and is away while `linked` says so. */
function rig(): { readonly clock: FakeClock; readonly reread: Reread; readonly asked: string[]; readonly radio: { linked: boolean } } {
  const clock = createFakeClock();
  const asked: string[] = [];
  const radio = { linked: true };
  const ask = (what: string) => () => {
    asked.push(radio.linked ? what : `${what}?`);
    return radio.linked;
  };
  return { clock, reread: new Reread({ clock, askConfig: ask("settings"), askNodes: ask("nodes") }), asked, radio };
}

Deno.test("Reread.after() asks 10 s after the last change, and for nothing when nothing changed", async () => {
  const { clock, reread, asked } = rig();
  reread.after("nothing");
  assert.equal(clock.pendingTimers(), 0);
  reread.after("settings");
  await clock.tick(9000);
  reread.after("settings");
  reread.after("nothing");
  await clock.tick(9999);
  assert.deepEqual(asked, []);
  await clock.tick(1);
  assert.deepEqual(asked, ["settings"]);
  reread.completed();
  await clock.tick(60_000);
  assert.deepEqual(asked, ["settings"]);
});

Deno.test("Reread asks for the nodes when the settings have been told, once", async () => {
  const { clock, reread, asked } = rig();
  reread.after("settings");
  reread.after("nodes");
  await clock.tick(10_000);
  assert.deepEqual(asked, ["settings"]);
  reread.completed();
  assert.deepEqual(asked, ["settings", "nodes"]);
  reread.completed();
  reread.completed();
  assert.deepEqual(asked, ["settings", "nodes"]);
});

Deno.test("Reread asks for the nodes alone when only they have changed", async () => {
  const { clock, reread, asked } = rig();
  reread.after("nodes");
  await clock.tick(10_000);
  assert.deepEqual(asked, ["nodes"]);
  reread.completed();
  assert.deepEqual(asked, ["nodes"]);
});

Deno.test("Reread.completed() asks nothing while a change is still settling", async () => {
  const { clock, reread, asked } = rig();
  reread.after("settings");
  reread.completed();
  assert.deepEqual(asked, []);
  await clock.tick(10_000);
  assert.deepEqual(asked, ["settings"]);
});

Deno.test("Reread asks for the nodes again after the radio's handshake when it was away, and for the settings no more", async () => {
  const { clock, reread, asked, radio } = rig();
  reread.after("settings");
  reread.after("nodes");
  reread.lost();
  radio.linked = false;
  await clock.tick(10_000);
  assert.deepEqual(asked, ["nodes?"]);
  radio.linked = true;
  reread.completed();
  assert.deepEqual(asked, ["nodes?", "nodes"]);
  reread.completed();
  assert.deepEqual(asked, ["nodes?", "nodes"]);
});

Deno.test("Reread asks for the nodes when the settings could not be asked for", async () => {
  const { clock, reread, asked, radio } = rig();
  radio.linked = false;
  reread.after("settings");
  reread.after("nodes");
  await clock.tick(10_000);
  assert.deepEqual(asked, ["settings?", "nodes?"]);
  radio.linked = true;
  reread.completed();
  assert.deepEqual(asked, ["settings?", "nodes?", "nodes"]);
});

Deno.test("Reread.stop() forgets what was to be asked", async () => {
  const { clock, reread, asked } = rig();
  reread.after("settings");
  reread.after("nodes");
  reread.stop();
  assert.equal(clock.pendingTimers(), 0);
  reread.completed();
  await clock.tick(60_000);
  assert.deepEqual(asked, []);
});

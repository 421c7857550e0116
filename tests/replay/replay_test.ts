import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { UsageError } from "../../src/errors.ts";
import { encode } from "../../src/link/codec.ts";
import { connectTcp } from "../../src/link/connection.ts";
import { encodeFrame } from "../../src/link/frame.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { formatLine, type LineContent, toHex } from "../../src/record/lines.ts";
import { openRecorder } from "../../src/record/recorder.ts";
import { type ReplayEvent, replayRecording } from "../../src/replay/replay.ts";
import { type Bot, type BotOptions, readyState, startBot } from "../support/bot.ts";
import { handshakeMessages, NEIGHBOUR_NUM, NODE_NUM } from "../support/node_handshake.ts";

const REAL_NODE = 0xa1b2_0a01;
const NODE_BRAVO = 0xc3d4_0b02;

const realRecording = await Deno.readTextFile(new URL("../testdata/real-node-2.7.26.jsonl", import.meta.url));

for (const speed of ["fastest", 100] as const) {
  Deno.test(`replayRecording() plays the firmware's own recording through the whole bot (${speed})`, async () => {
    const replay = await replayRecording({ text: realRecording, speed });
    assert.deepEqual(
      replay.heard.map(({ from, to, text }) => ({ from, to, text: text.slice(0, 8) })),
      [
        { from: NODE_BRAVO, to: REAL_NODE, text: "/ping" },
        { from: NODE_BRAVO, to: 0xffff_ffff, text: "bonjour " },
        { from: NODE_BRAVO, to: REAL_NODE, text: "éééééééé" },
        { from: NODE_BRAVO, to: REAL_NODE, text: "\ufffd\ufffd bad u" },
      ],
    );
    const { said } = replay;
    assert.deepEqual(said.map(({ from, to, replyId }) => ({ from, to, replyId })), [
      { from: REAL_NODE, to: NODE_BRAVO, replyId: 1_863_279_581 },
    ]);
    assert.match(said[0]?.text ?? "", /direct/);
    const { handshakes, recordedHandshakes, complete, healthy, durationMs } = replay;
    assert.deepEqual({ handshakes, recordedHandshakes, complete, healthy }, {
      handshakes: 1,
      recordedHandshakes: 1,
      complete: true,
      healthy: true,
    });
    assert.equal(Math.round(durationMs), 37_972);
  });
}

/** Lives through something with a bot whose link is recorded; gives the recording, and what the bot said. */
async function recorded(
  live: (bot: Bot) => Promise<void>,
  { withSecrets, ...options }: BotOptions & { readonly withSecrets: boolean },
): Promise<{ text: string; said: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-record-" });
  const path = join(folder, "link.jsonl");
  try {
    let said: string[] = [];
    {
      await using recorder = await openRecorder({ path, clock: systemClock, withSecrets });
      await using bot = await startBot({ ...options, app: { connect: recorder.tap(connectTcp), ...options.app } });
      await live(bot);
      said = bot.said.map(({ text }) => text);
    }
    return { text: await Deno.readTextFile(path), said };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("replayRecording() of a bot's own recording says what the bot said, over a connection that the node closed", async () => {
  const { text, said } = await recorded(async (bot) => {
    await bot.ask("/ping");
    const lost = new Promise<void>((resolve) => {
      const unlisten = bot.app.link.listen(({ type }) => {
        if (type !== "lost") return;
        unlisten();
        resolve();
      });
    });
    bot.node.hangUp();
    await lost;
    await readyState(bot.app);
    await bot.ask("/nodes");
    await bot.ask("/my");
  }, { withSecrets: true });
  const events: ReplayEvent[] = [];
  const replay = await replayRecording({
    text,
    speed: "fastest",
    onEvent: (event) => void events.push(event),
  });
  assert.deepEqual(replay.heard.map((heard) => heard.text).filter((heard) => heard.startsWith("/")), ["/ping", "/nodes", "/my"]);
  // How long ago a node was heard is told in whole units.
  const plain = (line: string): string => line.replace(/\d+/g, "N");
  assert.deepEqual(replay.said.map((entry) => plain(entry.text)).sort(), said.map(plain).sort());
  assert.deepEqual([replay.handshakes, replay.recordedHandshakes, replay.givenUp, replay.healthy], [2, 2, 0, true]);
  const notes = events.flatMap((event) => event.type === "note" ? [event.note] : []);
  assert.deepEqual(notes, [
    "the bot is ready",
    "the node closes the connection",
    "the bot lost its connection: closed by the node (FIN)",
    "the bot is ready",
  ]);
});

Deno.test("replayRecording() of a recording without secrets gives the bot filler where somebody wrote to it", async () => {
  const { text } = await recorded(async (bot) => void await bot.ask("/ping"), { withSecrets: false });
  const replay = await replayRecording({ text, speed: "fastest" });
  assert.deepEqual(replay.heard.map((heard) => heard.text), ["xxxxx"]);
  assert.equal(replay.healthy, true);
});

/** A recording line by line, with a handshake at 0 s. */
class Written {
  readonly #lines: string[] = [];

  constructor() {
    this.line(0, { dir: "start", wallMs: Date.UTC(2026, 5, 15, 12), version: "0.0.0", secrets: false });
    this.connect(0);
  }

  line(atS: number, content: LineContent): this {
    this.#lines.push(formatLine(atS * 1000, content));
    return this;
  }

  connect(atS: number, nonce = 77): this {
    this.line(atS, { dir: "open", wallMs: 0, address: "192.0.2.7" });
    this.to(atS, { payloadVariant: { case: "wantConfigId", value: nonce } });
    for (const message of handshakeMessages()) {
      this.from(
        atS,
        message.payloadVariant.case === "configCompleteId" ? { payloadVariant: { case: "configCompleteId", value: nonce } } : message,
      );
    }
    return this;
  }

  to(atS: number, message: Init<"ToRadio">): this {
    return this.line(atS, { dir: "to", bytes: toHex(encodeFrame(encode("ToRadio", message))) });
  }

  from(atS: number, message: Init<"FromRadio"> | FromRadio): this {
    return this.line(atS, { dir: "from", bytes: toHex(encodeFrame(encode("FromRadio", message))) });
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

const heartbeat: Init<"ToRadio"> = { payloadVariant: { case: "heartbeat", value: {} } };
const queueStatus: Init<"FromRadio"> = { payloadVariant: { case: "queueStatus", value: { free: 16, maxlen: 16 } } };

Deno.test("replayRecording() answers the bot's own heartbeats while the recorded node was alive, and the bot stays", async () => {
  const written = new Written().to(250, heartbeat).from(250.1, queueStatus).to(550, heartbeat).from(550.1, queueStatus);
  const replay = await replayRecording({ text: written.text, speed: "fastest" });
  assert.deepEqual([replay.handshakes, replay.givenUp, replay.healthy], [1, 0, true]);
});

Deno.test("replayRecording() shows a bot that gives up a node which the recorded client kept", async () => {
  const written = new Written();
  for (let atS = 30; atS <= 210; atS += 30) written.to(atS, heartbeat);
  const events: ReplayEvent[] = [];
  const replay = await replayRecording({ text: written.text, speed: "fastest", onEvent: (event) => void events.push(event) });
  assert.ok(replay.givenUp >= 1, String(replay.givenUp));
  assert.deepEqual([replay.recordedGivenUp, replay.complete, replay.healthy], [0, true, false]);
  const lost = events.find((event) => event.type === "note" && /lost its connection/.test(event.note));
  assert.ok(lost?.type === "note" && lost.atMs > 55_000 && lost.atMs < 65_000, JSON.stringify(lost));
});

Deno.test("replayRecording() lets a bot wait that the recorded node let wait, and closes what the recorded client gave up", async () => {
  const written = new Written()
    .line(20, { dir: "eof", by: "network", why: "connection reset" })
    .line(20.1, { dir: "refused", why: "Connection refused" })
    .connect(80, 69420)
    .line(90, { dir: "eof", by: "us", why: "closed by us" })
    .connect(90.5, 69420)
    .from(100, queueStatus);
  const events: ReplayEvent[] = [];
  const replay = await replayRecording({ text: written.text, speed: "fastest", onEvent: (event) => void events.push(event) });
  const notes = events.flatMap((event) => event.type === "note" ? [{ atS: event.atMs / 1000, note: event.note }] : []);
  const ready = notes.filter(({ note }) => note === "the bot is ready").map(({ atS }) => atS);
  assert.equal(ready.length, 3);
  assert.ok((ready[0] ?? 99) < 1);
  // The bot tries every ten seconds by then.
  assert.ok((ready[1] ?? 0) >= 80 && (ready[1] ?? 99) < 90, String(ready[1]));
  assert.ok((ready[2] ?? 0) >= 90.5 && (ready[2] ?? 99) < 95, String(ready[2]));
  assert.ok(notes.some(({ note }) => note.startsWith("the recorded client gave its connection up here")));
  assert.deepEqual([replay.handshakes, replay.recordedHandshakes, replay.recordedGivenUp, replay.healthy], [3, 3, 1, true]);
});

Deno.test("replayRecording() names in an answer of the node the packet of today, and in one of a person too", async () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const said = (id: number, payload: string, more: Init<"Data"> = {}): Init<"FromRadio"> => ({
    payloadVariant: {
      case: "packet",
      value: {
        from: NEIGHBOUR_NUM,
        to: NODE_NUM,
        id,
        rxRssi: -80,
        hopStart: 3,
        hopLimit: 3,
        payloadVariant: { case: "decoded", value: { portnum: 1, payload: text(payload), bitfield: 1, ...more } },
      },
    },
  });
  const routing: Init<"FromRadio"> = {
    payloadVariant: {
      case: "packet",
      value: {
        from: NEIGHBOUR_NUM,
        to: NODE_NUM,
        id: 12,
        rxRssi: -80,
        payloadVariant: {
          case: "decoded",
          value: { portnum: 5, payload: encode("Routing", { variant: { case: "errorReason", value: 0 } }), requestId: 5555 },
        },
      },
    },
  };
  const answer: Init<"ToRadio"> = {
    payloadVariant: {
      case: "packet",
      value: { to: NEIGHBOUR_NUM, id: 5555, payloadVariant: { case: "decoded", value: { portnum: 1, payload: text("xxx"), replyId: 11 } } },
    },
  };
  const written = new Written().from(5, said(11, "/ping")).to(5.1, answer).from(6, routing).from(9, said(13, "thanks", { replyId: 5555 }))
    .from(10, queueStatus);
  const replay = await replayRecording({ text: written.text, speed: "fastest" });
  assert.deepEqual(replay.said.map(({ replyId }) => replyId), [11]);
  const [, thanks] = replay.heard;
  assert.equal(thanks?.text, "thanks");
  assert.notEqual(thanks?.replyId, 5555);
  assert.notEqual(thanks?.replyId, 0);
});

Deno.test("replayRecording() ends when it is told to, and refuses what is no recording", async () => {
  const stopping = new AbortController();
  const replay = await replayRecording({
    text: realRecording,
    speed: "fastest",
    signal: stopping.signal,
    onEvent: ({ type }) => void (type === "heard" && stopping.abort()),
  });
  assert.deepEqual([replay.complete, replay.healthy, replay.heard.length], [false, false, 1]);
  for (const text of ["", "hello\n", '{"t":1}\n', "[node]\nhost = 1\n"]) {
    await assert.rejects(replayRecording({ text, speed: 1 }), UsageError);
  }
});

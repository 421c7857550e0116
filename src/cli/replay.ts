/** `meshbot replay`. */
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { startLog, stopLog } from "../log.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import type { Replay, ReplayedText, ReplayEvent } from "../replay/replay.ts";
import { defineCommand } from "./command.ts";

// Two files of 16 MiB, put together, and room.
const MAX_RECORDING_BYTES = 64 * 1024 * 1024;
const MIN_SPEED = 0.1;
const MAX_SPEED = 1000;
// A text fits into a frame.
const MAX_TEXT_BYTES = 512;

/** Plays a recorded link again through the bot. */
export const replayCommand = defineCommand({
  name: "replay",
  summary: "Play a recorded link again through the bot",
  usage: "FILE [--speed N | --as-fast-as-possible] [--debug] [--json]",
  description: [
    "FILE is what meshbot run --record FILE or meshbot diag --record FILE wrote. The bot runs on a node on this machine that says what the",
    "recorded one said, when it said it, answers what it is asked as that one did, and closes the connection where that one did.",
    "Standard output has each text that the bot was given and each that it sent; the log goes to standard error. No radio is needed,",
    "nothing is sent to anybody, and it writes only to a temporary folder. Settings come from MESHBOT_ variables of the environment.",
  ].join("\n"),
  options: {
    file: { type: "word", value: "FILE", help: "The recording" },
    speed: { type: "text", value: "N", help: `Times as fast as it was recorded, ${MIN_SPEED} to ${MAX_SPEED}`, default: "1" },
    "as-fast-as-possible": { type: "flag", help: "Pass over the time in which nothing happens" },
    debug: { type: "flag", help: "Show every packet in the log" },
    json: { type: "flag", help: "Print nothing but one JSON object a line on standard output: each text, each event, the end" },
  },
  exitCodes: {
    0: "it was played to its end, and the bot lost nothing that the recorded client kept",
    1: "the bot completed no handshake though the recorded client did, gave a connection up that the recorded client kept, or it was told to stop",
  },
  examples: ["meshbot replay trouble.jsonl --as-fast-as-possible", "meshbot replay trouble.jsonl --speed 10 --json"],
  async run({ args, env, cwd, signal, write, writeError }) {
    if (args.file === undefined) throw new UsageError("say which recording to play: meshbot replay FILE");
    const speed = readSpeed(args.speed, args["as-fast-as-possible"]);
    const text = await readRecordingText(resolve(cwd, args.file));
    const { replayRecording } = await import("../replay/replay.ts");
    startLog({ format: "text", debug: args.debug, write: writeError });
    try {
      const onEvent = (event: ReplayEvent): void => write(args.json ? eventJson(event) : eventLine(event));
      const replay = await replayRecording({ text, speed, env, signal, onEvent });
      write(args.json ? endJson(replay) : endLines(replay).join("\n"));
      return replay.healthy ? 0 : 1;
    } finally {
      stopLog();
    }
  },
});

async function readRecordingText(path: string): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size > MAX_RECORDING_BYTES) {
    throw new UsageError(`${path} is larger than ${MAX_RECORDING_BYTES / 1024 / 1024} MiB: that is no recording of this program`);
  }
  return await Deno.readTextFile(path);
}

function readSpeed(text: string | undefined, fastest: boolean): number | "fastest" {
  if (fastest && text !== undefined) {
    throw new UsageError("--speed and --as-fast-as-possible are two ways to play: say one of them, or none");
  }
  if (fastest) return "fastest";
  const speed = text === undefined ? 1 : /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (speed >= MIN_SPEED && speed <= MAX_SPEED) return speed;
  throw new UsageError(`--speed is ${JSON.stringify(text)}: must be a number from ${MIN_SPEED} to ${MAX_SPEED}`);
}

function eventLine(event: ReplayEvent): string {
  if (event.type === "note") return `${timeText(event.atMs)} ${event.note}`;
  const { atMs, from, text } = event.text;
  const who = event.type === "said" ? "the bot" : formatNodeId(from);
  return `${timeText(atMs)} ${who} to ${addressee(event.text)}: ${cleanText(text, { maxBytes: MAX_TEXT_BYTES })}`;
}

function addressee({ to, channel }: ReplayedText): string {
  return to === BROADCAST_NUM ? `channel ${channel}` : formatNodeId(to);
}

function timeText(atMs: number): string {
  return `[${(atMs / 1000).toFixed(1).padStart(7)} s]`;
}

function eventJson(event: ReplayEvent): string {
  if (event.type === "note") return JSON.stringify({ type: "note", at: atS(event.atMs), note: event.note });
  const { atMs, from, to, channel, replyId, text } = event.text;
  return JSON.stringify({ type: event.type, at: atS(atMs), from: formatNodeId(from), to: formatNodeId(to), channel, replyId, text });
}

function atS(atMs: number): number {
  return Math.round(atMs) / 1000;
}

function endJson({ heard, said, durationMs, ...rest }: Replay): string {
  return JSON.stringify({ type: "end", duration: atS(durationMs), heard: heard.length, said: said.length, ...rest });
}

function endLines(replay: Replay): string[] {
  const { heard, said, handshakes, recordedHandshakes, givenUp, recordedGivenUp, unreadableLines } = replay;
  return [
    replay.complete ? `played to its end: ${(replay.durationMs / 1000).toFixed(1)} s` : "ended early",
    `handshakes: ${handshakes} by the bot, ${recordedHandshakes} recorded; connections given up: ${givenUp} by the bot, ${recordedGivenUp} recorded`,
    `texts: ${heard.length} given to the bot, ${said.length} sent by it`,
    ...(unreadableLines === 0 ? [] : [`lines of the recording that could not be read: ${unreadableLines}`]),
  ];
}

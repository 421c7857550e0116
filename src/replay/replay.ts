/** Plays a recorded link again through the whole bot: on a node that behaves as the recorded one did, in a folder of its own. */
import { type App, openStoreIn, startApp } from "../app.ts";
import { type Config, loadConfig } from "../config.ts";
import { type ConnectFunction, connectTcp, describeCause, type Socket } from "../link/connection.ts";
import { PortNum } from "../link/enums.ts";
import type { LinkEvent } from "../link/link.ts";
import type { MeshPacket } from "../link/messages.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import { readRecording, type Recording } from "../record/read_recording.ts";
import type { Store } from "../store/store.ts";
import { VERSION } from "../version.ts";
import { systemClock } from "../clock.ts";
import { heldStore } from "./held_store.ts";
import { createJumpingClock, createScaledClock, type ReplayClock } from "./replay_clock.ts";
import { ReplayNode } from "./replay_node.ts";
import { isComplete, type Script, scriptOf } from "./script.ts";

// How long time waits for the thread of the history, and for the bot to deal with a text: some wait for the mesh themselves.
const STORE_LIMIT_MS = 5000;
const HANDLING_LIMIT_MS = 1000;

/** A text on its way to the bot or from it. */
export interface ReplayedText {
  /** Milliseconds since the beginning of the recording. */
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly channel: number;
  readonly replyId: number;
  /** As it stands in the packet, whatever it holds. */
  readonly text: string;
}

/** What happens in a replay. */
export type ReplayEvent =
  | { readonly type: "heard" | "said"; readonly text: ReplayedText }
  | { readonly type: "note"; readonly atMs: number; readonly note: string };

/** What shall be played, and how. */
export interface ReplayOptions {
  /** The text of a recording. */
  readonly text: string;
  /** Times as fast as it was recorded, or as fast as the machine can. */
  readonly speed: number | "fastest";
  /** The bot's configuration, as environment variables; where its node and its files are is the replay's business. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Called in the turn in which it happens. */
  readonly onEvent?: (event: ReplayEvent) => void;
}

/** What came of it. */
export interface Replay {
  /** Every text that the bot was given, and every one that it sent. */
  readonly heard: readonly ReplayedText[];
  readonly said: readonly ReplayedText[];
  /** Connections on which the bot completed a handshake, and those on which the recorded client did. */
  readonly handshakes: number;
  readonly recordedHandshakes: number;
  /** Connections that the bot gave up before the end although the node had not closed them, and those that the recorded client gave up. */
  readonly givenUp: number;
  readonly recordedGivenUp: number;
  /** False when it was ended early. */
  readonly complete: boolean;
  readonly durationMs: number;
  readonly unreadableLines: number;
  /** The bot got as far as the recorded client, and lost nothing that the other kept. */
  readonly healthy: boolean;
}

/**
 * Plays a recording to its end. Throws UsageError when the text is no recording, or when MESHBOT_ variables of the environment are wrong.
 */
export async function replayRecording(options: ReplayOptions): Promise<Replay> {
  const recording = readRecording(options.text);
  const script = scriptOf(recording);
  const startWallMs = recording.startWallMs ?? systemClock.wallMs();
  const clock = options.speed === "fastest" ? createJumpingClock(startWallMs) : createScaledClock(options.speed, startWallMs);
  const folder = await Deno.makeTempDir({ prefix: "meshbot-replay-" });
  try {
    return await play({ options, recording, script, clock, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Stage {
  readonly options: ReplayOptions;
  readonly recording: Recording;
  readonly script: Script;
  readonly clock: ReplayClock;
  readonly folder: string;
}

async function play({ options, recording, script, clock, folder }: Stage): Promise<Replay> {
  const { signal = new AbortController().signal } = options;
  const heard: ReplayedText[] = [];
  const said: ReplayedText[] = [];
  /** Texts that the bot has not dealt with yet. */
  const handling = new Map<number, () => void>();
  let handshakes = 0;
  let givenUp = 0;
  const note = (text: string): void => options.onEvent?.({ type: "note", atMs: node.recordedMs, note: text });
  const node = new ReplayNode({
    script,
    clock,
    traffic: clock.traffic,
    watcher: {
      note,
      packet(direction, packet) {
        const text = textOf(packet, node.recordedMs);
        if (text === undefined) return;
        (direction === "to" ? heard : said).push(text);
        if (direction === "to") void clock.hold(new Promise<void>((resolve) => void handling.set(packet.id, resolve)), HANDLING_LIMIT_MS);
        options.onEvent?.({ type: direction === "to" ? "heard" : "said", text });
      },
    },
  });
  const onEvent = (event: LinkEvent): void => {
    if (event.type === "lost") {
      if (event.cause.kind === "dropped") givenUp += 1;
      if (event.cause.kind !== "left") note(`the bot lost its connection: ${describeCause(event.cause)}`);
    } else if (event.state.kind === "ready") {
      handshakes += 1;
      note("the bot is ready");
    }
  };
  let complete = false;
  try {
    const config = replayConfig(options.env ?? {}, node.port, folder);
    const store = (nodes: NodeDb): Store => heldStore(openStoreIn(config, clock)(nodes), (promise) => clock.hold(promise, STORE_LIMIT_MS));
    const onHandled = ({ id }: { readonly id: number }): void => {
      handling.get(id)?.();
      handling.delete(id);
    };
    const app = await clock.until(startApp({ config, version: VERSION, clock, connect: noticed(clock.traffic), store, onHandled }));
    const unlisten = watch(app, onEvent);
    try {
      complete = await clock.until(Promise.race([node.ended.then(() => true), aborted(signal).then(() => false)]));
    } finally {
      unlisten();
      await clock.until(app.stop());
    }
  } finally {
    await clock.until(node[Symbol.asyncDispose]());
  }
  const recordedHandshakes = script.scenes.filter(({ asked }) => asked.some(isComplete)).length;
  // The last one is the end of the recording.
  const recordedGivenUp = script.scenes.slice(0, -1).filter(({ endedBy }) => endedBy === "us").length;
  return {
    heard,
    said,
    handshakes,
    recordedHandshakes,
    givenUp,
    recordedGivenUp,
    complete,
    durationMs: recording.durationMs,
    unreadableLines: recording.unreadableLines,
    healthy: complete && givenUp <= recordedGivenUp && (handshakes > 0 || recordedHandshakes === 0),
  };
}

/** The first events of the link come before there is an app to listen to. */
function watch(app: App, onEvent: (event: LinkEvent) => void): () => void {
  if (app.link.state.kind === "ready") onEvent({ type: "state", state: app.link.state });
  return app.link.listen(onEvent);
}

/** The operator's own settings hold, except for the node, where files go, and what would reach out of the replay. */
function replayConfig(env: Readonly<Record<string, string>>, port: number, folder: string): Config {
  const own = Object.entries(env).filter(([name]) => !name.startsWith("MESHBOT_SHARE_"));
  return loadConfig({
    file: null,
    cwd: folder,
    env: {
      // The state of this machine was no part of it.
      MESHBOT_MONITOR_ENABLED: "false",
      ...Object.fromEntries(own),
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(port),
      MESHBOT_DATA_DIR: folder,
    },
  }).config;
}

function textOf({ from, to, channel, payloadVariant }: MeshPacket, atMs: number): ReplayedText | undefined {
  if (payloadVariant.case !== "decoded" || payloadVariant.value.portnum !== PortNum.TEXT_MESSAGE_APP) return undefined;
  const { payload, replyId } = payloadVariant.value;
  return { atMs, from, to, channel, replyId, text: new TextDecoder().decode(payload) };
}

/** Tells of everything that crosses the bot's socket. */
function noticed(traffic: () => void): ConnectFunction {
  return async (address, port, signal): Promise<Socket> => {
    traffic();
    const socket = await connectTcp(address, port, signal).finally(traffic);
    return {
      async read(into) {
        try {
          return await socket.read(into);
        } finally {
          traffic();
        }
      },
      async write(bytes) {
        traffic();
        return await socket.write(bytes);
      },
      close() {
        traffic();
        socket.close();
      },
    };
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A node on loopback that does what a recorded one did, at the same times; what it is asked, it answers as that one did. */
import type { Clock, Timer } from "../clock.ts";
import { decode, encode } from "../link/codec.ts";
import { encodeFrame, FrameParser } from "../link/frame.ts";
import type { FromRadio, MeshPacket, ToRadio } from "../link/messages.ts";
import { answerOffHand, type Templates, templatesOf } from "./off_hand.ts";
import { type Answer, type Asked, isSame, type Question, questionOf, type Scene, type Script } from "./script.ts";

// A gap between two connections in which a client that dials at once would have been let in.
const REFUSED_FROM_MS = 1000;
// The monitor of another client asks at other times.
const SAME_HEARTBEAT_MS = 30_000;
const MAX_HELD = 1000;
// What came last is answered, where the recorded client had been told to stop.
const TAIL_MS = 3000;

/** What the node tells of itself; called in the turn in which it happens. */
export interface ReplayWatcher {
  /** A packet came from the bot, or goes to it. */
  packet(direction: "to" | "from", packet: MeshPacket): void;
  note(text: string): void;
}

/** What the node needs. */
export interface ReplayNodeOptions {
  readonly script: Script;
  readonly clock: Clock;
  readonly watcher: ReplayWatcher;
  /** Told when something crosses a socket. */
  readonly traffic: () => void;
}

interface Client {
  readonly connection: Deno.TcpConn;
  /** The recorded connection that this one stands for. */
  readonly scene: number;
  /** It has asked for a handshake. */
  asked: boolean;
  readonly timers: Set<Timer>;
  writing: Promise<void>;
}

/** What goes to the bot: a message, or debug text. */
type Said = { readonly payload: Uint8Array; readonly text?: undefined } | { readonly text: Uint8Array };

interface Event {
  readonly atMs: number;
  play(): void;
}

/** The node; it serves one client at a time. */
export class ReplayNode implements AsyncDisposable {
  readonly #options: ReplayNodeOptions;
  readonly #scenes: readonly Scene[];
  readonly #templates: Templates;
  readonly #events: readonly Event[];
  readonly #ended = Promise.withResolvers<void>();
  readonly #serving = new Set<Promise<void>>();
  /** Recorded packet ids, and what stands for them today. */
  readonly #ids = new Map<number, number>();
  readonly #port: number;
  #listener: Deno.TcpListener | undefined;
  #client: Client | undefined;
  /** What nobody was there to hear. */
  #held: Said[] = [];
  /** When the recording began, by the clock of today; undefined until it is known. */
  #startMs: number | undefined;
  #scene = 0;
  #next = 0;
  #timer: Timer | undefined;

  constructor(options: ReplayNodeOptions) {
    this.#options = options;
    this.#scenes = options.script.scenes;
    this.#templates = templatesOf(options.script);
    this.#events = this.#eventsOf(options.script);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = this.#listener.addr.port;
    this.#track(this.#accept(this.#listener));
  }

  get port(): number {
    return this.#port;
  }

  /** Where in the recording it is, milliseconds since its beginning; 0 until the bot has spoken. */
  get recordedMs(): number {
    return this.#startMs === undefined ? 0 : this.#options.clock.nowMs() - this.#startMs;
  }

  /** Settles when the recording has been played to its end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#deaf();
    this.#hangUp();
    while (this.#serving.size > 0) await Promise.all(this.#serving);
  }

  #eventsOf({ scenes, durationMs }: Script): Event[] {
    const events: Event[] = [];
    for (const [index, scene] of scenes.entries()) {
      const nextMs = scenes[index + 1]?.openMs;
      if (index > 0) events.push({ atMs: scene.openMs, play: () => this.#open(index) });
      for (const { atMs, kind, bytes } of scene.said) events.push({ atMs, play: () => this.#say(kind, bytes) });
      if (scene.endMs !== undefined) events.push({ atMs: scene.endMs, play: () => this.#end(index, nextMs) });
    }
    const { endedBy } = scenes.at(-1) ?? {};
    const tailMs = endedBy === "node" || endedBy === "network" ? 0 : TAIL_MS;
    events.push({ atMs: durationMs + tailMs, play: () => this.#ended.resolve() });
    return events;
  }

  #startAt(recordedMs: number): void {
    this.#startMs = this.#options.clock.nowMs() - recordedMs;
    this.#playDue();
  }

  #playDue(): void {
    this.#timer?.cancel();
    for (let event = this.#events[this.#next]; event !== undefined; event = this.#events[this.#next]) {
      const inMs = event.atMs - this.recordedMs;
      if (inMs > 0) {
        this.#timer = this.#options.clock.after(inMs, () => this.#playDue());
        return;
      }
      this.#next += 1;
      event.play();
    }
  }

  /** Here the recorded client connected anew. */
  #open(index: number): void {
    this.#scene = index;
    if (this.#client !== undefined && this.#client.scene < index) {
      this.#options.watcher.note("the recorded client gave its connection up here, the bot has not: it is closed");
      this.#hangUp();
    }
    this.#listen();
  }

  #end(index: number, nextMs: number | undefined): void {
    const { endedBy, endMs = 0 } = this.#scenes[index] as Scene;
    if (nextMs !== undefined) {
      this.#scene = index + 1;
      if (nextMs - endMs >= REFUSED_FROM_MS) this.#deaf();
    }
    if (endedBy === "us" || this.#client === undefined || this.#client.scene > index) return;
    this.#options.watcher.note(endedBy === "node" ? "the node closes the connection" : "the connection breaks");
    this.#hangUp();
  }

  #say(kind: "frame" | "text", bytes: Uint8Array): void {
    const said: Said = kind === "text" ? { text: bytes } : { payload: this.#withIdsOfToday(bytes) };
    if (this.#client?.asked === true) this.#write(this.#client, said);
    else if (this.#held.length < MAX_HELD) this.#held.push(said);
  }

  /** What names a message of ours names the one of today: a person's answer, or a report that came over a later connection. */
  #withIdsOfToday(payload: Uint8Array): Uint8Array {
    const message = decode("FromRadio", payload);
    const { payloadVariant } = message;
    if (payloadVariant.case !== "packet" || payloadVariant.value.payloadVariant.case !== "decoded") return payload;
    const data = payloadVariant.value.payloadVariant.value;
    const [replyId, requestId] = [data.replyId, data.requestId].map((id) => this.#ids.get(id) ?? id) as [number, number];
    if (replyId === data.replyId && requestId === data.requestId) return payload;
    data.replyId = replyId;
    data.requestId = requestId;
    return encode("FromRadio", message);
  }

  #listen(): void {
    if (this.#listener !== undefined) return;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#track(this.#accept(this.#listener));
  }

  /** From now on a dial is refused. */
  #deaf(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  #track(running: Promise<void>): void {
    const tracked = running.finally(() => this.#serving.delete(tracked));
    this.#serving.add(tracked);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const connection of listener) this.#track(this.#serve(connection));
    } catch {
      // It listens no more.
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    this.#options.traffic();
    this.#hangUp();
    const client: Client = { connection, scene: this.#scene, asked: false, timers: new Set(), writing: Promise.resolve() };
    this.#client = client;
    const parser = new FrameParser({ onFrame: (payload) => this.#take(client, payload) });
    const buffer = new Uint8Array(4096);
    try {
      for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
        this.#options.traffic();
        parser.push(buffer.slice(0, count));
      }
    } catch {
      // Closed by us, or reset by the bot's end.
    }
    this.#options.traffic();
    if (this.#client === client) this.#hangUp();
    await client.writing;
  }

  #take(client: Client, payload: Uint8Array): boolean {
    let message: ToRadio;
    try {
      message = decode("ToRadio", payload);
    } catch {
      return false;
    }
    if (client !== this.#client) return true;
    if (message.payloadVariant.case === "disconnect") this.#hangUp();
    if (message.payloadVariant.case === "packet") this.#options.watcher.packet("from", message.payloadVariant.value);
    const question = questionOf(message);
    if (question !== undefined) this.#answer(client, question);
    return true;
  }

  #answer(client: Client, question: Question): void {
    const asked = this.#recordedLike(client, question);
    if (this.#startMs === undefined && question.kind === "handshake") this.#startAt(asked?.atMs ?? this.#scenes[0]?.openMs ?? 0);
    if (asked !== undefined) {
      asked.used = true;
      if (asked.question.kind === "packet" && question.kind === "packet") this.#ids.set(asked.question.id, question.id);
    }
    const answers = asked?.answers ?? answerOffHand(question, this.#templates, this.#isAlive());
    for (const answer of answers) this.#schedule(client, answer, question);
    if (question.kind !== "handshake" || client.asked) return;
    client.asked = true;
    for (const said of this.#held.splice(0)) this.#write(client, said);
  }

  #recordedLike(client: Client, question: Question): Asked | undefined {
    const open = this.#scenes[client.scene]?.asked.filter(({ used }) => !used) ?? [];
    // The first handshake of a connection is one, whatever part of it was asked for.
    if (question.kind === "handshake" && !client.asked) return open.find((asked) => asked.question.kind === "handshake");
    const same = open.filter((asked) => isSame(asked.question, question));
    if (question.kind !== "heartbeat") return same[0];
    return same.find(({ atMs }) => Math.abs(atMs - this.recordedMs) <= SAME_HEARTBEAT_MS);
  }

  /** What the recorded client did not ask is answered while the recorded node was alive. */
  #isAlive(): boolean {
    const scene = this.#scenes[this.#scene];
    return scene !== undefined && (scene.lastHeardMs >= this.recordedMs || this.#startMs === undefined);
  }

  #schedule(client: Client, { afterMs, payload }: Answer, question: Question): void {
    const said: Said = { payload: answerTo(question, payload) };
    if (afterMs <= 0) return this.#write(client, said);
    const timer = this.#options.clock.after(afterMs, () => {
      client.timers.delete(timer);
      this.#write(client, said);
    });
    client.timers.add(timer);
  }

  #write(client: Client, said: Said): void {
    this.#options.traffic();
    if (said.text === undefined) {
      const { payloadVariant } = decode("FromRadio", said.payload);
      if (payloadVariant.case === "packet") this.#options.watcher.packet("to", payloadVariant.value);
    }
    const bytes = said.text ?? encodeFrame(said.payload);
    client.writing = client.writing.then(async () => {
      try {
        for (let at = 0; at < bytes.length;) at += await client.connection.write(bytes.subarray(at));
      } catch {
        // The bot is gone.
      }
      this.#options.traffic();
    });
  }

  /** Closes the connection when what was written is out. */
  #hangUp(): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    for (const timer of client.timers) timer.cancel();
    client.writing = client.writing.then(() => {
      try {
        client.connection.close();
      } catch {
        // It is closed already.
      }
      this.#options.traffic();
    });
  }
}

/** The recorded answer, naming what was asked today. */
function answerTo(question: Question, payload: Uint8Array): Uint8Array {
  const message: FromRadio = decode("FromRadio", payload);
  const { payloadVariant } = message;
  if (question.kind === "handshake" && payloadVariant.case === "configCompleteId") payloadVariant.value = question.nonce;
  else if (question.kind !== "packet") return payload;
  else if (payloadVariant.case === "queueStatus") payloadVariant.value.meshPacketId = question.id;
  else if (payloadVariant.case === "clientNotification") payloadVariant.value.replyId = question.id;
  else if (payloadVariant.case === "packet" && payloadVariant.value.payloadVariant.case === "decoded") {
    payloadVariant.value.payloadVariant.value.requestId = question.id;
  }
  return encode("FromRadio", message);
}

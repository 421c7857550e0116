/** Talking to a simulated node by hand: a client that knows nothing of the link, and packets for both directions. */
import { decode, encode } from "../../src/link/codec.ts";
import { PortNum, Priority } from "../../src/link/enums.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import type { FromRadio, Init, MeshPacket } from "../../src/link/messages.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";

/** The configuration without the nodes: the shortest handshake, and a barrier for "nothing came before it". */
export const ONLY_CONFIG = 69420;

/** A simulated node on a clock that stands still; connections are taken up at once. */
export async function startStillNode(options: SimulatedNodeOptions = {}): Promise<SimulatedNode & { readonly fake: FakeClock }> {
  const fake = createFakeClock();
  const node = await startSimulatedNode({ clock: fake, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9, ...options });
  return Object.assign(node, { fake });
}

/** Connects to a node and waits until it has taken the connection up. */
export async function connect(node: SimulatedNode): Promise<TestClient> {
  const accepted = node.waitFor("accept");
  const client = await dial(node);
  await accepted;
  return client;
}

/** Connects, and completes a handshake; the boot reports that follow it are read. */
export async function connectReady(node: SimulatedNode, nonce = ONLY_CONFIG): Promise<TestClient> {
  const client = await connect(node);
  await client.handshake(nonce);
  await client.barrier();
  client.forget();
  return client;
}

/** Opens a TCP connection; the node may not have seen it yet. */
export async function dial(node: SimulatedNode): Promise<TestClient> {
  return new TestClient(await Deno.connect({ hostname: "127.0.0.1", port: node.port }), node.nodeNum);
}

type Variant = NonNullable<FromRadio["payloadVariant"]["case"]>;
type Value<Case extends Variant> = Extract<FromRadio["payloadVariant"], { case: Case }>["value"];

/** A TCP client of a node. */
export class TestClient implements AsyncDisposable {
  /** Everything that has come and was not forgotten. */
  readonly messages: FromRadio[] = [];
  /** Settles at the end of the connection: "eof", or the name of the error. */
  readonly ended: Promise<string>;
  readonly #conn: Deno.Conn;
  readonly #nodeNum: number;
  readonly #parser: FrameParser;
  readonly #waiting = new Set<() => void>();
  #read = 0;
  #over = false;

  constructor(conn: Deno.Conn, nodeNum: number) {
    this.#conn = conn;
    this.#nodeNum = nodeNum;
    this.#parser = new FrameParser({ onFrame: (payload) => this.#take(payload) });
    this.ended = this.#readLoop();
  }

  /** Bytes that were no frame. */
  get strayBytes(): number {
    return this.#parser.skippedBytes;
  }

  /** Sends messages in one write. */
  async send(...messages: NonNullable<Init<"ToRadio">["payloadVariant"]>[]): Promise<void> {
    const frames = messages.map((payloadVariant) => encodeFrame(encode("ToRadio", { payloadVariant })));
    await this.write(new Uint8Array(frames.flatMap((frame) => [...frame])));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#conn.write(bytes);
  }

  /** Gives a packet to the node. */
  async sendPacket(packet: Init<"MeshPacket">): Promise<void> {
    await this.send({ case: "packet", value: packet });
  }

  /** Asks for the configuration and waits for its end; returns what came for it. */
  async handshake(nonce: number): Promise<FromRadio[]> {
    await this.send({ case: "wantConfigId", value: nonce });
    return await this.until((message) => message.payloadVariant.case === "configCompleteId" && message.payloadVariant.value === nonce);
  }

  /**
   * Waits until the node has told everything that it has to tell now, and returns what was not read yet. Its own
   * question, an administrative one, waits in the same queue as all packets; what belongs to it is left out.
   */
  async barrier(): Promise<FromRadio[]> {
    const id = nextId();
    const payload = encode("AdminMessage", { payloadVariant: { case: "getDeviceMetadataRequest", value: true } });
    await this.sendPacket(dataPacket(PortNum.ADMIN_APP, payload, { id, to: this.#nodeNum }, { wantResponse: true }));
    const read = await this.until(({ payloadVariant }) =>
      payloadVariant.case === "packet" && payloadVariant.value.payloadVariant.case === "decoded" &&
      payloadVariant.value.payloadVariant.value.requestId === id
    );
    const answer = read.pop();
    const answerId = answer?.payloadVariant.case === "packet" ? answer.payloadVariant.value.id : 0;
    return read.filter(({ payloadVariant }) =>
      payloadVariant.case !== "queueStatus" || ![id, answerId].includes(payloadVariant.value.meshPacketId)
    );
  }

  /** Everything up to and with the next message that fits. */
  async until(fits: (message: FromRadio) => boolean, from = this.#read): Promise<FromRadio[]> {
    for (let at = from;; at += 1) {
      while (at >= this.messages.length) await this.#more();
      const message = this.messages[at] as FromRadio;
      if (!fits(message)) continue;
      this.#read = at + 1;
      return this.messages.slice(from, at + 1);
    }
  }

  /** The next message, whatever it is. */
  async next(): Promise<FromRadio> {
    return (await this.until(() => true))[0] as FromRadio;
  }

  /** The next message of this kind, and what it says. */
  async take<Case extends Variant>(kind: Case, fits: (value: Value<Case>) => boolean = () => true): Promise<Value<Case>> {
    const read = await this.until(({ payloadVariant }) => payloadVariant.case === kind && fits(payloadVariant.value as Value<Case>));
    return read.at(-1)?.payloadVariant.value as Value<Case>;
  }

  /** The next packet that fits. */
  async packet(fits: (packet: MeshPacket) => boolean = () => true): Promise<MeshPacket> {
    return await this.take("packet", fits);
  }

  /** The next Routing answer for this packet: its error, and who sent it. */
  async routing(requestId: number): Promise<{ readonly error: number; readonly from: number; readonly packet: MeshPacket }> {
    const packet = await this.packet((candidate) => routingOf(candidate)?.requestId === requestId);
    return { error: routingOf(packet)?.error ?? -1, from: packet.from, packet };
  }

  /** Forgets what has come. */
  forget(): void {
    this.messages.length = 0;
    this.#read = 0;
  }

  /** Leaves without a word (FIN). */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#conn.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.ended;
  }

  #take(payload: Uint8Array): boolean {
    try {
      this.messages.push(decode("FromRadio", payload.slice()));
    } catch {
      return false;
    }
    for (const wake of [...this.#waiting]) wake();
    return true;
  }

  #more(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const done = () => {
      this.#waiting.delete(done);
      resolve();
    };
    this.#waiting.add(done);
    void this.ended.then((how) => reject(new Error(`the connection ended (${how}) while something was waited for`)));
    return promise;
  }

  async #readLoop(): Promise<string> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) return "eof";
        this.#parser.push(buffer.subarray(0, count));
      }
    } catch (error) {
      return (error as Error).name;
    } finally {
      this.close();
    }
  }
}

/** What a Routing packet says; undefined for any other packet. */
export function routingOf(packet: MeshPacket): { readonly requestId: number; readonly error: number } | undefined {
  if (packet.payloadVariant.case !== "decoded" || packet.payloadVariant.value.portnum !== PortNum.ROUTING_APP) return undefined;
  const { requestId, payload } = packet.payloadVariant.value;
  const { variant } = decode("Routing", payload);
  return { requestId, error: variant.case === "errorReason" ? variant.value : 0 };
}

/** A text as a packet; `bytes` for one that no honest sender would write. */
export function textPacket(
  text: string | Uint8Array,
  packet: Init<"MeshPacket"> & { readonly replyId?: number } = {},
): Init<"MeshPacket"> & { readonly id: number } {
  const { replyId = 0, ...rest } = packet;
  const payload = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return {
    to: 0xffff_ffff,
    priority: Priority.UNSET,
    ...rest,
    id: packet.id ?? nextId(),
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload, replyId } },
  };
}

/** A packet of any kind. */
export function dataPacket(
  portnum: number,
  payload: Uint8Array,
  packet: Init<"MeshPacket"> = {},
  data: Init<"Data"> = {},
): Init<"MeshPacket"> & { readonly id: number } {
  return {
    to: 0xffff_ffff,
    ...packet,
    id: packet.id ?? nextId(),
    payloadVariant: { case: "decoded", value: { portnum, payload, ...data } },
  };
}

/** The text of a packet; undefined for any other packet. */
export function textOf(packet: MeshPacket): string | undefined {
  if (packet.payloadVariant.case !== "decoded" || packet.payloadVariant.value.portnum !== PortNum.TEXT_MESSAGE_APP) return undefined;
  return new TextDecoder().decode(packet.payloadVariant.value.payload);
}

let lastId = 1000;

function nextId(): number {
  return lastId += 1;
}

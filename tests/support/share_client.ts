/** A client of the shared node that keeps the very bytes that came, and may come from any address of this machine. */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { FrameParser } from "../../src/link/frame.ts";
import { TestClient } from "./sim.ts";

/** The client. */
export class ShareClient extends TestClient {
  /** The payloads of all frames, in order. */
  readonly payloads: Uint8Array[];

  constructor(conn: NodeConn, nodeNum: number) {
    super(conn as unknown as Deno.Conn, nodeNum);
    this.payloads = conn.payloads;
  }
}

/** Connects from an address: 127.0.0.2 is another machine as far as anybody can tell. */
export async function connectFrom(localAddress: string, port: number, nodeNum: number): Promise<ShareClient> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  await once(socket, "connect");
  return new ShareClient(new NodeConn(socket), nodeNum);
}

/** The part of a connection that a TestClient uses, over a socket that can choose its own address. */
class NodeConn {
  readonly payloads: Uint8Array[] = [];
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #parser = new FrameParser({ onFrame: (payload) => void this.payloads.push(payload.slice()) });
  #rest = new Uint8Array(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return null;
      this.#rest = new Uint8Array(value);
      this.#parser.push(this.#rest);
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.slice(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length)));
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The port of the web client: what anybody on the network may write to it, and whose session a request gets. */
import { HttpOutlet } from "../../../src/share/http_outlet.ts";
import { HttpServer } from "../../../src/share/http_server.ts";
import type { HttpSession } from "../../../src/share/http_sessions.ts";
import { MAX_TO_RADIO_BYTES } from "../../../src/share/stream_reader.ts";
import { collectLogErrors } from "../log_errors.ts";
import { mustHold, type Target } from "../target.ts";

const WEB_CLIENT = "https://client.meshtastic.org";
const ROOM = 30;
const PATIENCE_MS = 5000;
const NEXT = "GET /api/v1/fromradio HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

export const http: Target = {
  name: "http",
  shape: "text",
  words: [
    "\r\n",
    "\r\n\r\n",
    "Host: ",
    "Host: [",
    "Origin: ",
    `Origin: ${WEB_CLIENT}\r\n`,
    "Cookie: meshbot=",
    "User-Agent: ",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "OPTIONS ",
    "PUT /api/v1/toradio HTTP/1.1\r\n",
    "GET /api/v1/fromradio?all=true HTTP/1.1\r\n",
    "http://[/",
  ],
  open() {
    const log = collectLogErrors();
    const sessions: { ended: boolean }[] = [];
    const broken: string[] = [];
    const server = new HttpServer({
      hostname: "127.0.0.1",
      port: 0,
      origins: [WEB_CLIENT],
      roleOf: () => "full",
      open() {
        if (sessions.length >= ROOM) return undefined;
        const session: HttpSession & { ended: boolean } = {
          outlet: new HttpOutlet(() => {}),
          ended: false,
          take(toRadio) {
            if (session.ended) broken.push("a session that has ended takes nothing");
            if (toRadio !== undefined && toRadio.length > MAX_TO_RADIO_BYTES) broken.push("no ToRadio is longer than 512 bytes");
          },
        };
        sessions.push(session);
        return session;
      },
    });
    return {
      async run(input) {
        const said = await answerTo(server.port, input);
        mustHold(said === "" || /^HTTP\/1\.[01] [1-4]\d\d |^HTTP\/1\.[01] 503 |^\0\0/.test(said), `an answer is one: ${said.slice(0, 40)}`);
        for (const session of sessions.splice(0)) session.ended = true;
        const next = await answerTo(server.port, new TextEncoder().encode(NEXT));
        mustHold(/^HTTP\/1\.1 200 /.test(next), "the next one is answered");
        const [error] = [...broken.splice(0), ...log.take()];
        mustHold(error === undefined, `nothing goes wrong: ${error}`);
      },
      async close() {
        await server.close();
        log[Symbol.dispose]();
      },
    };
  },
};

/** Writes the bytes, says that there will be no more, and reads to the end. */
async function answerTo(port: number, bytes: Uint8Array): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  let said = "";
  const limit = setTimeout(() => conn.close(), PATIENCE_MS);
  try {
    for (let from = 0; from < bytes.length;) from += await conn.write(bytes.subarray(from));
    await conn.closeWrite();
    const buffer = new Uint8Array(4096);
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      said += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch (error) {
    // The server may hang up on what is no request.
    mustHold(!(error instanceof Deno.errors.BadResource), "a connection whose client says no more comes to its end");
  } finally {
    clearTimeout(limit);
  }
  return said;
}

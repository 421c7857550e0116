/**
 * A door for other programs on this machine: a unix socket through which one line goes in and one line comes out. What the lines mean is
 * said in `control_server.ts` and `control_client.ts`.
 */
import { basename, dirname, join } from "node:path";

/** The name of the socket in the bot's runtime folder. */
export const SOCKET_NAME = "meshbot.sock";

/** The longest line in either direction, its line feed included. */
export const MAX_LINE_BYTES = 4096;

/** One connection through the socket. */
export interface LineConnection {
  /** The next line without its line feed; undefined when the other side has ended. Throws RangeError when it is longer than 4 KiB. */
  readLine(): Promise<string | undefined>;
  /** Writes one line; throws RangeError when it is longer than 4 KiB. */
  writeLine(line: string): Promise<void>;
  /** Harmless when called again. */
  close(): void;
}

/** The listening side. */
export interface LineListener {
  accept(): AsyncIterable<LineConnection>;
  /** Stops listening and removes the socket. */
  close(): void;
}

/**
 * Listens at `path`, for the owner and the group of the folder's files only (0660). A socket that an earlier process left there is
 * replaced: whoever calls holds the lock beside it.
 */
export function listenLines(path: string): LineListener {
  // Between the birth of a socket and a chmod anybody could connect: it is born where nobody can reach it, and moved.
  const nursery = Deno.makeTempDirSync({ dir: dirname(path), prefix: "." });
  let listener: Deno.UnixListener;
  try {
    const born = join(nursery, "s");
    listener = Deno.listen({ transport: "unix", path: born });
    try {
      Deno.chmodSync(born, 0o660);
      Deno.renameSync(born, path);
    } catch (error) {
      listener.close();
      throw error;
    }
  } finally {
    Deno.removeSync(nursery, { recursive: true });
  }
  let open = true;
  return {
    async *accept() {
      while (open) {
        let connection: Deno.Conn;
        try {
          connection = await listener.accept();
        } catch (error) {
          if (!open) return;
          // The client was gone before its turn; anything else would come again at once, for ever.
          if (error instanceof Deno.errors.ConnectionAborted) continue;
          throw error;
        }
        yield lineConnection(connection);
      }
    },
    close() {
      if (!open) return;
      open = false;
      listener.close();
      try {
        Deno.removeSync(path);
      } catch {
        // Somebody has tidied up already.
      }
    },
  };
}

/** Connects to the socket at `path`; throws Deno.errors.PermissionDenied when this user may not, NotFound when there is none. */
export async function connectLines(path: string): Promise<LineConnection> {
  if (basename(path) === "") throw new Error(`${path} is no socket`);
  return lineConnection(await Deno.connect({ transport: "unix", path }));
}

function lineConnection(connection: Pick<Deno.Conn, "read" | "write" | "close">): LineConnection {
  let rest = new Uint8Array(0);
  let open = true;
  return {
    async readLine() {
      const buffer = new Uint8Array(MAX_LINE_BYTES);
      for (;;) {
        const end = rest.indexOf(0x0a);
        if (end >= MAX_LINE_BYTES || end < 0 && rest.length >= MAX_LINE_BYTES) {
          throw new RangeError(`a line may have ${MAX_LINE_BYTES} bytes`);
        }
        if (end >= 0) {
          const line = new TextDecoder().decode(rest.subarray(0, end));
          rest = rest.slice(end + 1);
          return line;
        }
        const count = await connection.read(buffer);
        if (count === null) return undefined;
        const joined = new Uint8Array(rest.length + count);
        joined.set(rest);
        joined.set(buffer.subarray(0, count), rest.length);
        rest = joined;
      }
    },
    async writeLine(line) {
      const bytes = new TextEncoder().encode(`${line.replaceAll("\n", " ")}\n`);
      if (bytes.length > MAX_LINE_BYTES) throw new RangeError(`a line may have ${MAX_LINE_BYTES} bytes; this one has ${bytes.length}`);
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
    close() {
      if (!open) return;
      open = false;
      connection.close();
    },
  };
}

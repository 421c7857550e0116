/** A client of a node as a process of its own. */
import { delay, systemClock } from "../../src/clock.ts";

/** The process; disposing of it ends it. */
export interface ClientProcess extends AsyncDisposable {
  readonly pid: number;
  /** Its lines so far, on standard output and standard error. */
  readonly lines: readonly string[];
}

/** How it is started. */
export interface ClientProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The line that says that it is ready. */
  readonly ready?: RegExp;
  /** Told of each line as soon as it has come. */
  readonly onLine?: (line: string) => void;
}

const READY_LIMIT_MS = 30_000;

/** Starts it and waits for the line that says that it is ready; throws with what it said when that does not come. */
export async function startClient(program: string, args: readonly string[], options: ClientProcessOptions = {}): Promise<ClientProcess> {
  const { env = {}, cwd, ready = /^ready$/, onLine } = options;
  const child = new Deno.Command(program, {
    args: [...args],
    env: { ...env, NO_COLOR: "1" },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const isReady = Promise.withResolvers<void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    let rest = "";
    // Read to the end: a full pipe would stop the program.
    for await (const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        onLine?.(line);
        if (ready.test(line)) isReady.resolve();
      }
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const end = async (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await reading;
  };
  const limit = new AbortController();
  try {
    await Promise.race([
      isReady.promise,
      child.status.then(({ code }) => Promise.reject(new Error(`It ended with ${code}`))),
      delay(systemClock, READY_LIMIT_MS, limit.signal).then(() => Promise.reject(new Error("It was not ready in time"))),
    ]);
  } catch (error) {
    await end("SIGKILL");
    throw new Error(`${program} ${args.join(" ")} did not start: ${lines.slice(-20).join("\n")}`, { cause: error });
  } finally {
    limit.abort();
  }
  return {
    pid: child.pid,
    lines,
    [Symbol.asyncDispose]: () => end("SIGTERM"),
  };
}

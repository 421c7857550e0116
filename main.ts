/** The program: hands the command line over, and exits. As a thread of its own it is the history's. */
import { WORKER_NAME } from "./src/store/worker_name.ts";

// deno task, npx and systemd each pass a signal on that the program has received itself: copies are no second wish.
const COPIES_WITHIN_MS = 1000;

// In one file, bundled or compiled, there is no other file that the thread could be started from.
if (self.name === WORKER_NAME) await import("./src/store/worker_main.ts");
else await main();

async function main(): Promise<never> {
  const { runCli } = await import("./src/cli/mod.ts");
  const stopping = new AbortController();
  let stoppedAtMs = 0;
  const exitCodes: Partial<Record<Deno.Signal, number>> = Deno.build.os === "windows" ? { SIGINT: 130 } : { SIGINT: 130, SIGTERM: 143 };
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    Deno.addSignalListener(name as Deno.Signal, () => {
      // The first asks for an orderly end; whoever sends a second later does not want to wait for it.
      if (stopping.signal.aborted && performance.now() - stoppedAtMs > COPIES_WITHIN_MS) Deno.exit(exitCode);
      if (!stopping.signal.aborted) stoppedAtMs = performance.now();
      stopping.abort();
    });
  }

  // When the reader has gone (`meshbot demo | head`) nobody is left to tell: what runs ends in order, the node's slot is given back.
  const out = printer(Deno.stdout, () => stopping.abort());
  const err = printer(Deno.stderr, () => stopping.abort());

  const exitCode = await runCli(Deno.args, {
    env: Deno.env.toObject(),
    cwd: Deno.cwd(),
    signal: stopping.signal,
    stdin: { readable: () => Deno.stdin.readable, isTerminal: () => Deno.stdin.isTerminal() },
    write: out,
    writeError: err,
  });
  Deno.exit(exitCode);
}

/** Writes lines, until nobody reads them any more. */
function printer(stream: { writeSync(bytes: Uint8Array): number }, onReaderGone: () => void): (line: string) => void {
  let isRead = true;
  return (line) => {
    try {
      for (let bytes = new TextEncoder().encode(`${line}\n`); isRead && bytes.length > 0;) bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      isRead = false;
      onReaderGone();
    }
  };
}

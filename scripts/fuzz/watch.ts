/** Runs one target in its process, and finds what the process cannot tell itself: that it hangs, or has died. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Said } from "./child.ts";
import { saveFailure } from "./corpus.ts";
import { minimise } from "./minimise.ts";
import type { Target } from "./target.ts";

/** What came of it. */
export interface Outcome {
  readonly target: string;
  readonly runs: number;
  readonly failures: readonly { readonly what: string; readonly path: string }[];
}

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const START_MS = 60_000;
const SILENCE_MS = 15_000;
const ONCE_MS = 8_000;
const DEADLY_TRIES = 40;
const MAX_OLD_SPACE_MB = 768;

/** How a target is fuzzed. */
export interface WatchOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Ends it early; what was found until then stays. */
  readonly signal: AbortSignal;
}

/** Fuzzes one target for so many seconds; every failure is made small and saved. */
export async function watch(target: Target, { seed, seconds, signal }: WatchOptions): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-fuzz-" });
  const failures: { what: string; path: string }[] = [];
  let runs = 0;
  try {
    const currentFile = join(folder, "current");
    const child = start([target.name, String(seed), String(seconds), currentFile]);
    let isReady = false;
    let isSilent = false;
    const kill = () => {
      isSilent = true;
      child.kill("SIGKILL");
    };
    let limit = setTimeout(kill, START_MS);
    signal.addEventListener("abort", kill, { once: true });
    for await (const said of linesOf(child.stdout)) {
      clearTimeout(limit);
      limit = setTimeout(kill, SILENCE_MS);
      isReady = true;
      if (said.said === "alive") runs = said.runs;
      if (said.said === "failed") failures.push({ what: said.what, path: await saveFailure(target, fromHex(said.input)) });
    }
    clearTimeout(limit);
    signal.removeEventListener("abort", kill);
    const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
    if (signal.aborted) return { target: target.name, runs, failures };
    const stderrLines = stderr.trim().split("\n").slice(0, 3).join(" / ");
    if (!isReady) throw new Error(`Cannot open the target ${target.name}: ${stderrLines}`);
    if (code !== 0) {
      const input = await Deno.readFile(currentFile).catch(() => new Uint8Array(0));
      const what = isSilent ? "it hangs" : `the process died (${code}): ${stderrLines}`;
      const small = await minimise(input, { maxTries: DEADLY_TRIES, fails: (smaller) => isDeadly(target, smaller, folder) });
      failures.push({ what, path: await saveFailure(target, small) });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { target: target.name, runs, failures };
}

/** Whether the input alone hangs or kills a process. */
async function isDeadly(target: Target, input: Uint8Array, folder: string): Promise<boolean> {
  const file = join(folder, "candidate");
  await Deno.writeFile(file, input);
  const child = start([target.name, file, "0"]);
  let hangs = false;
  const limit = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, ONCE_MS);
  const [{ code }] = await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
  clearTimeout(limit);
  return hangs || code !== 0;
}

function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `--v8-flags=--max-old-space-size=${MAX_OLD_SPACE_MB},--expose-gc`, CHILD, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Said, void, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("{")) yield JSON.parse(line) as Said;
  }
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

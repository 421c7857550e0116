// deno-lint-ignore-file no-console -- it speaks to its parent by its output
/**
 * One target in a process of its own, so that whoever watches can end it: `child.ts TARGET SEED SECONDS CURRENT_FILE`, or with an input's file
 * in the place of the seed and 0 seconds, that input alone. Each input is in the current file before it is run.
 */
import { Random } from "../../src/simulator/random.ts";
import { corpusOf } from "./corpus.ts";
import { minimise } from "./minimise.ts";
import { nextInput } from "./mutator.ts";
import { targetNamed } from "./registry.ts";
import { type Failed, Runner } from "./runner.ts";
import type { Target } from "./target.ts";

/** What the process says, a line of JSON each. */
export type Said =
  | { readonly said: "ready" }
  | { readonly said: "alive"; readonly runs: number }
  | { readonly said: "failed"; readonly what: string; readonly signature: string; readonly input: string };

const SAY_MS = 250;
const LOOK_FROM_BYTES = 1024 ** 3;
const MAX_KEPT_BYTES = 512 * 1024 ** 2;
const MINIMISE_TRIES = 2000;

async function main(): Promise<void> {
  const [name = "", seedOrFile = "", seconds = "0", currentFile = ""] = Deno.args;
  const target = targetNamed(name);
  const loose: unknown[] = [];
  for (const type of ["unhandledrejection", "error"]) {
    globalThis.addEventListener(type, (event) => {
      event.preventDefault();
      loose.push((event as { reason?: unknown }).reason ?? (event as { error?: unknown }).error ?? event.type);
    });
  }
  const open = await target.open();
  const runner = new Runner(open, loose);
  if (seconds === "0") {
    const failure = await runner.whole(await Deno.readFile(seedOrFile));
    if (failure !== undefined) say({ said: "failed", ...describe(failure), input: "" });
    Deno.exit(0);
  }
  await fuzz(target, runner, { seed: Number(seedOrFile), seconds: Number(seconds), currentFile });
  await open.close?.();
  Deno.exit(0);
}

async function fuzz(
  target: Target,
  runner: Runner,
  { seed, seconds, currentFile }: { readonly seed: number; readonly seconds: number; readonly currentFile: string },
): Promise<void> {
  const known = [...(await corpusOf(target)).map(({ bytes }) => bytes), ...await target.seeds?.() ?? []];
  const random = new Random(seed).fork(target.name);
  const current = await Deno.open(currentFile, { write: true, create: true });
  const signatures = new Set<string>();
  say({ said: "ready" });
  const untilMs = performance.now() + seconds * 1000;
  let saidAtMs = performance.now();
  let runs = 0;
  const tell = async (failed: Failed | undefined) => {
    if (failed === undefined) return;
    const { what, signature } = describe(failed.failure);
    if (!signatures.has(signature)) {
      signatures.add(signature);
      const small = await minimise(failed.input, {
        maxTries: MINIMISE_TRIES,
        fails: async (smaller) => {
          if (performance.now() - saidAtMs > SAY_MS) say({ said: "alive", runs });
          const again = await runner.whole(smaller);
          return again !== undefined && describe(again).signature === signature;
        },
      });
      say({ said: "failed", what, signature, input: hex(small) });
    }
  };
  for (const first = [...known]; performance.now() < untilMs; runs += 1) {
    const input = first.shift() ??
      nextInput({ shape: target.shape, corpus: known, random, ...(target.words === undefined ? {} : { words: target.words }) });
    current.seekSync(0, Deno.SeekMode.Start);
    current.writeSync(input);
    current.truncateSync(input.length);
    await tell(await runner.next(input));
    if (performance.now() - saidAtMs < SAY_MS) continue;
    saidAtMs = performance.now();
    say({ said: "alive", runs });
    if (await keptBytes() > MAX_KEPT_BYTES) {
      say({ said: "failed", what: "more than 512 MiB of memory are kept", signature: "memory", input: hex(input) });
      Deno.exit(0);
    }
  }
  await tell(await runner.late());
  say({ said: "alive", runs });
}

/** What is still needed, once it is worth looking: on a busy machine the engine is late with its tidying. */
async function keptBytes(): Promise<number> {
  if (Deno.memoryUsage().rss < LOOK_FROM_BYTES) return 0;
  // The memory of buffers is given back behind the collection, when the turn is over.
  for (let turn = 0; turn < 3; turn += 1) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

function describe(failure: unknown): { what: string; signature: string } {
  if (!(failure instanceof Error)) return { what: String(failure), signature: String(failure).slice(0, 60) };
  const places = (failure.stack ?? "").split("\n").filter((line) => /\/(src|scripts)\//.test(line)).slice(0, 3).map((line) => line.trim());
  const message = failure.message.slice(0, 200);
  const isRule = failure.name === "BrokenRuleError" || places[0] === undefined;
  const signature = `${failure.name} ${isRule ? message.replace(/\d+/g, "0").slice(0, 70) : places[0]}`;
  return { what: [`${failure.name}: ${message}`, ...places].join("\n    "), signature };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(said: Said): void {
  console.log(JSON.stringify(said));
}

await main();

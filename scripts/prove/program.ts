/** Running the compiled program as on a machine that has nothing else: no variables, and so no PATH. */
import { systemClock } from "../../src/clock.ts";

const LIMIT_MS = 60_000;

/** What is run, and where. */
export interface Program {
  /** The binary, or the emulator in front of it. */
  readonly command: readonly string[];
  /** The working folder. */
  readonly cwd: string;
}

/** What a run ended with. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How a run differs from the usual. */
export interface RunOptions {
  /** All variables that it has; none by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty by default. */
  readonly input?: string;
  readonly limitMs?: number;
}

/** Runs it to its end; throws when that does not come within the limit. */
export async function runProgram(program: Program, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  await using started = startProgram(program, args, options);
  await started.write(options.input ?? "");
  await started.endInput();
  return await started.ended;
}

/** Starts it; disposing kills it. */
export function startProgram(program: Program, args: readonly string[], { env = {}, limitMs = LIMIT_MS }: RunOptions = {}): Started {
  const [command = "", ...before] = program.command;
  const child = new Deno.Command(command, {
    args: [...before, ...args],
    cwd: program.cwd,
    clearEnv: true,
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new Started(child, [...program.command.slice(-1), ...args].join(" "), limitMs);
}

/** A program that runs. */
export class Started implements AsyncDisposable {
  /** Settles at its end; rejects when it is killed at its limit. */
  readonly ended: Promise<Ended>;
  readonly startedAtMs: number = systemClock.nowMs();
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Set<() => void>();
  readonly #name: string;
  #text = { out: "", err: "" };
  #over = false;

  constructor(child: Deno.ChildProcess, name: string, limitMs: number) {
    this.#child = child;
    this.#name = name;
    this.#input = child.stdin.getWriter();
    this.ended = this.#run(limitMs);
    this.ended.catch(() => {});
  }

  /** Both of its outputs so far. */
  get text(): string {
    return this.#text.out + this.#text.err;
  }

  /** Gives it text to read; what it does not want to read any more is dropped. */
  async write(text: string): Promise<void> {
    if (text !== "") await this.#input.write(new TextEncoder().encode(text)).catch(() => {});
  }

  async endInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  signal(name: Deno.Signal): void {
    if (!this.#over) this.#child.kill(name);
  }

  /** Resolves with the first match in either output, and the milliseconds since the start; throws when the program ends without. */
  async waitFor(pattern: RegExp): Promise<{ readonly match: RegExpExecArray; readonly afterMs: number }> {
    for (;;) {
      const match = pattern.exec(this.#text.out) ?? pattern.exec(this.#text.err);
      if (match !== null) return { match, afterMs: systemClock.nowMs() - this.startedAtMs };
      if (this.#over) throw new Error(`${this.#name} ended without ${pattern}: ${this.text.slice(-500)}`);
      await new Promise<void>((resolve) => void this.#waiting.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.endInput();
    await this.ended.catch(() => {});
  }

  async #run(limitMs: number): Promise<Ended> {
    let late = false;
    const limit = systemClock.after(limitMs, () => {
      late = true;
      this.signal("SIGKILL");
    });
    const [{ code }] = await Promise.all([
      this.#child.status,
      this.#read("out", this.#child.stdout),
      this.#read("err", this.#child.stderr),
    ]);
    limit.cancel();
    this.#over = true;
    this.#wake();
    if (late) throw new Error(`${this.#name} did not end within ${limitMs / 1000} s: ${this.text.slice(-500)}`);
    return { code, ...this.#text };
  }

  async #read(which: "out" | "err", stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#text[which] += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

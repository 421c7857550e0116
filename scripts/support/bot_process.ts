/** The bot as a process of its own that can be killed at any moment. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** One life of the bot. */
export interface BotProcess {
  readonly pid: number;
  /** Kills it in this instant (kill -9). */
  kill(): void;
  /** Asks it to stop (SIGTERM). */
  stop(): void;
  /** Settles when the process is no more and its last line was read. */
  readonly ended: Promise<Deno.CommandStatus>;
}

/** How it is started. */
export interface BotProcessOptions {
  /** Its configuration, as MESHBOT_ variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Every line of its log. */
  readonly onLine: (line: string) => void;
  /** Sets a disposition that only a shell can: the process ignores SIGXFSZ, so that a limit of its files is an error and no death. */
  readonly ignoresFileLimit?: boolean;
}

/** Starts `meshbot run`. */
export function startBotProcess({ env, cwd, onLine, ignoresFileLimit = false }: BotProcessOptions): BotProcess {
  const command = [Deno.execPath(), "run", "--no-prompt", "-A", MAIN, "run"];
  const [program, ...args] = ignoresFileLimit ? ["/bin/sh", "-c", `trap '' XFSZ; exec "$@"`, "sh", ...command] : command;
  const child = new Deno.Command(program as string, {
    args,
    env: { ...env, NO_COLOR: "1" },
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
    if (rest !== "") onLine(rest);
  })();
  return {
    pid: child.pid,
    kill: () => child.kill("SIGKILL"),
    stop: () => child.kill("SIGTERM"),
    ended: Promise.all([child.status, reading]).then(([status]) => status),
  };
}

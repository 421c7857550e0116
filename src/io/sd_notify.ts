/**
 * Tells systemd how the service is doing (sd_notify(3)): ready, what it does, that it is alive. Without `$NOTIFY_SOCKET` all of it does
 * nothing.
 */
import type { Clock, Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";

const log = logger("app");

// `systemctl status` shows one line.
const MAX_STATUS_CHARACTERS = 200;

/** What the service manager is told. Nothing here throws; what cannot be told is logged once. */
export interface Notifier extends AsyncDisposable {
  /** The service is up: `systemctl start` returns, and the watchdog's time begins. Also the end of a reload. */
  ready(): void;
  /** One line for `systemctl status`; the same as before is not sent again. */
  status(text: string): void;
  /** The configuration is being read again; `ready()` ends it. */
  reloading(): void;
  /** The service is about to end; it is no longer watched. */
  stopping(): void;
}

/** A socket that sends datagrams to one place. */
export interface NotifySocket {
  send(text: string): Promise<void>;
  close(): void;
}

/** What a notifier needs. */
export interface NotifierOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** This process; the watchdog may be meant for another. */
  readonly pid?: number;
  readonly open?: (path: string) => NotifySocket;
}

/**
 * A notifier for the socket that `$NOTIFY_SOCKET` names. From `ready()` until `stopping()` it also feeds systemd's watchdog, twice in the time
 * that `$WATCHDOG_USEC` gives, from a timer of the event loop: when that hangs, systemd starts the service anew.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  return new SystemdNotifier(options);
}

class SystemdNotifier implements Notifier {
  readonly #clock: Clock;
  readonly #feedEveryMs: number | undefined;
  #socket: NotifySocket | undefined;
  #sending: Promise<void> = Promise.resolve();
  #waiting = 0;
  #status: string | undefined;
  #feeding: Timer | undefined;
  #failed = false;

  constructor({ env, clock, pid = Deno.pid, open = openNotifySocket }: NotifierOptions) {
    this.#clock = clock;
    this.#feedEveryMs = feedEveryMs(env, pid);
    const path = env["NOTIFY_SOCKET"];
    if (path === undefined || path === "") return;
    try {
      this.#socket = open(path);
    } catch (error) {
      this.#fail(error);
    }
  }

  ready(): void {
    this.#send("READY=1");
    if (this.#feedEveryMs !== undefined && this.#socket !== undefined) this.#feeding ??= this.#feedAfter(this.#feedEveryMs);
  }

  status(text: string): void {
    const line = [...text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim()].slice(0, MAX_STATUS_CHARACTERS).join("");
    if (line === this.#status) return;
    this.#status = line;
    this.#send(`STATUS=${line}`);
  }

  reloading(): void {
    this.#send("RELOADING=1");
  }

  stopping(): void {
    this.#feeding?.cancel();
    this.#send("STOPPING=1");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feeding?.cancel();
    // What was said last (STOPPING=1) is to be heard before the process ends.
    await this.#sending;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #feedAfter(ms: number): Timer {
    return this.#clock.after(ms, () => {
      this.#feeding = this.#feedAfter(ms);
      // A manager that takes nothing any more is not to be given ever more.
      if (this.#waiting === 0) this.#send("WATCHDOG=1");
    });
  }

  #send(text: string): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#waiting += 1;
    this.#sending = this.#sending.then(() => socket.send(text)).catch((error) => this.#fail(error)).finally(() => {
      this.#waiting -= 1;
    });
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    log.warn`systemd cannot be told how the bot is doing: ${describeError(error)}`;
  }
}

/** Half of the watchdog's time; undefined when there is none, or it is meant for another process. */
function feedEveryMs(env: Readonly<Record<string, string>>, pid: number): number | undefined {
  const us = /^\d{1,15}$/.test(env["WATCHDOG_USEC"] ?? "") ? Number(env["WATCHDOG_USEC"]) : 0;
  const isOurs = env["WATCHDOG_PID"] === undefined || env["WATCHDOG_PID"] === String(pid);
  // The longest time that a timer can hold is 24 days; nobody watches that slowly.
  return us > 0 && isOurs ? Math.min(Math.max(us / 2000, 1), 86_400_000) : undefined;
}

function openNotifySocket(path: string): NotifySocket {
  if (!path.startsWith("/") && !path.startsWith("@")) throw new Error(`NOTIFY_SOCKET is ${JSON.stringify(path)}, no path of a socket`);
  if (Deno.listenDatagram === undefined) throw new Error("this program was started or compiled without --unstable-net");
  // Deno binds every socket to a path; nobody is to write to ours, so the path goes as soon as it has come.
  const folder = Deno.makeTempDirSync({ prefix: "notify-" });
  let socket: Deno.DatagramConn;
  try {
    socket = Deno.listenDatagram({ transport: "unixpacket", path: `${folder}/s` });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  // "@" stands for the zero byte of a name that is in no file system.
  const to: Deno.Addr = { transport: "unixpacket", path: path.replace(/^@/, "\0") };
  return {
    async send(text) {
      await socket.send(new TextEncoder().encode(text), to);
    },
    close: () => socket.close(),
  };
}

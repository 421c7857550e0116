/** A real MQTT broker: Debian's Mosquitto on a free port of 127.0.0.1. */
import { debianProgram } from "./debian.ts";

/** Registers tests that need Mosquitto. */
export const mosquitto = debianProgram("mosquitto");

/** A broker that can be taken away and come back. */
export interface Broker extends AsyncDisposable {
  readonly port: number;
  readonly url: URL;
  /** Ends the broker; its clients lose their connections. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Stops its process where it stands: connections stay, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Publishes with QoS 1; resolves when the broker has it. */
  publish(topic: string, payload: string | Uint8Array): Promise<void>;
}

/** Starts an anonymous broker without persistence. */
export async function startMosquitto(): Promise<Broker> {
  const folder = await Deno.makeTempDir();
  // Another program may take the port before the broker does.
  for (let attempt = 1;; attempt++) {
    const port = freePort();
    const config = `${folder}/mosquitto.conf`;
    await Deno.writeTextFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n`);
    try {
      return brokerOf(await run(config), { config, folder, port });
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

interface Running {
  readonly child: Deno.ChildProcess;
  readonly drained: Promise<void>;
}

function brokerOf(first: Running, { config, folder, port }: { config: string; folder: string; port: number }): Broker {
  let running: Running | undefined = first;
  async function stop(): Promise<void> {
    if (running === undefined) return;
    const { child, drained } = running;
    running = undefined;
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    await child.status;
    await drained;
  }
  return {
    port,
    url: new URL(`mqtt://127.0.0.1:${port}`),
    stop,
    async start() {
      running ??= await run(config);
    },
    freeze: () => running?.child.kill("SIGSTOP"),
    thaw: () => running?.child.kill("SIGCONT"),
    publish: (topic, payload) => publish(port, topic, payload),
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Resolves when the broker says that it runs. */
async function run(config: string): Promise<Running> {
  const path = mosquitto.path;
  if (path === undefined) throw new Error("mosquitto is not installed");
  const child = new Deno.Command(path, { args: ["-c", config], stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  let said = "";
  while (!/ running\b/.test(said)) {
    const { value, done } = await reader.read();
    if (done) {
      await child.status;
      throw new Error(`mosquitto did not start: ${said}`);
    }
    said += value;
  }
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  return { child, drained };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** By hand, so that what is sent is what the protocol's text says, whatever library the program uses. */
async function publish(port: number, topic: string, payload: string | Uint8Array): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const writer = conn.writable.getWriter();
  const reader = conn.readable.getReader();
  const body = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  await writer.write(connectFrame());
  await writer.write(frame(0x32, [...mqttText(topic), 0, 1], body));
  // CONNACK (4 bytes) and PUBACK (4 bytes).
  for (let received = 0; received < 8;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("mosquitto did not take the message");
    received += value.length;
  }
  await writer.write(frame(0xe0, []));
}

function connectFrame(): Uint8Array {
  const id = `test${crypto.randomUUID().slice(0, 8)}`;
  return frame(0x10, [...mqttText("MQTT"), 4, 2, 0, 60, ...mqttText(id)]);
}

/** A control packet of MQTT 3.1.1. */
export function frame(kind: number, head: readonly number[], body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const length: number[] = [];
  for (let rest = head.length + body.length, first = true; first || rest > 0; first = false) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 0x80 : digit);
  }
  const bytes = new Uint8Array(1 + length.length + head.length + body.length);
  bytes.set([kind, ...length, ...head]);
  bytes.set(body, 1 + length.length + head.length);
  return bytes;
}

/** A text with its length in front. */
export function mqttText(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length >> 8, bytes.length & 0xff, ...bytes];
}

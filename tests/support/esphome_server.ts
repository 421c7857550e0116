/** The web server of an ESPHome device on 127.0.0.1: it serves one client at a time, and speaks as its firmware's age has it. */

/** Which firmware: `old` before 2026.1, `between` before 2026.7, `new` from 2026.8 on. */
export type EsphomeAge = "old" | "between" | "new";

/** One sensor of the device. */
export interface FakeSensor {
  /** `Device/Name` for an entity of a sub-device. */
  readonly name: string;
  readonly id: string;
  /** null is a sensor without a state. */
  readonly value: number | null;
  readonly unit?: string;
  /** The exact answer in the place of the JSON. */
  readonly body?: string;
}

/** How the device is. */
export interface EsphomeServerOptions {
  readonly age?: EsphomeAge;
  readonly sensors?: readonly FakeSensor[];
  readonly auth?: { readonly username: string; readonly password: string };
  /** `silent`: the stream opens and nothing comes. By default there is no /events. */
  readonly events?: "full" | "silent" | "none";
  /** Before every path. */
  readonly base?: string;
}

/** A request as it came. */
export interface EsphomeRequest {
  /** Not decoded. */
  readonly path: string;
  readonly headers: Headers;
}

/** The sensors of the usual station, as its default configuration names them. */
export const STATION: readonly FakeSensor[] = [
  { name: "Battery Voltage", id: "battery_voltage", value: 13.1, unit: "V" },
  { name: "Battery Current", id: "battery_current", value: 0.412, unit: "A" },
  { name: "Yield Today", id: "yield_today", value: 845, unit: "Wh" },
  { name: "BME280 Temperature", id: "bme280_temperature", value: 21.4, unit: "°C" },
  { name: "BME280 Pressure", id: "bme280_pressure", value: 1013.2, unit: "hPa" },
  { name: "BME280 Humidity", id: "bme280_humidity", value: 48, unit: "%" },
  { name: "Absolute Humidity", id: "absolute_humidity", value: 9.1, unit: "g/m³" },
];

/** The usual station with other values: undefined is a sensor that the device does not have. */
export function stationWith(values: Readonly<Record<string, number | null | undefined>>): FakeSensor[] {
  return STATION.flatMap((sensor) => {
    if (!(sensor.id in values)) return [sensor];
    const value = values[sensor.id];
    return value === undefined ? [] : [{ ...sensor, value }];
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A running device; what it is can be changed at any time. */
export class EsphomeServer implements AsyncDisposable {
  options: EsphomeServerOptions;
  readonly requests: EsphomeRequest[] = [];
  /** Connections that came while another was served, and were closed for it. */
  turnedAway = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  /** Those that wait for a request or for its answer. */
  readonly #busy = new Set<Deno.TcpConn>();
  readonly #serving = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  #idle = Promise.withResolvers<void>();
  #closed = false;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(options: EsphomeServerOptions = {}) {
    this.options = options;
    this.#accepting = this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}${this.options.base ?? ""}`;
  }

  /** Connections that wait for a request or for its answer. */
  get open(): number {
    return this.#busy.size;
  }

  /** Decoded paths of the requests so far. */
  get paths(): string[] {
    return this.requests.map(({ path }) => decodeURIComponent(path));
  }

  /** Answers nothing until `resume()`. */
  pause(): void {
    this.#gate ??= Promise.withResolvers<void>();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Resolves when that many requests have come in all. */
  async requested(count: number): Promise<void> {
    if (this.requests.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ count, resolve });
    await promise;
  }

  /** Resolves when no connection is being served. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await this.#idle.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    this.resume();
    for (const connection of this.#connections) this.#close(connection);
    await this.#accepting;
    await Promise.all(this.#serving);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      if (this.open > 0) {
        this.turnedAway++;
        connection.close();
        continue;
      }
      this.#busy.add(connection);
      this.#connections.add(connection);
      const serving = this.#serve(connection).catch(() => {}).finally(() => {
        this.#serving.delete(serving);
        this.#close(connection);
      });
      this.#serving.add(serving);
    }
  }

  #release(connection: Deno.TcpConn): void {
    this.#busy.delete(connection);
    this.#idle.resolve();
    this.#idle = Promise.withResolvers<void>();
  }

  #close(connection: Deno.TcpConn): void {
    this.#release(connection);
    this.#connections.delete(connection);
    try {
      connection.close();
    } catch {
      // The other side was first.
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    let text = "";
    const buffer = new Uint8Array(4096);
    for (;;) {
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        const lengthBytes = await connection.read(buffer);
        if (lengthBytes === null) return;
        text += decoder.decode(buffer.subarray(0, lengthBytes));
        continue;
      }
      const request = parseRequest(text.slice(0, end));
      text = text.slice(end + 4);
      this.requests.push(request);
      for (const { resolve } of this.#waiters.filter(({ count }) => this.requests.length >= count)) resolve();
      await this.#gate?.promise;
      const path = decodeURIComponent(request.path.slice((this.options.base ?? "").length));
      const close = request.headers.get("connection") === "close";
      if (path === "/events" && (this.options.events ?? "none") !== "none" && this.#admits(request)) {
        await this.#stream(connection);
        return;
      }
      const answer = encoder.encode(this.#answer(path, request, close));
      // Before the last byte: whoever has read it may come again at once.
      if (close) this.#release(connection);
      await connection.write(answer);
      if (close) return;
    }
  }

  #admits({ headers }: EsphomeRequest): boolean {
    const { auth } = this.options;
    return auth === undefined || headers.get("authorization") === `Basic ${btoa(`${auth.username}:${auth.password}`)}`;
  }

  #answer(path: string, request: EsphomeRequest, close: boolean): string {
    const connection = close ? "Connection: close\r\n" : "";
    if (!this.#admits(request)) {
      return `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="login"\r\nContent-Length: 0\r\n${connection}\r\n`;
    }
    const sensor = this.#find(path);
    if (sensor === undefined) return `HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n${connection}\r\n`;
    const body = sensor.body ?? JSON.stringify(this.#state(sensor));
    const lengthBytes = encoder.encode(body).length;
    return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${lengthBytes}\r\n${connection}\r\n${body}`;
  }

  #find(path: string): FakeSensor | undefined {
    const { age = "between", sensors = STATION } = this.options;
    const known = /^\/sensor\/(.+)$/s.exec(path)?.[1];
    return sensors.find(({ name, id }) => (age !== "old" && name === known) || (age !== "new" && id === known));
  }

  #state({ name, id, value, unit }: FakeSensor, detail = false): Record<string, unknown> {
    const { age = "between" } = this.options;
    const state = value === null ? "NA" : unit === undefined ? value.toFixed(2) : `${value.toFixed(2)} ${unit}`;
    const ids = {
      old: { id: `sensor-${id}` },
      between: { name_id: `sensor/${name}`, id: `sensor-${id}` },
      new: { id: `sensor/${name}` },
    };
    return { ...ids[age], ...(detail ? { name, uom: unit } : {}), value, state };
  }

  /** All states at once, one byte run after the other, then nothing until the client goes. */
  async #stream(connection: Deno.TcpConn): Promise<void> {
    const { age = "between", sensors = STATION, events } = this.options;
    const name = age === "old" ? "state" : "state_detail_all";
    const lines = ["retry: 30000", "id: 1", "event: ping", 'data: {"title":"station"}', ""];
    if (events === "full") {
      lines.push("event: log", "data: [I][main]: hello", "", `event: ${name}`, 'data: {"id":"switch-relay","state":"ON"}', "");
      for (const sensor of sensors) lines.push(`event: ${name}`, `data: ${sensor.body ?? JSON.stringify(this.#state(sensor, true))}`, "");
    }
    await connection.write(encoder.encode(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n`));
    const text = `${lines.join("\r\n")}\r\n`;
    // What has been sent in full may be read in full, and the next request may come at once.
    if (events === "full") this.#release(connection);
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at, at + 300));
    while (await connection.read(new Uint8Array(256)) !== null);
  }
}

function parseRequest(head: string): EsphomeRequest {
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { path: first.split(" ")[1] ?? "", headers };
}

/** The service of a solar station for tests, on a real device's web server. */
import { loadConfig } from "../../src/config.ts";
import type { Config } from "../../src/config.ts";
import { createEsphome, type Esphome, type EsphomeOptions } from "../../src/services/esphome/esphome.ts";
import { EsphomeServer, type EsphomeServerOptions } from "./esphome_server.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";

/** A device, the service that reads it, and the clock of both. */
export interface StationRig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly server: EsphomeServer;
  readonly station: Esphome;
}

/** What a test wants to be different. */
export interface StationRigOptions extends EsphomeServerOptions {
  readonly config?: Partial<Config["esphome"]>;
  readonly telemetry?: EsphomeOptions["telemetry"];
}

/** The keys of the station, with the defaults of the program. */
export function stationConfig(config: Partial<Config["esphome"]>): Config["esphome"] {
  const env = { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/var/lib/meshbot" };
  return { ...loadConfig({ file: null, env, cwd: "/" }).config.esphome, ...config };
}

/** A running device and its service. */
export function createStation({ config, telemetry, ...device }: StationRigOptions = {}): StationRig {
  const clock = createFakeClock();
  const server = new EsphomeServer(device);
  const station = createEsphome({
    clock,
    config: stationConfig({ url: server.url, ...config }),
    ...(telemetry === undefined ? {} : { telemetry }),
  });
  return {
    clock,
    server,
    station,
    async [Symbol.asyncDispose]() {
      await station[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A signal that nobody aborts. */
export function calm(): AbortSignal {
  return new AbortController().signal;
}

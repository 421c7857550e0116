/** The windows to the world, the other nodes and the watch over this machine: each comes and goes with the configuration. */
import type { Clock } from "../clock.ts";
import type { Report } from "../condition.ts";
import type { Config } from "../config.ts";
import { createRemoteNodes, type RemoteNodes } from "../health/remote_nodes.ts";
import { startMachineWatch } from "../health/machine_watch.ts";
import type { SystemReader } from "../health/system.ts";
import { sentences } from "../i18n/mod.ts";
import type { Slots } from "../link/slot.ts";
import type { Place } from "../mesh/node_db.ts";
import { createEsphome } from "../services/esphome/esphome.ts";
import type { StationHistory } from "../services/esphome/history.ts";
import type { StationReadings } from "../services/esphome/readings.ts";
import { createLightning } from "../services/lightning/lightning.ts";
import type { Services } from "../services/mod.ts";
import { createVigilance } from "../services/vigilance/vigilance.ts";
import { createWeather } from "../services/weather/weather.ts";
import { SwitchedParts } from "./switched_parts.ts";

/** What the windows need. */
export interface WindowsOptions {
  readonly clock: Clock;
  /** Every connection of this process to a node. */
  readonly slots: Slots;
  readonly readSystem: SystemReader;
  /** Where our node is; undefined when nobody knows. */
  readonly place: () => Place | undefined;
  readonly report: Report;
  /** The station's readings are to be told to the mesh. */
  readonly telemetry: (readings: StationReadings) => void;
  readonly stationHistory?: StationHistory;
}

/** What is switched on, as commands see it. */
export interface Windows extends AsyncDisposable {
  readonly services: Services;
  readonly remotes: RemoteNodes;
  /** From now on what this configuration wants is on, and what it does not is off. */
  configure(config: Config): void;
}

/** All of them, off until `configure`. */
export function createWindows(options: WindowsOptions): Windows {
  const { clock, report } = options;
  const parts = new SwitchedParts();
  const weather = parts.add({
    name: "weather",
    settings: ({ weather }) => weather.enabled ? weather : undefined,
    start: ({ weather, language }) => createWeather({ clock, config: weather, language }),
  });
  const lightning = parts.add({
    name: "lightning",
    settings: ({ lightning, place }) => lightning.enabled ? [lightning, place] : undefined,
    start: ({ lightning, language }) =>
      createLightning({ clock, config: lightning, centre: options.place, say: sentences(language), report }),
  });
  const vigilance = parts.add({
    name: "vigilance",
    settings: ({ vigilance }) => vigilance.department === undefined ? undefined : vigilance,
    start: ({ vigilance, language }) => createVigilance({ clock, config: vigilance, say: sentences(language), report }),
  });
  const esphome = parts.add({
    name: "esphome",
    settings: ({ esphome }) => esphome.url === undefined ? undefined : esphome,
    start: ({ esphome }) =>
      createEsphome({
        clock,
        config: esphome,
        telemetry: options.telemetry,
        ...(options.stationHistory === undefined ? {} : { history: options.stationHistory }),
      }),
  });
  const remotes = parts.add({
    name: "remote",
    settings: ({ remote }) => remote,
    start: ({ remote, language }) => createRemoteNodes({ clock, remotes: remote, slots: options.slots, say: sentences(language), report }),
  });
  parts.add({
    name: "monitor",
    settings: ({ monitor, data_dir }) => monitor.enabled ? [monitor, data_dir] : undefined,
    start: ({ monitor, data_dir, language }) =>
      startMachineWatch({ clock, config: monitor, dataDir: data_dir, read: options.readSystem, say: sentences(language), report }),
  });
  const none = createRemoteNodes({ clock, remotes: [], slots: options.slots, say: sentences("en"), report });
  return {
    services: {
      get weather() {
        return weather.current;
      },
      get lightning() {
        return lightning.current;
      },
      get vigilance() {
        return vigilance.current;
      },
      get esphome() {
        return esphome.current;
      },
    },
    remotes: {
      get names() {
        return (remotes.current ?? none).names;
      },
      standing: (name) => (remotes.current ?? none).standing(name),
      visit: (name, signal) => (remotes.current ?? none).visit(name, signal),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    configure: (config) => parts.configure(config),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** The configuration: one schema, one TOML file, the environment. */
export { exampleToml } from "./config/example.ts";
export { LOCAL_FILE, SYSTEM_FILE } from "./config/file.ts";
export { type Config, environmentName, KEYS } from "./config/keys.ts";
export { formatPublicKey, isPublicKey, parsePublicKey } from "./config/public_key.ts";
export { type FixedAnswer } from "./config/mesh_kinds.ts";
export {
  type Destination,
  formatDestination,
  type QuietHours,
  type RemoteNode,
  type ScheduledCommand,
  type Sensor,
  type SensorKind,
} from "./config/service_kinds.ts";
export { type ConfigSource, findDataDir, loadConfig, type Loaded, type LoadOptions } from "./config/load.ts";

/** The files that the bot keeps in `data_dir`. */
export const PEOPLE_FILE = "people.json";
export const ALERTS_FILE = "alerts.json";
export const SHARE_FILE = "share.json";
export const KEY_CONFLICTS_FILE = "key_conflicts.json";

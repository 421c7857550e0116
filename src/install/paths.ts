/** Where an installed bot has its parts. */
import { join } from "node:path";

/** The name of the unit, of the state folder and of the runtime folder. */
export const SERVICE = "meshbot";

/** Paths on the machine that is installed to. */
export const PATHS = {
  binary: "/usr/local/bin/meshbot",
  unit: "/etc/systemd/system/meshbot.service",
  unitChanges: "/etc/systemd/system/meshbot.service.d",
  configFolder: "/etc/meshbot",
  config: "/etc/meshbot/meshbot.toml",
  secrets: "/etc/meshbot/secrets.env",
  state: "/var/lib/meshbot",
  /** Where systemd really keeps the state of a dynamic user. */
  privateState: "/var/lib/private/meshbot",
} as const;

/** A path under another root, for packagers and tests. */
export function under(root: string, path: string): string {
  return join(root, path);
}

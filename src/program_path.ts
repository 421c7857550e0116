/** Where the programs of the system are. */
import { existsSync } from "node:fs";

// In the order of a usual PATH, but without asking it: there may be none, and leave to run a program is leave for a path.
const FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin"];

/** The full path of a program of the system; the name itself where it is in no usual folder, or is a path. */
export function programPath(name: string, folders: readonly string[] = FOLDERS): string {
  if (name.includes("/")) return name;
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? name;
}

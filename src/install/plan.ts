/** What an installation or its end does, as a list: the same that `--dry-run` prints. */
import type { Facts, MachineUser } from "./facts.ts";
import { PATHS, SERVICE, under } from "./paths.ts";
import { unitText } from "./unit.ts";

/** One thing that is done. Paths are complete. */
export type Step =
  | { readonly kind: "folder"; readonly path: string; readonly mode: number }
  | { readonly kind: "copy"; readonly from: string; readonly path: string; readonly mode: number }
  | { readonly kind: "write"; readonly path: string; readonly text: string; readonly mode: number; readonly gid?: number }
  /** Nothing is done; said all the same. */
  | { readonly kind: "keep"; readonly path: string; readonly why: string }
  | { readonly kind: "remove"; readonly path: string }
  /** `mayFail`: what it undoes may not be there. */
  | { readonly kind: "systemctl"; readonly args: readonly string[]; readonly mayFail?: true };

/** What is to be installed. */
export interface InstallPlan {
  readonly root: string;
  readonly facts: Facts;
  /** The program; undefined when it is in its place already. */
  readonly program: string | undefined;
  /** The texts of the first configuration; undefined when there is one. */
  readonly config: string | undefined;
  readonly secrets: string;
  readonly user: (MachineUser & { readonly name: string }) | undefined;
}

const UNIT = `${SERVICE}.service`;

/** The steps of `meshbot install`. An existing configuration is kept. */
export function planInstall({ root, facts, program, config, secrets, user }: InstallPlan): Step[] {
  const at = (path: string) => under(root, path);
  // A user that systemd makes up is in no group that a file could be given to, so that the file is for all and holds no secret.
  const readers = user === undefined ? { mode: 0o644 } : { mode: 0o640, gid: user.gid };
  const unit = unitText({ hasVcgencmd: facts.hasVcgencmd, ...(user === undefined ? {} : { user: user.name }) });
  return [
    { kind: "folder", path: at(PATHS.configFolder), mode: 0o755 },
    config === undefined
      ? { kind: "keep", path: at(PATHS.config), why: "your configuration" }
      : { kind: "write", path: at(PATHS.config), text: config, ...readers },
    facts.hasSecrets
      ? { kind: "keep", path: at(PATHS.secrets), why: "your keys and passwords" }
      : { kind: "write", path: at(PATHS.secrets), text: secrets, mode: 0o600 },
    program === undefined
      ? { kind: "keep", path: at(PATHS.binary), why: "this program" }
      : { kind: "copy", from: program, path: at(PATHS.binary), mode: 0o755 },
    { kind: "write", path: at(PATHS.unit), text: unit, mode: 0o644 },
    ...start(root, facts),
  ];
}

function start(root: string, { hasUnit }: Facts): Step[] {
  if (root !== "/") return [{ kind: "systemctl", args: [`--root=${root}`, "enable", UNIT] }];
  return [
    { kind: "systemctl", args: ["daemon-reload"] },
    { kind: "systemctl", args: ["enable", "--now", UNIT] },
    // A bot that ran before is still the old program.
    ...(hasUnit ? [{ kind: "systemctl", args: ["restart", UNIT] } as const] : []),
  ];
}

/** The steps of `meshbot uninstall`; only `purge` takes the configuration and what the bot has kept. */
export function planUninstall({ root, purge }: { readonly root: string; readonly purge: boolean }): Step[] {
  const at = (path: string) => under(root, path);
  const isHere = root === "/";
  const kept: Step[] = purge
    ? [PATHS.unitChanges, PATHS.configFolder, PATHS.state, PATHS.privateState].map((path) => ({ kind: "remove", path: at(path) }))
    : [
      { kind: "keep", path: at(PATHS.configFolder), why: "your configuration; --purge removes it" },
      { kind: "keep", path: at(PATHS.state), why: "what the bot has kept; --purge removes it" },
    ];
  return [
    { kind: "systemctl", args: isHere ? ["disable", "--now", UNIT] : [`--root=${root}`, "disable", UNIT], mayFail: true },
    { kind: "remove", path: at(PATHS.unit) },
    { kind: "remove", path: at(PATHS.binary) },
    ...(isHere
      ? [{ kind: "systemctl", args: ["daemon-reload"] }, { kind: "systemctl", args: ["reset-failed", UNIT], mayFail: true }] as const
      : []),
    ...kept,
  ];
}

/** A step in one line, as an order. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "folder":
      return `make the folder ${step.path} (${octal(step.mode)})`;
    case "copy":
      return `copy ${step.from} to ${step.path} (${octal(step.mode)})`;
    case "write":
      return `write ${step.path} (${octal(step.mode)}${step.gid === undefined ? "" : `, group ${step.gid}`})`;
    case "keep":
      return `keep ${step.path}: ${step.why}`;
    case "remove":
      return `remove ${step.path}`;
    case "systemctl":
      return `systemctl ${step.args.join(" ")}`;
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

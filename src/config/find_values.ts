/** Collects the values that a file and the environment give to known keys, and a mistake for every name that is not known. */
import { nearest } from "../nearest.ts";
import { environmentName, type Keys, tomlExample } from "./keys.ts";
import type { Origin } from "./kinds.ts";
import { type KnownNames, knownNames, lastPart } from "./known_names.ts";
import { AFTER_THE_FILE, type Mistake, printable } from "./mistakes.ts";
import { isTable, type TomlDocument, type TomlFault, type TomlTable } from "./toml.ts";

/** A value for a known key, not checked yet. */
export interface FoundValue {
  readonly key: string;
  readonly value: unknown;
  /** Where it stands: `meshbot.toml, line 4`. */
  readonly place: string;
  /** Where it stands and how it is called there, as a message begins: `meshbot.toml, line 4, node.port`. */
  readonly label: string;
  readonly order: number;
  readonly origin: Origin;
  /** The same for a part of the value, by its path within: parts of a list or table stand on lines of their own. */
  at(path: readonly (string | number)[]): { readonly label: string; readonly order: number };
}

/** What a source gave. */
export interface Findings {
  readonly values: FoundValue[];
  readonly mistakes: Mistake[];
  /** Keys that somebody tried to give: a missing one among them is not reported a second time. */
  readonly attempted: Set<string>;
}

/** Where a file's values come from. */
export interface FileOrigin extends Origin {
  /** The file's name in messages. */
  readonly shownAs: string;
}

/** The values of a TOML file. */
export function findInFile(keys: Keys, document: TomlDocument, origin: FileOrigin): Findings {
  const walk: FileWalk = { keys, names: knownNames(Object.keys(keys)), document, origin, values: [], mistakes: [], attempted: new Set() };
  for (const fault of document.faults) {
    walk.mistakes.push({ order: fault.line, text: `${linePlace(walk, fault.line, fault.column)}, ${faultText(walk, fault)}` });
    if (fault.path !== undefined) walk.attempted.add(fault.path.join("."));
  }
  walkTable(walk, document.root, [], "");
  return walk;
}

interface FileWalk extends Findings {
  readonly keys: Keys;
  readonly names: KnownNames;
  readonly document: TomlDocument;
  readonly origin: FileOrigin;
}

function partLabel(part: string | number): string {
  return typeof part === "number" ? `entry ${part + 1}` : printable(part);
}

function linePlace(walk: FileWalk, line: number, column?: number): string {
  return `${walk.origin.shownAs}, line ${line}${column === undefined ? "" : `, column ${column}`}`;
}

/** `written` is the path in the file; `section` the known section that it is, or was probably meant to be. */
function walkTable(walk: FileWalk, table: TomlTable, written: readonly string[], section: string): void {
  for (const [name, value] of Object.entries(table)) {
    const path = [...written, name];
    // A quoted key may hold a dot of its own: such a key is never one of ours.
    const full = name.includes(".") ? undefined : section === "" ? name : `${section}.${name}`;
    const order = walk.document.lineOf(path) ?? 1;
    const place = linePlace(walk, order);
    const shown = printable(path.join("."));
    if (full !== undefined && walk.names.isKey(full)) {
      const at = (inner: readonly (string | number)[]) => {
        const line = walk.document.lineOf([...path, ...inner.map(String)]) ?? order;
        return { order: line, label: `${linePlace(walk, line)}, ${[shown, ...inner.map(partLabel)].join(", ")}` };
      };
      walk.values.push({ key: full, value, place, label: `${place}, ${shown}`, order, origin: walk.origin, at });
    } else if (full !== undefined && walk.names.isSection(full)) {
      if (isTable(value)) walkTable(walk, value, path, full);
      else walk.mistakes.push({ order, text: `${place}, ${shown} must be one section: write [${shown}] on a line of its own` });
    } else if (isTable(value)) {
      walk.mistakes.push({ order, text: `${place}, ${unknownSection(walk, shown, full ?? name, value, path)}` });
    } else {
      walk.mistakes.push({ order, text: `${place}, ${unknownKey(walk, shown, full ?? name, section)}` });
    }
  }
}

function unknownSection(walk: FileWalk, shown: string, full: string, value: TomlTable, path: readonly string[]): string {
  const near = walk.names.nearestSection(full);
  if (near === undefined) {
    const known = Object.entries(walk.keys).flatMap(([name, key]) => key.kind.fileOnly ? [`[[${name}]]`] : headerOf(name));
    return `[${shown}] is not a known section: known are ${[...new Set(known)].join(", ")}`;
  }
  // Its keys are read as those of the section that was meant, so that their mistakes show in the same run.
  walkTable(walk, value, path, near);
  return `[${shown}] is not a known section: did you mean [${near}]?`;
}

function headerOf(name: string): string[] {
  const section = name.split(".").slice(0, -1).join(".");
  return section === "" ? [] : [`[${section}]`];
}

function unknownKey(walk: FileWalk, shown: string, full: string, section: string): string {
  const near = walk.names.nearestKey(full);
  if (near !== undefined) {
    walk.attempted.add(near);
    return `${shown} is not a known key: did you mean ${near}?`;
  }
  const here = section === "" ? "outside the sections" : `in [${section}]`;
  return `${shown} is not a known key: known ${here} are ${walk.names.keysIn(section).join(", ")}`;
}

function faultText(walk: FileWalk, fault: TomlFault): string {
  const path = printable(fault.path?.join(".") ?? "");
  switch (fault.what) {
    case "line":
      return `this is no TOML (${fault.detail}): a line is a key = value, a [section] or a # comment`;
    case "header":
      return `this is no TOML (${fault.detail}): a section is written [name] on a line of its own`;
    case "duplicate key":
      return `${path} stands here a second time: the first is on ${fault.detail}; keep one of them`;
    case "duplicate section":
      return `[${path}] stands here a second time: the first is on ${fault.detail}; put all its keys under one of them`;
    case "not a section":
      return `${path} cannot be a section: it has a value on ${fault.detail}; keep one of them`;
    case "value": {
      // A key may be called as what every object has, such as constructor.
      const key = Object.hasOwn(walk.keys, path) ? walk.keys[path] : undefined;
      const broken = `${path} has a value that is no TOML (${fault.detail})`;
      if (key?.kind.fileOnly) return `${broken}: must be ${key.kind.expected}`;
      if (key !== undefined) return `${broken}: must be ${key.kind.expected}; write it as ${lastPart(path)} = ${tomlExample(key)}`;
      const holderName = Object.keys(walk.keys).find((name) => walk.keys[name]?.kind.fileOnly && path.startsWith(`${name}.`));
      const holder = walk.keys[holderName ?? ""];
      if (holderName !== undefined && holder !== undefined) {
        const inner = (fault.path ?? []).slice(holderName.split(".").length);
        const where = [holderName, ...inner.map((part) => /^\d+$/.test(part) ? partLabel(Number(part)) : partLabel(part))].join(", ");
        return `${where} has a value that is no TOML (${fault.detail}): must be part of ${holder.kind.expected}`;
      }
      const near = walk.names.nearestKey(path);
      if (near === undefined) return `${broken}: text stands in quotes, numbers and true or false without; and ${path} is not a known key`;
      walk.attempted.add(near);
      return `${broken}, and is not a known key: did you mean ${near}?`;
    }
  }
}

/** The values of the environment's MESHBOT_ variables. */
export function findInEnvironment(keys: Keys, origin: Origin): Findings {
  const findings: Findings = { values: [], mistakes: [], attempted: new Set() };
  const keyOf = new Map(Object.keys(keys).filter((key) => !keys[key]?.kind.fileOnly).map((key) => [environmentName(key), key]));
  for (const name of Object.keys(origin.env).filter((name) => name.startsWith("MESHBOT_")).sort()) {
    const place = `environment variable ${printable(name)}`;
    const key = keyOf.get(name);
    const order = AFTER_THE_FILE;
    if (key === undefined) {
      const inFile = Object.keys(keys).find((key) => environmentName(key) === name);
      if (inFile !== undefined) {
        findings.mistakes.push({ order, text: `${place} is not a known one: [[${inFile}]] can be written in a file only` });
        continue;
      }
      const near = nearest(name, keyOf.keys());
      if (near !== undefined) findings.attempted.add(keyOf.get(near) as string);
      const advice = near === undefined ? "unset it; meshbot config --example names all that there are" : `did you mean ${near}?`;
      findings.mistakes.push({ order, text: `${place} is not a known one: ${advice}` });
      continue;
    }
    const text = (origin.env[name] as string).trim();
    // What has no default can only be switched off by an empty variable.
    if (text === "" && keys[key]?.presence === "optional") continue;
    const at = (inner: readonly (string | number)[]) => ({ order, label: [place, ...inner.map(partLabel)].join(", ") });
    findings.values.push({ key, value: keys[key]?.kind.fromText(text), place, label: place, order, origin, at });
  }
  return findings;
}

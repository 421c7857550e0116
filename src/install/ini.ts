/** Reads INI files as Python's configparser does, as far as files that people write by hand need it. */
import { UsageError } from "../errors.ts";

/** Values by section and by key in lower case; sections keep their case. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads a file's text; throws UsageError with the line of what is no INI. A key that comes again replaces what was there. */
export function readIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let last: string | undefined;
  for (const [index, raw] of text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
      last = undefined;
      continue;
    }
    if (section === undefined) throw new UsageError(`line ${index + 1} stands before any [section]: this is no INI file`);
    // An indented line goes on with the value above it.
    if (/^\s/.test(raw) && last !== undefined) {
      section.set(last, `${section.get(last)}\n${line}`);
      continue;
    }
    const [, key = "", value = ""] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key === "") throw new UsageError(`line ${index + 1} is neither a [section] nor a key = value: this is no INI file`);
    last = key.toLowerCase();
    section.set(last, value);
  }
  return sections;
}

/** The value of a key, or an empty text; the case of the key does not matter. */
export function iniText(ini: Ini, section: string, key: string): string {
  return ini.get(section)?.get(key.toLowerCase())?.trim() ?? "";
}

/** A switch, with the words that configparser knows; `usual` for anything else. */
export function iniSwitch(ini: Ini, section: string, key: string, usual = false): boolean {
  const word = iniText(ini, section, key).toLowerCase();
  if (["1", "yes", "true", "on"].includes(word)) return true;
  return ["0", "no", "false", "off"].includes(word) ? false : usual;
}

/** A list with commas, without its empty places. */
export function iniList(ini: Ini, section: string, key: string): string[] {
  return iniText(ini, section, key).split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== "");
}

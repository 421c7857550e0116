/** The example file: every key with its help, its environment variable and its default. */
import { environmentName, type Key, KEYS, type Keys, SECTIONS, tomlExample } from "./keys.ts";
import { lastPart, sectionOf } from "./known_names.ts";

const PREFACE = `# The configuration of MeshBot, as a TOML file: ./meshbot.toml, /etc/meshbot/meshbot.toml or meshbot run --config FILE.
# A key with a "#" in front has the value shown there already; take the "#" away to change it.
# Each key is an environment variable too (its name stands in brackets), which wins over this file; what stands in [[ ]] is in the file only.
# "meshbot config --check FILE" finds every mistake.
`;

/** A commented TOML file that is valid as it is, and that stays valid with every key uncommented. */
export function exampleToml(keys: Keys = KEYS, sections: Readonly<Record<string, string>> = SECTIONS): string {
  const bySection = new Map<string, string[]>([["", []]]);
  for (const [name, key] of Object.entries(keys)) {
    // What is written as sections of its own has a place among them.
    const section = key.kind.fileOnly ? name : sectionOf(name);
    const blocks = bySection.get(section) ?? [];
    blocks.push(keyBlock(name, key));
    bySection.set(section, blocks);
  }
  const parts = [PREFACE];
  for (const [section, blocks] of bySection) {
    const comment = sections[section] === undefined ? "" : `# ${sections[section]}\n`;
    if (keys[section]?.kind.fileOnly) { if (comment !== "") parts.push(comment.trimEnd()); }
    else if (section !== "") parts.push(`${comment}[${section}]\n`);
    parts.push(...blocks);
  }
  return parts.join("\n").trimEnd();
}

function keyBlock(name: string, key: Key<unknown>): string {
  if (key.kind.fileOnly) return sectionsBlock(key);
  const value = tomlExample(key);
  const presence = key.presence === "required"
    ? "Required."
    : key.presence === "optional"
    ? "Not set by default."
    : `Default: ${key.defaultText ?? value}.`;
  const bounds = capital(key.kind.expected);
  const line = `${lastPart(name)} = ${value}`;
  return [
    `# ${key.help}`,
    `# ${bounds}. ${presence} [${environmentName(name)}]`,
    key.presence === "required" ? line : `# ${line}`,
    "",
  ].join("\n");
}

/** A key whose value is a list of sections: they stand in the file only. */
function sectionsBlock(key: Key<unknown>): string {
  const lines = tomlExample(key).split("\n").map((line) => `# ${line}`);
  const bounds = `${capital(key.kind.expected)}. Default: ${key.defaultText ?? "none"}. No environment variable can hold them.`;
  return [`# ${key.help}`, `# ${bounds}`, ...lines, ""].join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the running bot said of itself, as lines for people. */

/** A line for each value; what is nested stands indented below its name. */
export function statusLines(status: Readonly<Record<string, unknown>>, indent = ""): string[] {
  const entries = Object.entries(status).filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(0, ...entries.filter(([, value]) => !isGroup(value)).map(([name]) => words(name).length));
  return entries.flatMap(([name, value]) => {
    if (isGroup(value)) return [`${indent}${words(name)}`, ...statusLines(value, `${indent}  `)];
    return [`${indent}${words(name).padEnd(width)}  ${clean(Array.isArray(value) ? value.join(", ") : String(value))}`];
  });
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `queueLength` is `queue length`. */
function words(name: string): string {
  return clean(name).replace(/([a-z])([A-Z])/g, (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

/** Names of nodes are strangers' words: nothing in them that moves a terminal. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
}

/** Nodes that announce another public key than the one that is stored for them, kept for the operator's next check. */

/** One such node. */
export interface KeyConflict {
  readonly num: number;
  readonly name: string;
}

/** Where they are kept; `src/io/state_file.ts` has one on disk. */
interface Memory {
  read<T>(parse: (value: unknown) => T): Promise<T | undefined>;
  write(value: unknown): void;
}

// More than these are an attack, and a list of them no help.
const MAX_CONFLICTS = 100;

/** The conflicts that the running bot has seen. */
export interface KeyConflicts {
  /** Reads what was kept. */
  load(): Promise<void>;
  seen(num: number, name: string): void;
  /** Our own node has taken a key for it anew. */
  cured(num: number): void;
  list(): KeyConflict[];
}

/** Nothing seen yet; `load` brings what was kept in `memory`. */
export function createKeyConflicts(memory: Memory): KeyConflicts {
  const names = new Map<number, string>();
  const list = () => [...names].map(([num, name]) => ({ num, name }));
  return {
    async load() {
      for (const { num, name } of await memory.read(parseConflicts) ?? []) names.set(num, name);
    },
    seen(num, name) {
      if (names.get(num) === name || names.size >= MAX_CONFLICTS) return;
      names.set(num, name);
      memory.write(list());
    },
    cured(num) {
      if (names.delete(num)) memory.write(list());
    },
    list,
  };
}

function parseConflicts(value: unknown): KeyConflict[] {
  if (!Array.isArray(value)) throw new TypeError("Cannot read the key conflicts: a list is wanted");
  return value.map((entry: unknown) => {
    const { num, name } = (entry ?? {}) as Partial<KeyConflict>;
    if (typeof num !== "number" || typeof name !== "string") throw new TypeError("Cannot read the key conflicts: each has num and name");
    return { num, name };
  });
}

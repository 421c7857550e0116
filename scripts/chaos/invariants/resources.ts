/** Memory and descriptors of the bot stay within bounds. */
import type { Standing } from "./invariant.ts";

const MIB = 1024;
const MAX_RSS_KIB = 200 * MIB;
// The database, the sockets of the program itself, and a dozen clients of the shared radio.
const MAX_DESCRIPTORS = 72;
const MAX_STORIES = 3;

/** Looks at the process now and then. */
export class Resources {
  readonly #broken: string[] = [];
  #looks = 0;
  #maxRssKib = 0;
  #maxDescriptors = 0;

  /** What was read of a process that lives. */
  seen({ rssKib, descriptors }: { readonly rssKib: number; readonly descriptors: number }): void {
    this.#looks += 1;
    this.#maxRssKib = Math.max(this.#maxRssKib, rssKib);
    this.#maxDescriptors = Math.max(this.#maxDescriptors, descriptors);
    if (this.#broken.length >= MAX_STORIES) return;
    if (rssKib > MAX_RSS_KIB) this.#broken.push(`${Math.round(rssKib / MIB)} MiB resident, at most ${MAX_RSS_KIB / MIB}`);
    if (descriptors > MAX_DESCRIPTORS) this.#broken.push(`${descriptors} descriptors, at most ${MAX_DESCRIPTORS}`);
  }

  /** Looks at the process; one that is gone is left out. */
  look(pid: number): void {
    try {
      const rssKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
      const descriptors = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
      if (rssKib > 0) this.seen({ rssKib, descriptors });
    } catch {
      // It was killed in this moment.
    }
  }

  standing(): Standing {
    return {
      name: "memory and descriptors",
      seen: `${this.#looks} looks: at most ${Math.round(this.#maxRssKib / MIB)} MiB of ${
        MAX_RSS_KIB / MIB
      }, ${this.#maxDescriptors} descriptors of ${MAX_DESCRIPTORS}`,
      broken: this.#looks === 0 ? ["nobody could look at the process"] : this.#broken,
    };
  }
}

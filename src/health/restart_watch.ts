/** Tells the restarts of another node from what it says of itself at each visit. */
import type { NodeSigns } from "./remote_visit.ts";

// Uptime counts from the end of the boot, and clocks of two machines never agree.
const SLACK_MS = 60_000;

/** One restart. */
export interface Restart {
  /** Different for each restart of the node. */
  readonly id: string;
  /** Monotonic milliseconds, as near as the node's uptime tells; otherwise when it was noticed. */
  readonly atMs: number;
}

/** A visit's moment on both clocks. */
export interface VisitTime {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** Remembers the last visit. */
export class RestartWatch {
  #before: { readonly signs: NodeSigns; readonly atMs: number } | undefined;

  /** The restart since the last visit; undefined when there was none, and for a node that is seen for the first time. */
  see(signs: NodeSigns, { nowMs, wallMs }: VisitTime): Restart | undefined {
    const before = this.#before;
    if (before === undefined || before.signs.nodeNum !== signs.nodeNum) {
      this.#before = { signs, atMs: nowMs };
      return undefined;
    }
    const uptimeBeforeS = before.signs.uptimeS;
    const grew = signs.rebootCount > before.signs.rebootCount;
    const fell = signs.uptimeS !== undefined && uptimeBeforeS !== undefined && signs.uptimeS < uptimeBeforeS;
    // After a restart the list still holds the old uptime for a minute: it must not fall a second time at the next visit.
    const uptimeS = grew && !fell ? undefined : signs.uptimeS ?? uptimeBeforeS;
    this.#before = { signs: { ...signs, uptimeS }, atMs: nowMs };
    if (!grew && !fell) return undefined;
    const upMs = fell && signs.uptimeS !== undefined ? signs.uptimeS * 1000 : Infinity;
    const atMs = upMs <= nowMs - before.atMs + SLACK_MS ? nowMs - upMs : nowMs;
    const id = grew ? `restart ${signs.rebootCount}` : `restart at ${Math.round((wallMs - nowMs + atMs) / 60_000)}`;
    return { id, atMs };
  }
}

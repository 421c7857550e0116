// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/** What was proven, one line each: `ok …` or `FAILED …`. */
import { describeError } from "../../src/errors.ts";

/** Runs checks and tells each one's outcome. */
export class Ledger {
  #failed = 0;

  /** How many checks failed. */
  get failed(): number {
    return this.#failed;
  }

  /** Runs one check, which throws when it fails; true when it did not. What it returns stands behind its name. */
  async prove(what: string, check: () => Promise<string | void>): Promise<boolean> {
    try {
      const detail = await check();
      console.log(detail ? `ok ${what}: ${inOneLine(detail)}` : `ok ${what}`);
      return true;
    } catch (error) {
      this.#failed += 1;
      console.log(`FAILED ${what}: ${inOneLine(describeError(error))}`);
      return false;
    }
  }
}

function inOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " | ");
}

/** Throws unless it holds. */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

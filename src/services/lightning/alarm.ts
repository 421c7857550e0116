/** When lightning is worth an alert, and when it is over. */
import type { Report } from "../../condition.ts";

/** How things stand. */
export interface AlarmState {
  /** Strikes in the window. */
  readonly count: number;
  /** Nothing was missed for the whole window. */
  readonly complete: boolean;
  /** The texts, asked for only when they are needed. */
  readonly text: () => string;
  readonly endText: () => string;
}

const KEY = "lightning";

/** Reports `lightning`: it begins with enough strikes, and ends when a whole window has had none. */
export class Alarm {
  readonly #alertStrikes: number;
  readonly #report: Report;
  #on = false;

  constructor(alertStrikes: number, report: Report) {
    this.#alertStrikes = alertStrikes;
    this.#report = report;
  }

  /** True while an alert holds. */
  get on(): boolean {
    return this.#on;
  }

  /** Reports what can be said. Between the two nothing can: the alert of an earlier run of the program may hold. */
  judge({ count, complete, text, endText }: AlarmState): void {
    if (count >= this.#alertStrikes) this.#on = true;
    else if (count === 0 && complete) this.#on = false;
    if (this.#on) this.#report({ key: KEY, facts: ["strikes"], text: text() });
    else if (count === 0 && complete) this.#report({ key: KEY, facts: [], text: endText() });
  }
}

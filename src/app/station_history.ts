/** The solar station's readings as they are kept: those of earlier runs too. */
import type { Clock } from "../clock.ts";
import { logger } from "../log.ts";
import { createMemoryHistory, type HistoryPoint, type StationHistory } from "../services/esphome/history.ts";
import { HistoryError } from "../store/history_error.ts";
import type { Answers } from "../store/questions.ts";
import type { History } from "../store/store.ts";

/** What it is built from. */
export interface StationHistoryOptions {
  readonly clock: Clock;
  readonly history: Pick<History, "ask" | "reading">;
}

/** The readings, those before the start included. */
export interface KeptStationHistory extends StationHistory {
  /**
   * Reads what is kept of these sensors, so that the next `between` has it; a sensor that is not loaded is when it is first heard of. Rejects
   * never: what cannot be read now is read when the sensor is next heard of.
   */
  load(sensorIds: Iterable<string>): Promise<void>;
}

// As long as the memory keeps them.
const LOADED_MS = 48 * 3_600_000;

const log = logger("app");

/** An empty one, which writes to the history and reads from it. */
export function createStationHistory(options: StationHistoryOptions): KeptStationHistory {
  const sensors = new Map<string, SensorHistory>();
  const sensor = (id: string): SensorHistory => {
    const known = sensors.get(id) ?? new SensorHistory(id, options);
    sensors.set(id, known);
    return known;
  };
  return {
    add(atWallMs, values) {
      for (const [id, value] of values) sensor(id).add(atWallMs, value);
    },
    between: (id, fromWallMs, toWallMs) => sensor(id).between(fromWallMs, toWallMs),
    load: async (ids) => void await Promise.all(Array.from(ids, (id) => sensor(id).load())),
  };
}

class SensorHistory {
  readonly #id: string;
  readonly #options: StationHistoryOptions;
  #memory = createMemoryHistory();
  #loading: Promise<void> | undefined;
  #isLoaded = false;

  constructor(id: string, options: StationHistoryOptions) {
    this.#id = id;
    this.#options = options;
  }

  add(atWallMs: number, value: number): void {
    void this.load();
    this.#options.history.reading(this.#kind, value);
    this.#remember(atWallMs, value);
  }

  between(fromWallMs: number, toWallMs: number): readonly HistoryPoint[] {
    void this.load();
    return this.#memory.between(this.#id, fromWallMs, toWallMs);
  }

  load(): Promise<void> {
    if (this.#isLoaded) return Promise.resolve();
    return this.#loading ??= this.#read().finally(() => this.#loading = undefined);
  }

  async #read(): Promise<void> {
    const { clock, history } = this.#options;
    const toMs = clock.wallMs();
    try {
      const kept = await history.ask("readings", { kind: this.#kind, fromMs: toMs - LOADED_MS, toMs });
      this.#takeUp(kept);
    } catch (error) {
      // The store says itself what is wrong with it.
      if (!(error instanceof HistoryError)) log.error`the readings of ${this.#id} cannot be taken up: ${error}`;
    }
  }

  /** Puts what is kept before what came meanwhile. */
  #takeUp(kept: Answers["readings"]): void {
    const since = this.#memory.between(this.#id, -Infinity, Infinity);
    this.#isLoaded = true;
    this.#memory = createMemoryHistory();
    for (const { atMs, value } of kept) this.#remember(atMs, value);
    for (const { atWallMs, value } of since) this.#remember(atWallMs, value);
  }

  #remember(atWallMs: number, value: number): void {
    this.#memory.add(atWallMs, new Map([[this.#id, value]]));
  }

  get #kind(): string {
    return `esphome ${this.#id}`;
  }
}

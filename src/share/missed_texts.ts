/** The texts of the last day, for the clients that were away: each address gets what came since its last client left. */
import type { Clock } from "../clock.ts";
import { decode } from "../link/codec.ts";
import { logger } from "../log.ts";
import { Payload } from "./payload.ts";

const log = logger("service.share");

const KEEP_MS = 24 * 3_600_000;
const MAX_TEXTS = 100;
const MAX_ADDRESSES = 200;

/** Where they are kept over a restart of the program; `createStateFile` makes one. */
export interface MissedTextsFile {
  read<T>(parse: (value: unknown) => T): Promise<T | undefined>;
  write(value: unknown): void;
}

interface Text {
  readonly payload: Payload;
  readonly number: number;
  readonly atWallMs: number;
  /** The address of the client that sent it. */
  readonly sender: string | undefined;
  /** Sender and id of its packet. */
  readonly key: string;
}

interface Kept {
  readonly next: number;
  readonly texts: readonly { readonly number: number; readonly atWallMs: number; readonly bytes: string; readonly sender?: string }[];
  readonly cursors: readonly (readonly [string, number])[];
}

/** The texts. */
export class MissedTexts {
  readonly #clock: Clock;
  readonly #file: MissedTextsFile | undefined;
  #texts: Text[] = [];
  readonly #cursors = new Map<string, number>();
  #next = 1;

  constructor(options: { readonly clock: Clock; readonly file?: MissedTextsFile | undefined }) {
    this.#clock = options.clock;
    this.#file = options.file;
  }

  /** Reads what an earlier run kept; to be awaited once, first. */
  async load(): Promise<void> {
    const kept = await this.#file?.read(parseKept);
    if (kept === undefined) return;
    const early = this.#texts;
    this.#next = Math.max(this.#next, kept.next);
    this.#texts = kept.texts.map(({ number, atWallMs, bytes, sender }) => ({
      payload: new Payload(decodeBase64(bytes), number),
      number,
      atWallMs,
      sender,
      key: keyOf(decodeBase64(bytes)),
    }));
    for (const [address, cursor] of kept.cursors) this.#cursors.set(address, cursor);
    // Heard while the file was read: nobody has been told of them yet.
    for (const { payload, sender } of early) this.add(payload.bytes, sender);
    log.debug`${this.#texts.length} texts are kept for clients that were away`;
  }

  /** The number of the newest text. */
  get newest(): number {
    return this.#next - 1;
  }

  /** A text that the clients see; `sender`: the address of the client that sent it. */
  add(bytes: Uint8Array, sender?: string): Payload {
    const number = this.#next++;
    const payload = new Payload(bytes, number);
    this.#texts.push({ payload, number, atWallMs: this.#clock.wallMs(), sender, key: keyOf(bytes) });
    this.#dropOld();
    this.#keep();
    return payload;
  }

  /** Whether a text is known: an encoded FromRadio with a packet of the same sender and id. */
  has(bytes: Uint8Array): boolean {
    const key = keyOf(bytes);
    return key !== "" && this.#texts.some((text) => text.key === key);
  }

  /** What a client of this address missed; nothing when none was here before. `from`: the text that it had last. */
  since(address: string): { readonly from: number; readonly texts: readonly Payload[] } {
    const cursor = this.#cursors.get(address);
    if (cursor === undefined) return { from: this.newest, texts: [] };
    this.#dropOld();
    const missed = this.#texts.filter(({ number, sender }) => number > cursor && sender !== address);
    return { from: cursor, texts: missed.map(({ payload }) => payload) };
  }

  /** A client of an address has had the texts up to this number: so much is known of it should this process be killed. */
  had(address: string, number: number): void {
    if ((this.#cursors.get(address) ?? -1) >= number) return;
    this.#cursors.set(address, number);
    this.#keep();
  }

  /** The last client of an address has left; it has had the texts up to this number. */
  left(address: string, number: number): void {
    this.#cursors.delete(address);
    this.#cursors.set(address, number);
    if (this.#cursors.size > MAX_ADDRESSES) this.#cursors.delete(this.#cursors.keys().next().value as string);
    this.#keep();
  }

  /** Forgets everything: it was heard by another radio. */
  clear(): void {
    this.#texts = [];
    this.#cursors.clear();
    this.#keep();
  }

  #dropOld(): void {
    const oldestWallMs = this.#clock.wallMs() - KEEP_MS;
    this.#texts = this.#texts.filter(({ atWallMs }) => atWallMs >= oldestWallMs).slice(-MAX_TEXTS);
  }

  #keep(): void {
    if (this.#file === undefined) return;
    const kept: Kept = {
      next: this.#next,
      texts: this.#texts.map(({ payload, number, atWallMs, sender }) => ({
        number,
        atWallMs,
        bytes: encodeBase64(payload.bytes),
        ...(sender === undefined ? {} : { sender }),
      })),
      cursors: [...this.#cursors],
    };
    this.#file.write(kept);
  }
}

/** Empty when there is no packet, or none that could be told from others. */
function keyOf(fromRadio: Uint8Array): string {
  try {
    const { payloadVariant } = decode("FromRadio", fromRadio);
    if (payloadVariant.case !== "packet" || payloadVariant.value.id === 0) return "";
    return `${payloadVariant.value.from}/${payloadVariant.value.id}`;
  } catch {
    return "";
  }
}

/** Throws TypeError at what this program did not write. */
function parseKept(value: unknown): Kept {
  const kept = value as Kept;
  const ok = Number.isInteger(kept?.next) && Array.isArray(kept.texts) && Array.isArray(kept.cursors) &&
    kept.texts.every(({ number, atWallMs, bytes }) => Number.isInteger(number) && Number.isFinite(atWallMs) && typeof bytes === "string") &&
    kept.cursors.every((cursor) => Array.isArray(cursor) && typeof cursor[0] === "string" && Number.isInteger(cursor[1]));
  if (!ok) throw new TypeError("these are not texts kept for clients");
  return kept;
}

function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

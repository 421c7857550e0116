/** Tells the network of the shared node, under the name of the node with a star: the real one announces itself too. */
import { describeError } from "../errors.ts";
import { decode } from "../link/codec.ts";
import { logger } from "../log.ts";

const log = logger("service.share");

/** What is announced as `_meshtastic._tcp`. */
export interface AnnouncedService {
  /** `MeshBot !a1b2c3d4` */
  readonly instance: string;
  /** The machine, `meshbot-a1b2c3d4`: with a name for all, a phone between two bots would come to either. */
  readonly hostname: string;
  readonly port: number;
  readonly txt: Readonly<Record<string, string>>;
}

/** The announcement as it is now. */
export class Announcer implements AsyncDisposable {
  readonly #announceService: ((service: AnnouncedService) => Promise<AsyncDisposable>) | undefined;
  #said = "";
  #running: Promise<AsyncDisposable | undefined> = Promise.resolve(undefined);

  constructor(announceService: ((service: AnnouncedService) => Promise<AsyncDisposable>) | undefined) {
    this.#announceService = announceService;
  }

  /** Announces it, or announces it anew when its name is another. `user`: the encoded User of our node. */
  announce({ id, port, user }: { readonly id: string; readonly port: number; readonly user: Uint8Array | undefined }): void {
    const start = this.#announceService;
    if (start === undefined) return;
    const shortName = user === undefined ? "" : decode("User", user).shortName;
    const service = { instance: `MeshBot ${id}`, hostname: `meshbot-${id.slice(1)}`, port, txt: { id, shortname: `${shortName}*` } };
    if (JSON.stringify(service) === this.#said) return;
    this.#said = JSON.stringify(service);
    this.#running = this.#running.then(async (before) => {
      await before?.[Symbol.asyncDispose]();
      try {
        return await start(service);
      } catch (error) {
        log.warn`the shared node is not announced: ${describeError(error)}`;
        return undefined;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = await this.#running;
    this.#running = Promise.resolve(undefined);
    await running?.[Symbol.asyncDispose]();
  }
}

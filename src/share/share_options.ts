/** What sharing needs from the rest of the program, and what it shows of itself. */
import type { Clock } from "../clock.ts";
import type { MeshPacket } from "../link/messages.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import type { Outbox } from "../mesh/outbox.ts";
import type { AllowEntry, Role } from "./access.ts";
import type { AnnouncedService } from "./announcer.ts";
import type { CommandHook } from "./bot_contact.ts";
import type { MissedTextsFile } from "./missed_texts.ts";

/** The section `[share]` of the configuration. */
export interface ShareConfig {
  /** Where clients connect, e.g. `127.0.0.1:4404`; undefined: not at all. */
  readonly listen?: string | undefined;
  /** Where the web client connects; undefined: not at all. */
  readonly http?: string | undefined;
  /** Sites whose pages may ask by HTTP, such as `https://client.meshtastic.org`. */
  readonly http_origins: readonly string[];
  readonly allow: readonly AllowEntry[];
  /** What the clients' contact is called; undefined: MeshBot. */
  readonly name?: string | undefined;
  readonly bot_contact: boolean;
  readonly hide_bot_traffic: boolean;
}

/** The radio behind it. */
export interface ShareRadio {
  /** Whether the link is ready. */
  linked(): boolean;
  /** Gives it an encoded ToRadio as it is; false when it is away. */
  sendBytes(toRadio: Uint8Array): boolean;
  /** Asks for its settings; false when it is away. */
  askConfig(): boolean;
  /** Asks for its list of nodes; false when it is away. */
  askNodes(): boolean;
}

/** What sharing needs. */
export interface ShareOptions {
  readonly clock: Clock;
  readonly config: ShareConfig;
  readonly radio: ShareRadio;
  readonly outbox: Pick<Outbox, "enqueue" | "knows">;
  /** The nodes that the program remembers, for the time before the radio has told its list. */
  readonly rememberedNodes?: () => Iterable<NodeRecord>;
  /** What the bot answers to a command of a client. */
  readonly command?: CommandHook;
  /** Whether a packet from the mesh is a command to the bot; asked when `hide_bot_traffic` is on. */
  readonly isBotTraffic?: (packet: MeshPacket) => boolean;
  /** Keeps what clients have missed over a restart; without it that lives with the process. */
  readonly file?: MissedTextsFile;
  /** Tells the network of it; called when it listens beyond this machine. */
  readonly announce?: (service: AnnouncedService) => Promise<AsyncDisposable>;
}

/** A client, as `/status` shows it. */
export interface ClientView {
  readonly number: number;
  readonly address: string;
  readonly kind: "tcp" | "http";
  readonly role: Role;
  readonly connectedForMs: number;
  readonly fromClient: number;
  readonly toClient: number;
  readonly unreadBytes: number;
}

/** What runs. */
export interface ShareView {
  /** Where it listens now, e.g. `127.0.0.1:4404`. */
  readonly listen: string | undefined;
  readonly http: string | undefined;
  readonly clients: readonly ClientView[];
}

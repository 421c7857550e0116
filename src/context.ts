/** What the parts of the program share: BotContext lives with the process, CommandContext with one message. Types only. */
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { RemoteNodes } from "./health/remote_nodes.ts";
import type { Sentences } from "./i18n/mod.ts";
import type { AirtimeLedger } from "./mesh/airtime.ts";
import type { Budget } from "./mesh/budget.ts";
import type { NodeDb, NodeRecord } from "./mesh/node_db.ts";
import type { Outcome } from "./mesh/outgoing.ts";
import type { TextMessage } from "./mesh/packet.ts";
import type { People } from "./mesh/people.ts";
import type { RemoteAdmin } from "./mesh/remote_admin.ts";
import type { MeshRequests } from "./mesh/requests.ts";
import type { RadioInfo } from "./mesh/session.ts";
import type { Services } from "./services/mod.ts";
import type { History } from "./store/store.ts";

/** The link as a command sees it: nothing here can open, close or write. */
export interface LinkView {
  readonly state: "idle" | "dialing" | "configuring" | "ready" | "waiting" | "closed";
  /** Wall clock, milliseconds since 1970. */
  readonly sinceWallMs: number;
  /** Completed handshakes after the first. */
  readonly reconnects: number;
  /** Messages waiting to be sent. */
  readonly queueLength: number;
  /** How the messages sent so far have ended. */
  readonly outcomes: Readonly<Record<Outcome["kind"], number>>;
  /** How many of the delivered ones were encrypted for the asker's key: only there nobody else can have said that they arrived. */
  readonly deliveredSealed: number;
  /** Clients of the shared radio; undefined when it is not shared. */
  readonly clients: number | undefined;
  /** Another client seems to read from our node's queue. */
  readonly otherClient: boolean;
}

/** Built once in `app.ts`, read by everybody. */
export interface BotContext {
  readonly config: Config;
  readonly clock: Clock;
  /** Every sentence the mesh sees, in the configured language. */
  readonly say: Sentences;
  readonly nodes: NodeDb;
  /** What the handshake told about our own node; undefined before the first. */
  readonly radio: () => RadioInfo | undefined;
  readonly link: () => LinkView;
  readonly airtime: AirtimeLedger;
  readonly budget: Budget;
  /** Questions and orders to the mesh that are answered later, such as a traceroute. */
  readonly requests: MeshRequests & RemoteAdmin;
  /** Who wants no messages, who is banned, until when the bot is mute. */
  readonly people: People;
  /** What is left of the last long answer to somebody; it is taken out by asking. */
  readonly more: { next(nodeNum: number): string | undefined };
  /** What was heard, by questions. */
  readonly history: Pick<History, "ask">;
  /** The windows to the world that are switched on. */
  readonly services: Services;
  /** The other nodes of the configuration. */
  readonly remotes: RemoteNodes;
  /** Reads the configuration again and goes on with it; the mistakes when it is not valid, and the old one stays. */
  readonly reload: () => Promise<readonly string[]>;
  /** Wall clock of the program's start, milliseconds since 1970. */
  readonly startedAtWallMs: number;
  readonly version: string;
}

/** One command, as its handler sees it. */
export interface CommandContext extends BotContext {
  readonly message: TextMessage;
  /** The asker's record; undefined when this message is the first we hear of that node. */
  readonly fromNode: NodeRecord | undefined;
  /** What stands behind the command's word, trimmed. */
  readonly args: string;
  /** True when the command was heard on a channel, not sent to us. */
  readonly onChannel: boolean;
  /** True when the asker has proved to be an admin. */
  readonly admin: boolean;
  /** Aborted at the command's deadline and when the program stops. */
  readonly signal: AbortSignal;
}

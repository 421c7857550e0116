/** The contact "MeshBot": a node that only the clients see. What they write to it are commands, answered without air time. */
import { createHash } from "node:crypto";
import { describeError } from "../errors.ts";
import { encode } from "../link/codec.ts";
import { PortNum, RoutingError } from "../link/enums.ts";
import type { Data, MeshPacket } from "../link/messages.ts";
import { logger } from "../log.ts";
import { splitText } from "../mesh/text.ts";
import { BROADCAST_NUM, formatNodeId } from "../node_id.ts";
import type { Client } from "./client.ts";
import type { LocalAnswers } from "./local_answers.ts";

const log = logger("service.share");

const SHORT_NAME = "BOT";
// The apps keep texts to this length too.
const MESSAGE_BYTES = 200;
const MAX_RUNNING_A_CLIENT = 4;
const HOPS = 3;
/** Node numbers below are reserved by the firmware. */
const FIRST_NUM = 4;

/** What a command says to a client: nothing when it says nothing. */
export type CommandHook = (text: string, client: Pick<Client, "number" | "address" | "role">) => Promise<string | undefined>;

/** What the contact needs. */
export interface BotContactOptions {
  readonly name: string;
  readonly ownNum: () => number;
  /** Whether a node of the mesh has this number. */
  readonly isNode: (num: number) => boolean;
  readonly answers: LocalAnswers;
  readonly command: CommandHook;
}

/** The contact. */
export class BotContact {
  readonly #options: BotContactOptions;
  readonly #running = new Map<Client, number>();

  constructor(options: BotContactOptions) {
    this.#options = options;
  }

  /** Its number: always the same beside the same node, and never that of a node of the mesh. */
  get num(): number {
    const hash = createHash("sha256").update(`MeshBot ${this.#options.ownNum()}`).digest();
    let num = hash.readUInt32BE(0);
    while (num < FIRST_NUM || num === BROADCAST_NUM || this.#options.isNode(num)) num = (num + 1) >>> 0;
    return num;
  }

  /** An encoded NodeInfo. */
  get nodeInfo(): Uint8Array {
    return encode("NodeInfo", {
      num: this.num,
      user: this.#user,
      lastHeard: this.#options.answers.timeS,
      hopsAway: 0,
      isFavorite: true,
    });
  }

  /** A packet of a client to the contact; its QueueStatus has been told. */
  take(client: Client, packet: MeshPacket, data: Data | undefined): void {
    const { answers } = this.#options;
    const { id } = packet;
    const num = this.num;
    const running = this.#running.get(client) ?? 0;
    const text = data?.portnum === PortNum.TEXT_MESSAGE_APP;
    if (text && running >= MAX_RUNNING_A_CLIENT) return client.tell(answers.routing(id, RoutingError.RATE_LIMIT_EXCEEDED));
    if (packet.wantAck) client.tell(answers.routing(id, RoutingError.NONE, num));
    if (text) {
      this.#running.set(client, running + 1);
      void this.#answer(client, packet, new TextDecoder().decode(data.payload)).finally(() => this.#ended(client));
    } else if (data?.wantResponse === true && data.portnum === PortNum.NODEINFO_APP) {
      client.tell(answers.packet(PortNum.NODEINFO_APP, encode("User", this.#user), { requestId: id }, { from: num }));
    } else if (data?.wantResponse === true) client.tell(answers.routing(id, RoutingError.NO_RESPONSE, num));
  }

  get #user() {
    const publicKey = new Uint8Array(createHash("sha256").update(`MeshBot contact ${this.#options.ownNum()}`).digest());
    // With a key the apps let people write to it as to any node; nothing is ever sealed with it, as nothing goes out.
    return { id: formatNodeId(this.num), longName: this.#options.name, shortName: SHORT_NAME, publicKey };
  }

  async #answer(client: Client, packet: MeshPacket, text: string): Promise<void> {
    let reply: string | undefined;
    try {
      reply = await this.#options.command(text, client);
    } catch (error) {
      log.warn`${client.label}: its command failed: ${describeError(error)}`;
    }
    if (reply === undefined) return;
    const { pkiEncrypted } = packet;
    const from = this.num;
    for (const part of splitText(reply, { maxBytes: MESSAGE_BYTES })) {
      const payload = new TextEncoder().encode(part);
      const sealed = pkiEncrypted ? { pkiEncrypted, publicKey: this.#user.publicKey } : {};
      const told = { from, channel: packet.channel, hopLimit: HOPS, hopStart: HOPS, ...sealed };
      client.tell(this.#options.answers.packet(PortNum.TEXT_MESSAGE_APP, payload, { replyId: packet.id }, told));
    }
  }

  #ended(client: Client): void {
    const running = (this.#running.get(client) ?? 1) - 1;
    if (running === 0) this.#running.delete(client);
    else this.#running.set(client, running);
  }
}

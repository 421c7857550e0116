/**
 * The bot shares its radio: any number of clients speak the Meshtastic API with it as with the node, over the one
 * connection that the bot has.
 */
import type { Clock } from "../clock.ts";
import { encode, make } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { FromRadio, Init, MeshPacket } from "../link/messages.ts";
import { logger } from "../log.ts";
import { formatNodeId } from "../node_id.ts";
import { AccessList, isLoopbackHost } from "./access.ts";
import { Announcer } from "./announcer.ts";
import { BotContact } from "./bot_contact.ts";
import { BotTraffic } from "./bot_traffic.ts";
import type { Client } from "./client.ts";
import { ClientPackets } from "./client_packets.ts";
import { Clients } from "./clients.ts";
import { Commits } from "./commits.ts";
import { EditLock } from "./edit_lock.ts";
import { FanOut } from "./fan_out.ts";
import { formatListen, parseListen } from "./listen_address.ts";
import { Listeners } from "./listeners.ts";
import { LocalAnswers } from "./local_answers.ts";
import { MissedTexts } from "./missed_texts.ts";
import { OwnTelemetry } from "./own_telemetry.ts";
import { FROM_RADIO, PACKET } from "./patch_packet.ts";
import { Payload, payloadOf } from "./payload.ts";
import { RadioPicture } from "./radio_picture.ts";
import { RequestTable } from "./request_table.ts";
import { Reread } from "./reread.ts";
import type { ShareOptions, ShareView } from "./share_options.ts";
import { SideChannels } from "./side_channels.ts";
import { takeToRadio } from "./to_radio.ts";
import { bytesField, fixed32Field, replaceFields } from "./wire.ts";

export type { ClientView, ShareConfig, ShareOptions, ShareRadio, ShareView } from "./share_options.ts";

const log = logger("service.share");

const CONTACT_NAME = "MeshBot";

/** Starts sharing; throws RangeError at an address or a range that is none. Clients are served as soon as the radio has told its settings. */
export function createShare(options: ShareOptions): Share {
  return new Share(options);
}

/** The shared node. */
export class Share implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #clients: Clients;
  readonly #picture: RadioPicture;
  readonly #answers: LocalAnswers;
  readonly #texts: MissedTexts;
  readonly #telemetry = new OwnTelemetry();
  readonly #contact: BotContact | undefined;
  readonly #lock: EditLock;
  readonly #commits: Commits;
  readonly #reread: Reread;
  readonly #sideChannels: SideChannels;
  readonly #packets: ClientPackets;
  readonly #fanOut: FanOut;
  readonly #listeners: Listeners;
  readonly #announcer: Announcer;
  readonly #loaded: Promise<void>;
  readonly #botTraffic: BotTraffic;
  /** From the loss of the link on: it still counts as ready in the turn in which that is said. */
  #away = false;
  #isOpen = false;
  #closed = false;

  constructor(options: ShareOptions) {
    const clock = this.#clock = options.clock;
    const { radio, outbox, config } = options;
    const ownNum = () => this.#picture.ownNum ?? 0;
    this.#picture = new RadioPicture(options.rememberedNodes === undefined ? {} : { rememberedNodes: options.rememberedNodes });
    this.#answers = new LocalAnswers({ ownNum, wallMs: () => clock.wallMs() });
    this.#texts = new MissedTexts({ clock, file: options.file });
    this.#contact = !config.bot_contact || options.command === undefined ? undefined : new BotContact({
      name: config.name ?? CONTACT_NAME,
      ownNum,
      isNode: (num) => this.#picture.has(num),
      answers: this.#answers,
      command: options.command,
    });
    this.#botTraffic = new BotTraffic({ isHidden: config.hide_bot_traffic ? options.isBotTraffic : undefined });
    this.#clients = new Clients({
      clock,
      onToRadio: (client, bytes) => this.#toRadio(client, bytes),
      onWantsHandshake: (client, nonce) => this.#handshake(client, nonce),
      onTook: (client, textNumber) => client.listens && this.#texts.had(client.address, textNumber),
      onGone: (client, alone) => this.#gone(client, alone),
    });
    this.#reread = new Reread({ clock, askConfig: () => radio.askConfig(), askNodes: () => radio.askNodes() });
    const linked = () => !this.#away && radio.linked();
    this.#commits = new Commits({ outbox, ownNum, linked, onGiven: () => this.#reread.after("settings") });
    this.#lock = new EditLock({ clock, commit: (client) => this.#commits.commit(client) });
    const table = new RequestTable((id) => outbox.knows(id));
    this.#sideChannels = new SideChannels({ clock, clients: () => this.#clients, toRadio: (bytes) => radio.sendBytes(bytes) });
    this.#packets = new ClientPackets({
      clock,
      picture: this.#picture,
      table,
      answers: this.#answers,
      outbox,
      telemetry: this.#telemetry,
      contact: this.#contact,
      lock: this.#lock,
      reread: this.#reread,
      linked,
      onGiven: (client, packet, bytes) => this.#echo(packet, bytes, client),
    });
    this.#fanOut = new FanOut({
      clients: () => this.#clients,
      table,
      texts: this.#texts,
      sideChannels: this.#sideChannels,
      hides: (packet) => this.#botTraffic.hides(packet),
    });
    this.#listeners = new Listeners({
      clock,
      tcp: config.listen === undefined ? undefined : parseListen(config.listen),
      http: config.http === undefined ? undefined : parseListen(config.http),
      httpOrigins: config.http_origins,
      access: new AccessList(config.allow),
      onConn: (conn, address, role) => this.#clients.accept(conn, address, role),
      onHttp: (address, role) => this.#clients.openHttp(address, role),
      onOpen: () => this.#announce(),
    });
    this.#announcer = new Announcer(options.announce);
    this.#loaded = this.#texts.load();
    if (radio.linked()) {
      // Switched on while the bot runs: its handshake has gone by.
      radio.askConfig();
      this.#reread.after("nodes");
    }
  }

  /** Where it listens, and who is connected. */
  get view(): ShareView {
    const { tcp, http } = this.#listeners;
    return {
      listen: tcp === undefined ? undefined : formatListen(tcp),
      http: http === undefined ? undefined : formatListen(http),
      clients: this.#clients.views,
    };
  }

  /** Every message of the radio, in the turn in which it was read, before anybody else acts on it. */
  fromRadio(message: FromRadio, bytes: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#take(message, bytes);
    } catch (error) {
      // The bot goes on, whatever happens to its guests.
      log.error`a message of the radio could not be shared: ${error}`;
    }
  }

  /** The handshake with the radio is complete. */
  linkReady(): void {
    this.#away = false;
    this.#commits.linkReady();
  }

  /** The connection to the radio is over. */
  linkLost(): void {
    this.#away = true;
    this.#picture.lost();
    this.#reread.lost();
  }

  /** A packet of the bot's was given to the radio. `answers`: the id of the request that it answers. */
  botSent(packet: Init<"MeshPacket">, answers?: number): void {
    if (this.#closed || !this.#botTraffic.shows(packet.id ?? 0, answers)) return;
    this.#echo(make("MeshPacket", packet), encode("MeshPacket", packet), undefined);
  }

  /** Takes leave of all clients. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#clients.close("sharing has ended");
    this.#closed = true;
    this.#reread.stop();
    await Promise.all([this.#listeners.close(), this.#announcer[Symbol.asyncDispose](), this.#loaded]);
  }

  #take(message: FromRadio, bytes: Uint8Array): void {
    const { payloadVariant } = message;
    const ownNum = this.#picture.ownNum;
    if (payloadVariant.case === "myInfo" && ownNum !== undefined && payloadVariant.value.myNodeNum !== ownNum) this.#otherRadio();
    if (payloadVariant.case === "queueStatus") this.#answers.reported(payloadVariant.value);
    if (payloadVariant.case === "packet" && payloadVariant.value.from === ownNum) this.#telemetry.take(payloadVariant.value);
    const { rebootCount } = this.#picture;
    const completed = this.#picture.take(message, bytes);
    this.#fanOut.take(message, bytes);
    if (completed === undefined) return;
    this.#reread.completed();
    if (this.#picture.rebootCount !== rebootCount) this.#endEdits();
    if (completed.changed) {
      log.info`the node's settings are others now: clients are told to ask for them`;
      this.#fanOut.toAll(payloadOf({ case: "rebooted", value: true }));
      this.#announce();
    }
    if (this.#picture.ownNum !== undefined && !this.#isOpen) {
      this.#isOpen = true;
      void this.#loaded.then(() => this.#isOpen && !this.#closed && this.#listeners.open());
    }
  }

  #otherRadio(): void {
    this.#clients.endAll("the node is another one now");
    this.#isOpen = false;
    void this.#listeners.close();
    this.#picture.clear();
    this.#endEdits();
    this.#telemetry.clear();
    this.#texts.clear();
  }

  /** No edit of the settings is open at the radio. */
  #endEdits(): void {
    this.#lock.clear();
    this.#commits.clear();
  }

  /** What one has sent, the others see; but no settings, and nothing that does not leave the node. */
  #echo(packet: MeshPacket, bytes: Uint8Array, sender: Client | undefined): void {
    const ownNum = this.#picture.ownNum;
    const { payloadVariant } = packet;
    if (payloadVariant.case !== "decoded" || packet.to === ownNum || ownNum === undefined) return;
    const { portnum } = payloadVariant.value;
    if (portnum === PortNum.ADMIN_APP || portnum === PortNum.ROUTING_APP) return;
    // A packet that the node heard bears its time; the apps sort by it.
    const timed = packet.rxTime > 0
      ? bytes
      : replaceFields(bytes, new Map([[PACKET.rxTime, fixed32Field(PACKET.rxTime, this.#answers.timeS)]]));
    this.#fanOut.echo(packet, bytesField(FROM_RADIO.packet, timed), sender);
  }

  #announce(): void {
    const { tcp } = this.#listeners;
    const user = this.#picture.ownUser;
    const ownNum = this.#picture.ownNum;
    if (tcp === undefined || ownNum === undefined || isLoopbackHost(tcp.hostname)) return;
    this.#announcer.announce({ id: formatNodeId(ownNum), port: tcp.port, user });
  }

  #handshake(client: Client, nonce: number): void {
    const guests = this.#contact === undefined ? [] : [this.#contact.nodeInfo];
    const messages = this.#picture.handshake(nonce, guests);
    if (messages.length === 0) return this.#clients.end(client, "nothing is known of the node yet");
    for (const bytes of messages) client.tell(new Payload(bytes));
    if (client.ended || !client.configured()) return;
    const { from, texts } = this.#clients.isAlone(client) ? this.#texts.since(client.address) : { from: this.#texts.newest, texts: [] };
    client.tookText(from);
    for (const text of texts) client.tell(text);
    if (texts.length > 0) log.info`${client.label} gets ${texts.length} texts that it missed`;
  }

  #toRadio(client: Client, bytes: Uint8Array): void {
    takeToRadio(client, bytes, {
      answers: this.#answers,
      sideChannels: this.#sideChannels,
      packet: (sender, packet) => this.#packets.take(sender, packet),
      leave: (leaving) => this.#clients.end(leaving, "it took its leave"),
    });
  }

  #gone(client: Client, alone: boolean): void {
    this.#lock.end(client);
    if (alone && client.listens) this.#texts.left(client.address, client.lastTextNumber);
  }
}

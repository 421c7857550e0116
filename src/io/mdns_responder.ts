/** Announces a service by multicast DNS and answers questions about it (RFC 6762, RFC 6763). */
import { type Clock, delay, type Timer } from "../clock.ts";
import { ServiceError } from "../errors.ts";
import { logger } from "../log.ts";
import { decodeMessage } from "./mdns_decode.ts";
import { encodeMessage } from "./mdns_encode.ts";
import { sameData } from "./mdns_found.ts";
import { DNS_TYPE, type DnsMessage, type DnsName, type DnsQuestion, type DnsRecord, nameKey, sameName, typeOf } from "./mdns_message.ts";
import {
  MDNS_PORT,
  type MulticastOptions,
  type MulticastSocket,
  type OpenMulticast,
  openMulticast,
  ownIpv4Addresses,
  type Peer,
} from "./mdns_socket.ts";

const log = logger("app");

// RFC 6762, sections 6, 6.7, 8.1, 8.3 and 10.
const PROBES = 3;
const PROBE_PAUSE_MS = 250;
const ANNOUNCE_AGAIN_MS = 1000;
const SAME_ANSWER_PAUSE_MS = 1000;
const HOST_TTL_S = 120;
const OTHER_TTL_S = 4500;
const LEGACY_TTL_S = 10;
const MAX_NAMES = 20;

const ALL_SERVICES: DnsName = ["_services", "_dns-sd", "_udp", "local"];

/** What is announced. */
export interface AnnounceOptions extends MulticastOptions {
  /** `_meshtastic._tcp.local` */
  readonly service: string;
  /** Its name for people; a number is put behind it when somebody has it already. */
  readonly instance: string;
  /** The machine's name, without `.local`; likewise. */
  readonly hostname: string;
  readonly port: number;
  readonly txt?: Readonly<Record<string, string>>;
  /** The machine's IPv4 addresses, asked for before every answer; by default its own. */
  readonly addresses?: () => readonly string[];
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly open?: OpenMulticast;
}

/** A service that others can find; its end is told to them. */
export interface Announcement extends AsyncDisposable {
  /** The names that were free. */
  readonly instance: string;
  readonly hostname: string;
}

/**
 * Looks for names that are free, announces the service under them and answers until it is disposed of. Throws ServiceError
 * ("unreachable") when this machine has no network, RangeError at names that are too long or a hostname with a dot, and the signal's reason.
 */
export async function announceService(options: AnnounceOptions): Promise<Announcement> {
  const responder = new Responder(options);
  try {
    await responder.start();
    return responder;
  } catch (error) {
    await responder.close();
    throw error;
  }
}

class Responder implements Announcement {
  readonly #options: AnnounceOptions;
  readonly #service: DnsName;
  #number = 1;
  #socket: MulticastSocket | undefined;
  #state: "probing" | "announced" | "closed" = "probing";
  #isTaken = false;
  #again: Timer | undefined;
  readonly #sentAtMs = new Map<string, number>();

  constructor(options: AnnounceOptions) {
    this.#options = options;
    this.#service = options.service.replace(/\.$/, "").split(".");
  }

  get instance(): string {
    return this.#number === 1 ? this.#options.instance : `${this.#options.instance} (${this.#number})`;
  }

  get hostname(): string {
    return this.#number === 1 ? this.#options.hostname : `${this.#options.hostname}-${this.#number}`;
  }

  async start(): Promise<void> {
    const { clock, signal, open = openMulticast } = this.#options;
    signal?.throwIfAborted();
    // A dot would lie inside the label, and most resolvers take it for the end of one.
    if (this.#options.hostname.includes(".")) {
      throw new RangeError(`Cannot announce ${JSON.stringify(this.#options.hostname)} as a machine: the name must have no dot`);
    }
    // Too long a name is told before anything is sent.
    encodeMessage({ answers: this.#records() });
    const socket = await open((bytes, from) => this.#onMessage(bytes, from), this.#options);
    this.#socket = socket;
    for (let probes = 0; probes < PROBES; probes++) {
      await socket.multicast(encodeMessage({ questions: this.#probeQuestions(), authorities: this.#unique() }));
      await delay(clock, PROBE_PAUSE_MS, signal);
      if (!this.#isTaken) continue;
      this.#isTaken = false;
      if (++this.#number > MAX_NAMES) {
        throw new ServiceError("refused", `multicast DNS: ${MAX_NAMES} names like ${this.#options.instance} are taken`);
      }
      probes = -1;
    }
    this.#state = "announced";
    await socket.multicast(encodeMessage({ isResponse: true, answers: this.#records() }));
    this.#again = clock.after(ANNOUNCE_AGAIN_MS, () => this.#multicast(this.#records()));
    if (this.#number > 1) log.info`multicast DNS: the name was taken; announced as ${this.instance}`;
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const wasAnnounced = this.#state === "announced";
    this.#state = "closed";
    this.#again?.cancel();
    const records = this.#records().map((record) => ({ ...record, ttlS: 0 }));
    if (wasAnnounced) await this.#multicast(records);
    await this.#socket?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #instanceName(): DnsName {
    return [this.instance, ...this.#service];
  }

  #hostName(): DnsName {
    return [this.hostname, "local"];
  }

  /** Records that nobody else may have. */
  #unique(): DnsRecord[] {
    const { port, txt = {}, addresses = ownIpv4Addresses } = this.#options;
    const [instance, host] = [this.#instanceName(), this.#hostName()];
    return [
      { name: instance, ttlS: HOST_TTL_S, flush: true, data: { kind: "SRV", priority: 0, weight: 0, port, target: host } },
      { name: instance, ttlS: OTHER_TTL_S, flush: true, data: { kind: "TXT", strings: Object.entries(txt).map((pair) => pair.join("=")) } },
      ...addresses().map((address): DnsRecord => ({ name: host, ttlS: HOST_TTL_S, flush: true, data: { kind: "A", address } })),
    ];
  }

  #records(): DnsRecord[] {
    return [
      { name: this.#service, ttlS: OTHER_TTL_S, flush: false, data: { kind: "PTR", target: this.#instanceName() } },
      ...this.#unique(),
      { name: ALL_SERVICES, ttlS: OTHER_TTL_S, flush: false, data: { kind: "PTR", target: this.#service } },
    ];
  }

  #probeQuestions(): DnsQuestion[] {
    return [this.#instanceName(), this.#hostName()].map((name) => ({ name, type: DNS_TYPE.ANY, unicast: false }));
  }

  #onMessage(bytes: Uint8Array, from: Peer): void {
    try {
      const message = decodeMessage(bytes);
      if (!message.isResponse) {
        if (this.#state === "announced") this.#answer(message, from);
      } else if (this.#state === "probing") {
        this.#isTaken ||= this.#contradicts([...message.answers, ...message.additionals]);
      }
    } catch (error) {
      // Also a question that can be read and not be repeated in the answer.
      log.debug`a packet for multicast DNS was left aside: ${error}`;
    }
  }

  /** True when somebody else has one of our names. */
  #contradicts(records: readonly DnsRecord[]): boolean {
    const ours = this.#unique();
    return records.some(({ name, data, ttlS }) =>
      ttlS > 0 && data.kind !== "other" && ours.some((own) => sameName(own.name, name) && typeOf(own.data) === typeOf(data)) &&
      !ours.some((own) => sameName(own.name, name) && sameData(own.data, data))
    );
  }

  #answer(message: DnsMessage, from: Peer): void {
    const records = this.#records();
    const isAsked = ({ name, data }: DnsRecord) =>
      message.questions.some((question) =>
        sameName(question.name, name) && (question.type === DNS_TYPE.ANY || question.type === typeOf(data))
      );
    const isKnown = ({ name, data, ttlS }: DnsRecord) =>
      message.answers.some((known) => sameName(known.name, name) && sameData(known.data, data) && known.ttlS >= ttlS / 2);
    const answers = records.filter((record) => isAsked(record) && !isKnown(record));
    if (answers.length === 0) return;
    // Whoever asks for the instances will want to know the rest.
    const additionals = answers.some(({ name }) => sameName(name, this.#service)) ? this.#unique().filter((one) => !isAsked(one)) : [];
    if (from.port !== (this.#options.groupPort ?? MDNS_PORT)) {
      // A simple client, which knows one answer to one question and nothing of flushing.
      const plain = (record: DnsRecord): DnsRecord => ({ ...record, flush: false, ttlS: Math.min(record.ttlS, LEGACY_TTL_S) });
      const { id, questions } = message;
      void this.#socket?.send(
        encodeMessage({
          id,
          isResponse: true,
          questions: questions.slice(0, 1),
          answers: answers.map(plain),
          additionals: additionals.map(plain),
        }),
        from,
      );
      return;
    }
    this.#multicast(answers, additionals, message.authorities.length > 0);
  }

  /** Sends to everybody; what they heard less than a second ago only to defend a name. */
  async #multicast(answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = [], isDefence = false): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const due = (record: DnsRecord) => {
      const sentAtMs = this.#sentAtMs.get(keyOf(record));
      return isDefence || record.ttlS === 0 || sentAtMs === undefined || nowMs - sentAtMs >= SAME_ANSWER_PAUSE_MS;
    };
    const fresh = answers.filter(due);
    if (fresh.length === 0) return;
    for (const record of [...fresh, ...additionals]) this.#sentAtMs.set(keyOf(record), nowMs);
    try {
      await this.#socket?.multicast(encodeMessage({ isResponse: true, answers: fresh, additionals }));
    } catch (error) {
      log.debug`an answer of multicast DNS did not go out: ${error}`;
    }
  }
}

function keyOf({ name, data }: DnsRecord): string {
  return `${nameKey(name)} ${typeOf(data)} ${data.kind === "A" ? data.address : ""}`;
}

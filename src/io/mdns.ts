/** Finds services on the own network by multicast DNS (RFC 6762, RFC 6763). */
import type { Clock, Timer } from "../clock.ts";
import { decodeMessage } from "./mdns_decode.ts";
import { encodeMessage } from "./mdns_encode.ts";
import { FoundServices, type ServiceInstance } from "./mdns_found.ts";
import { DNS_TYPE, type DnsName, type DnsQuestion } from "./mdns_message.ts";
import { type MulticastOptions, type OpenMulticast, openMulticast } from "./mdns_socket.ts";
import { logger } from "../log.ts";

export { type Announcement, announceService } from "./mdns_responder.ts";
export type { ServiceInstance } from "./mdns_found.ts";
export type { MulticastOptions, OpenMulticast } from "./mdns_socket.ts";

const log = logger("app");

/** The service that Meshtastic nodes with Wi-Fi or Ethernet announce: their TCP API. */
export const MESHTASTIC_SERVICE = "_meshtastic._tcp.local";

// A single packet gets lost on Wi-Fi often enough; RFC 6762, section 5.2, wants a second between the first two questions and then twice as long.
const ASK_AT_MS = [0, 1000, 3000, 7000] as const;
// Several answers come in one breath: one question for all that they left open.
const FOLLOW_UP_MS = 100;
const DEFAULT_TIMEOUT_MS = 3000;
const MAX_QUESTIONS = 32;

/** How long and where to look. */
export interface FindOptions extends MulticastOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** All answers within this time are waited for: 3 seconds by default. */
  readonly timeoutMs?: number;
  readonly open?: OpenMulticast;
}

/**
 * Every instance of a service (`_meshtastic._tcp.local`) that answers in time, sorted by name. Throws ServiceError ("unreachable") when
 * this machine has no network, and the signal's reason.
 */
export async function findServices(service: string, options: FindOptions): Promise<ServiceInstance[]> {
  const { clock, signal, timeoutMs = DEFAULT_TIMEOUT_MS, open = openMulticast } = options;
  signal?.throwIfAborted();
  const name: DnsName = service.replace(/\.$/, "").split(".");
  const found = new FoundServices(name);
  const timers: Timer[] = [];
  const asked = new Set<string>();
  let followUp: Timer | undefined;

  const socket = await open((bytes) => {
    try {
      const message = decodeMessage(bytes);
      if (!message.isResponse) return;
      found.take([...message.answers, ...message.authorities, ...message.additionals]);
    } catch (error) {
      log.debug`a packet for multicast DNS was left aside: ${error}`;
      return;
    }
    followUp ??= clock.after(FOLLOW_UP_MS, () => {
      followUp = undefined;
      // Once each here; the questions that are repeated ask again for what stays open.
      const questions = found.missing().filter((question) => !asked.has(JSON.stringify(question)));
      for (const question of questions) asked.add(JSON.stringify(question));
      void ask(questions);
    });
  }, { ...options, ownPortWillDo: true });
  const ask = (questions: readonly DnsQuestion[]): Promise<void> => {
    if (questions.length === 0) return Promise.resolve();
    const sent = socket.multicast(encodeMessage({ questions: questions.slice(0, MAX_QUESTIONS) }));
    return sent.catch((error) => log.debug`a question for multicast DNS did not go out: ${error}`);
  };
  try {
    const question: DnsQuestion = { name, type: DNS_TYPE.PTR, unicast: false };
    // Without a network the first one says so; those behind it may fail.
    await socket.multicast(encodeMessage({ questions: [question] }));
    for (const atMs of ASK_AT_MS.slice(1)) {
      if (atMs < timeoutMs) timers.push(clock.after(atMs, () => ask([question, ...found.missing()])));
    }
    await new Promise<void>((resolve, reject) => {
      const stop = () => reject(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
      timers.push(clock.after(timeoutMs, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }));
    });
    return found.list().sort((one, other) => one.instance < other.instance ? -1 : one.instance > other.instance ? 1 : 0);
  } finally {
    for (const timer of timers) timer.cancel();
    followUp?.cancel();
    await socket.close();
  }
}

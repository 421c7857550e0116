/** A UDP socket in the group of multicast DNS, on every network of this machine. */
import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { ServiceError } from "../errors.ts";

/** The group and the port of multicast DNS (RFC 6762, section 3). Only IPv4 is spoken: nodes with Wi-Fi or Ethernet have it. */
export const MDNS_GROUP = "224.0.0.251";
export const MDNS_PORT = 5353;

// RFC 6762, section 11: answers from further away than the own network are to be told by this.
const TTL = 255;

/** Where a message came from, or goes to. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Hands over every message that arrives; what it throws is its own fault. */
export type OnMessage = (bytes: Uint8Array, from: Peer) => void;

/** One membership in the group. */
export interface MulticastSocket {
  /** Sends to the group on every network; throws ServiceError ("unreachable") when none takes it. */
  multicast(bytes: Uint8Array): Promise<void>;
  /** Sends to one peer; what does not arrive is no error. */
  send(bytes: Uint8Array, to: Peer): Promise<void>;
  close(): Promise<void>;
}

/** Where to listen and to send; the defaults are those of multicast DNS and of this machine. */
export interface MulticastOptions {
  readonly groupPort?: number;
  /** The IPv4 addresses of the networks. */
  readonly interfaces?: readonly string[];
  /** Ask from a port of our own when the group's port belongs to another program alone; responders answer that port directly. */
  readonly ownPortWillDo?: boolean;
}

/** How a socket is opened; tests have one without a network. */
export type OpenMulticast = (onMessage: OnMessage, options?: MulticastOptions) => Promise<MulticastSocket>;

/** The IPv4 addresses of this machine: of its networks, or of the loopback when there is none. */
export function ownIpv4Addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ family }) => family === "IPv4");
  const outside = all.filter(({ internal }) => !internal);
  return (outside.length > 0 ? outside : all).map(({ address }) => address);
}

/** Joins the group; throws ServiceError ("unreachable") when this machine has no network, or the port cannot be had. */
export async function openMulticast(onMessage: OnMessage, options: MulticastOptions = {}): Promise<MulticastSocket> {
  const { groupPort = MDNS_PORT, interfaces = ownIpv4Addresses(), ownPortWillDo = false } = options;
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  // An ICMP "nobody there" of an earlier packet arrives as an error; the group goes on.
  socket.on("error", () => {});
  socket.on("message", (bytes, { address, port }) => onMessage(new Uint8Array(bytes), { address, port }));
  try {
    await bind(socket, groupPort).catch(async (error) => {
      if (!ownPortWillDo) throw error;
      await bind(socket, 0);
    });
    socket.setMulticastTTL(TTL);
    socket.setMulticastLoopback(true);
    const joined = interfaces.filter((address) => succeeds(() => socket.addMembership(MDNS_GROUP, address)));
    if (joined.length === 0) throw new Error("this machine has no network that carries multicast");
    return new GroupSocket(socket, groupPort, joined);
  } catch (error) {
    await close(socket);
    throw new ServiceError("unreachable", `multicast DNS: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

class GroupSocket implements MulticastSocket {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #interfaces: readonly string[];
  /** One message after the other: between choosing a network and sending there, nobody else may choose. */
  #sending: Promise<unknown> = Promise.resolve();
  #open = true;

  constructor(socket: Socket, port: number, interfaces: readonly string[]) {
    this.#socket = socket;
    this.#port = port;
    this.#interfaces = interfaces;
  }

  async multicast(bytes: Uint8Array): Promise<void> {
    const sent = this.#sending.then(() => this.#onEveryInterface(bytes));
    this.#sending = sent.catch(() => {});
    await sent;
  }

  async send(bytes: Uint8Array, to: Peer): Promise<void> {
    const sent = this.#sending.then(() => this.#sendTo(bytes, to));
    this.#sending = sent;
    await sent;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#sending;
    await close(this.#socket);
  }

  async #onEveryInterface(bytes: Uint8Array): Promise<void> {
    let error: Error | undefined;
    let isSent = false;
    for (const address of this.#interfaces) {
      if (!succeeds(() => this.#socket.setMulticastInterface(address))) continue;
      const failed = await this.#sendTo(bytes, { address: MDNS_GROUP, port: this.#port });
      if (failed === undefined) isSent = true;
      else error = failed;
    }
    if (!isSent) throw new ServiceError("unreachable", `multicast DNS: ${error?.message ?? "no network is left"}`, { cause: error });
  }

  #sendTo(bytes: Uint8Array, to: Peer): Promise<Error | undefined> {
    return new Promise((resolve) => {
      try {
        this.#socket.send(bytes, to.port, to.address, (error) => resolve(error ?? undefined));
      } catch (error) {
        resolve(error as Error);
      }
    });
  }
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, "0.0.0.0", () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(() => resolve());
    } catch {
      // It was never open.
      resolve();
    }
  });
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** What a simulated node tells those who listen to it. */
import type { MeshPacket, ToRadio } from "../link/messages.ts";
import type { CloseCause } from "./client_socket.ts";

/** The events by name. `connection` counts the accepted connections from 1. */
export interface NodeEvents {
  /** A client opened a TCP connection; it waits in the backlog. */
  readonly dial: { readonly count: number; readonly remotePort: number };
  /** The node took a connection up. */
  readonly accept: { readonly connection: number; readonly remotePort: number };
  readonly closed: { readonly connection: number; readonly cause: CloseCause };
  /** The client sent a FIN, which the firmware does not notice. */
  readonly fin: { readonly connection: number };
  /** A message came, before the node acts upon it. */
  readonly toRadio: { readonly connection: number; readonly message: ToRadio };
  /** A payload was written to the client. */
  readonly fromRadio: { readonly connection: number; readonly payload: Uint8Array };
  /** A packet that waited for the client is lost: the queue was full, the node restarted, or the write failed. */
  readonly lost: { readonly packet: MeshPacket };
  /** The answer to want_config_id is complete. */
  readonly configured: { readonly connection: number; readonly nonce: number };
  /** A packet has left the antenna; also when it is sent again. */
  readonly transmit: { readonly packet: MeshPacket };
  /** A packet was sent three times and nobody answered. */
  readonly gaveUp: { readonly packet: MeshPacket };
  readonly listening: { readonly port: number };
  readonly refusing: Record<never, never>;
}

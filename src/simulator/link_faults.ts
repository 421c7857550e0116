/** The faults of the link that are switched on at the moment; the node's parts look here before they act. */

/** What is wrong with the link. */
export interface LinkFaults {
  /** Sockets stay open, but nothing is accepted, read or written. */
  silent: boolean;
  /** Every frame goes out in pieces of so many bytes. */
  bytesPerWrite: number | undefined;
  /** A new connection is taken up so much later. */
  slowAcceptMs: number;
}

/** A link without faults. */
export function noFaults(): LinkFaults {
  return { silent: false, bytesPerWrite: undefined, slowAcceptMs: 0 };
}

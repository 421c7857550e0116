/** Questions to the mesh that are answered later. */

/** One stretch of a route: the node that heard it, and how well. */
export interface RouteHop {
  readonly nodeNum: number;
  /** dB; undefined when that node did not say. */
  readonly snr: number | undefined;
}

/** A traceroute's answer. */
export interface TracerouteResult {
  readonly target: number;
  /** The nodes that heard the question, in order, the target last. */
  readonly towards: readonly RouteHop[];
  /** The nodes that heard the answer, in order, our own node last; empty when the answer does not tell. */
  readonly back: readonly RouteHop[];
}

/** The narrow door for packets that ask the mesh a question. */
export interface MeshRequests {
  /**
   * Asks for the route to a node and back. Rejects with TimeLimitError when no answer came, or with the reason of
   * the abort. The node sends one traceroute in 30 s; a question waits for its turn.
   */
  traceroute(target: number, options: { readonly signal: AbortSignal }): Promise<TracerouteResult>;
}

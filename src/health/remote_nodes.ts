/** Other nodes, visited now and then: who can be reached, what they hear, whether they were restarted. */

/** Answers about the other nodes of the configuration. */
export interface RemoteNodes extends AsyncDisposable {
  /** The names in the order of the configuration. */
  readonly names: readonly string[];
}

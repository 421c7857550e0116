/** The one error that asking about the past may give. */

/** The history cannot answer: it could not be read, or its thread has died; the message says why. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

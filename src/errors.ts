/** The few error classes that somebody catches, and the one question asked of all others. */

/** The command line or the configuration is wrong: exit code 2, the message is meant for the operator. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A dial was refused because this program already has a connection to that node. */
export class SlotTakenError extends Error {
  override readonly name = "SlotTakenError";
}

/** An answer did not come in time. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

/** A question to the mesh cannot be answered: it was refused, lost, or nobody acknowledged it. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** Why a service gave no answer of use. */
export type ServiceFault =
  /** No connection, or it broke off. */
  | "unreachable"
  | "slow"
  /** An HTTP status other than 200, a redirect to another host, wrong credentials. */
  | "refused"
  | "tooBig"
  /** The answer came, and is not what was agreed on; the message names what was missing. */
  | "unreadable";

/** A service outside the mesh gave no answer of use; the message says which one and why, and holds no secret. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly fault: ServiceFault;

  constructor(fault: ServiceFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const EXPECTED_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EADDRNOTAVAIL",
  "EINTR",
]);

/** True for what networks do every day: such an error is logged in one line without a stack. */
export function isExpectedNetworkError(error: unknown): boolean {
  if (error instanceof TimeLimitError || error instanceof NoAnswerError || error instanceof SlotTakenError) return true;
  if (error instanceof ServiceError) return true;
  if (!(error instanceof Error)) return false;
  if (error.name === "TimeoutError" || error.name === "AbortError") return true;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string" && EXPECTED_CODES.has(code)) return true;
  // Deno gives these two no code: an unresolved name is a plain Error, an unreachable host an Error with the OS text.
  return /failed to lookup address|unreachable|os error 1(01|10|11|13)\)/i.test(error.message);
}

/** The error in one line: its message without the stack, and the cause behind it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${error.message || error.name}${cause}`;
}

/** What an earlier run of the program left open, taken up when the link is ready for the first time. */
import { decode } from "../link/codec.ts";
import { logger } from "../log.ts";
import type { Outbox } from "../mesh/outbox.ts";
import { readPacket } from "../mesh/packet.ts";
import type { Journal } from "../store/store.ts";
import type { Answering } from "./answering.ts";

const log = logger("app");

// Later nobody waits for an answer any more.
const ANSWERED_WITHIN_MS = 600_000;

/** Where it goes. */
export interface ResumingOptions {
  readonly journal: Journal;
  readonly outbox: Pick<Outbox, "restore">;
  readonly answering: Pick<Answering, "resume">;
  /** The time on the mesh, as our node told it just now, in seconds since 1970; 0 when it told none. */
  readonly rxTimeS: number;
}

/**
 * Sends the answers that were not sent, and runs the commands that were read and not answered, those of the last 10 minutes. Commands of
 * unknown age stay open: they are answered when the node delivers them again.
 */
export function resume({ journal, outbox, answering, rxTimeS }: ResumingOptions): void {
  const answers = journal.openAnswers({ rxTimeS });
  const requests = journal.openRequests({ rxTimeS });
  if (answers.length + requests.length > 0) {
    log.info`from before the start: ${answers.length} messages without an end, ${requests.length} commands without an answer`;
  }
  outbox.restore(answers);
  for (const request of requests) {
    if (request.ageMs === undefined) continue;
    if (request.ageMs > ANSWERED_WITHIN_MS) {
      journal.ended(request, "late");
      continue;
    }
    const message = readPacket(decode("MeshPacket", request.raw));
    if (message.kind === "text") answering.resume(message);
    else journal.ended(request, "failed");
  }
}

/** A journal that keeps everything in lists, in the order of the calls. */
import type { KeptDraft, OutboxJournal, RequestKey } from "../../src/mesh/outbox_journal.ts";
import type { Outcome } from "../../src/mesh/outgoing.ts";
import type { NotedRequest, RequestEnd, RequestJournal } from "../../src/router/request_journal.ts";

/** What was written, and the journal to write to. */
export interface MemoryJournal extends OutboxJournal, RequestJournal {
  readonly requests: NotedRequest[];
  /** `!id end`, one a request that ended without an answer. */
  readonly ends: { readonly id: number; readonly how: RequestEnd }[];
  readonly drafts: KeptDraft[];
  /** The requests that the drafts answer, one for each call of `queued`. */
  readonly answered: (RequestKey | undefined)[];
  /** What happened to the drafts, e.g. `sending 1`, `renewed 1`, `outcome 1 delivered`. */
  readonly steps: string[];
}

/** An empty one. */
export function createMemoryJournal(): MemoryJournal {
  const known = new Set<string>();
  const journal: MemoryJournal = {
    requests: [],
    ends: [],
    drafts: [],
    answered: [],
    steps: [],
    received(request) {
      const key = `${request.from} ${request.id}`;
      if (known.has(key)) return "known";
      known.add(key);
      journal.requests.push(request);
      return "new";
    },
    ended: ({ id }, how) => void journal.ends.push({ id, how }),
    queued(drafts, request) {
      journal.answered.push(request === undefined ? undefined : { from: request.from, id: request.id });
      return drafts.map((draft) => journal.drafts.push(draft));
    },
    sending: (number) => void journal.steps.push(`sending ${number}`),
    renewed: (number) => void journal.steps.push(`renewed ${number}`),
    repeating: (number) => void journal.steps.push(`repeating ${number}`),
    outcome: (number, outcome: Outcome["kind"]) => void journal.steps.push(`outcome ${number} ${outcome}`),
  };
  return journal;
}

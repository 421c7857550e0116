/** Whether a destination may be taken to know an alert that was sent. */
import { RoutingError } from "../link/enums.ts";
import { judgeRoutingError, type Outcome } from "../mesh/outgoing.ts";
import type { Target } from "./destinations.ts";

const NOBODY_CONFIRMED = judgeRoutingError(RoutingError.MAX_RETRANSMIT);

/** True but for what never left our node, and for what a person's node did not confirm. On a channel nobody need repeat a text to hear it. */
export function wentOut(outcome: Outcome, target: Target): boolean {
  if (outcome.kind === "expired") return false;
  if (outcome.kind !== "failed") return true;
  if ("node" in target || NOBODY_CONFIRMED.kind !== "end" || NOBODY_CONFIRMED.outcome.kind !== "failed") return false;
  return outcome.reason === NOBODY_CONFIRMED.outcome.reason;
}

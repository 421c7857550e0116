/**
 * /trace [node]: a real traceroute there and back with the SNR of each hop in dB; without argument: to the asker.
 * An answer of the last 10 minutes is told again with its age instead of asking the mesh twice.
 */
import type { CommandContext } from "../context.ts";
import { NoAnswerError, TimeLimitError } from "../errors.ts";
import { formatAge, formatWait } from "../i18n/format.ts";
import type { TracerouteResult } from "../mesh/requests.ts";
import { shorten } from "./support/fit.ts";
import type { NamedCommand } from "./support/named.ts";
import { pickNode } from "./support/pick_node.ts";
import { routeText } from "./support/route_text.ts";
import { TraceLimits } from "./support/trace_limits.ts";

// The node sends one traceroute in 30 s, so a question may wait for its turn before its half minute on the way.
const DEADLINE_MS = 75_000;
const NAME_BYTES = 40;

/** A /trace with a memory of its own. */
export function createTrace(): NamedCommand {
  const limits = new TraceLimits();
  return {
    name: "trace",
    usage: "[name|id]",
    scope: "direct",
    deadlineMs: DEADLINE_MS,
    run: (context) => traceText(context, limits),
  };
}

async function traceText(context: CommandContext, limits: TraceLimits): Promise<string> {
  const { args, clock, message, nodes, say } = context;
  const picked = args === "" ? undefined : pickNode(context, args);
  if (picked !== undefined && "answer" in picked) return picked.answer;
  const target = picked?.node.num ?? message.from;
  if (target === context.radio()?.nodeNum) return `🔍 ${say.trace.self}`;
  const name = shorten(nodes.nameOf(target), NAME_BYTES);
  const decision = limits.ask(message.from, target, clock.nowMs());
  switch (decision.kind) {
    case "cached":
      return routeText(context, decision.result, say.trace.age(formatAge(decision.ageMs, say)));
    case "running":
      return `🔍 ${say.trace.running(name)}`;
    case "wait":
      return `🔍 ${say.trace.again(formatWait(decision.waitMs, say))}`;
    case "go":
      return await trace(context, limits, target) ?? `🔍 ${say.trace.noAnswer(name)}`;
  }
}

/** The answer's text; undefined when none came in time. */
async function trace(context: CommandContext, limits: TraceLimits, target: number): Promise<string | undefined> {
  const { clock, requests, signal } = context;
  let result: TracerouteResult | undefined;
  try {
    result = await requests.traceroute(target, { signal });
    return routeText(context, result);
  } catch (error) {
    if (error instanceof TimeLimitError || error instanceof NoAnswerError || signal.aborted) return undefined;
    throw error;
  } finally {
    limits.finished(target, result, clock.nowMs());
  }
}

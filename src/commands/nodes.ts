/**
 * /nodes [page] (/nodemt): the nodes that ours heard directly in the last 3 days, best SNR first: icon, name, SNR, age, distance.
 * /nodes name [page]: the same of another node of the configuration, which is visited for it.
 */
import type { CommandContext } from "../context.ts";
import { type DirectNeighbour, directNeighbours } from "../health/neighbours.ts";
import { formatAge, formatLevel } from "../i18n/format.ts";
import type { Place } from "../mesh/node_db.ts";
import { signalIcon } from "../mesh/signal.ts";
import { paginate, shorten } from "./support/fit.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { distanceText, ownPlace } from "./support/whereabouts.ts";

const MAX_AGE_MS = 3 * 24 * 3_600_000;
const NAME_BYTES = 20;
const MIN_NAME_BYTES = 6;
// Icon, SNR, age, distance and footer at their longest.
const REST_OF_LINE_BYTES = 40;

/** The command /nodes. */
export const nodes: NamedCommand = {
  name: "nodes",
  aliases: ["nodemt"],
  usage: "[page]",
  scope: "direct",
  run: nodesText,
};

async function nodesText(context: CommandContext): Promise<string> {
  const { args, remotes } = context;
  if (isPage(args)) return ownText(args, context);
  const [word = "", page = "", ...rest] = args.split(/\s+/);
  const name = remotes.names.find((name) => fold(name) === fold(word));
  if (name !== undefined && rest.length === 0 && isPage(page)) return await remoteText(name, page, context);
  return wrongText(context);
}

function isPage(text: string): boolean {
  return /^(?:-?\d+)?$/.test(text);
}

/** Phones write letters with accents in one way or the other. */
function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function wrongText(context: CommandContext): string {
  const { remotes, say } = context;
  if (remotes.names.length === 0) return usageOf(nodes, context);
  const usage = usageOf({ name: nodes.name, usage: "[name] [page]" }, context);
  return shorten(`${usage}\n${say.remote.names(remotes.names.join(", "))}`, answerLimitBytes(context.config));
}

function ownText(page: string, context: CommandContext): string {
  const { nodes, radio, clock, say } = context;
  const heard = directNeighbours(nodes, radio()?.nodeNum, clock.wallMs() - MAX_AGE_MS);
  if (heard.length === 0) return `📡 ${say.nodes.none}`;
  return pageText(page, say.nodes.header(heard.length), heard, ownPlace(context), context);
}

async function remoteText(name: string, page: string, context: CommandContext): Promise<string> {
  const { remotes, clock, signal, say } = context;
  const outcome = await remotes.visit(name, signal);
  if (outcome.kind === "own") return `🚫 ${say.remote.own(name)}`;
  if (outcome.kind === "kicked") return `⏳ ${say.remote.busy(name)}`;
  if (outcome.kind === "failed") return `❌ ${say.remote.noAnswer(name)}`;
  const { neighbourhood } = outcome;
  if (neighbourhood === undefined) return `⏳ ${say.remote.tooSlow(name)}`;
  const sinceWallMs = clock.wallMs() - MAX_AGE_MS;
  const heard = neighbourhood.neighbours.filter(({ heardAtWallMs }) => heardAtWallMs >= sinceWallMs);
  if (heard.length === 0) return `📡 ${say.remote.noneDirect(name)}`;
  return pageText(page, say.remote.direct(name, heard.length), heard, neighbourhood.place, context);
}

/** `from` is where the node that heard them is. */
function pageText(page: string, header: string, heard: DirectNeighbour[], from: Place | undefined, context: CommandContext): string {
  const lines = heard.map((neighbour) => lineOf(neighbour, from, context));
  const pages = paginate(`📡 ${header}`, lines, answerLimitBytes(context.config));
  return pages[Math.min(Math.max(Number(page || 1), 1), pages.length) - 1] as string;
}

function lineOf(
  { name, snr, heardAtWallMs, place }: DirectNeighbour,
  from: Place | undefined,
  { clock, config, say }: CommandContext,
): string {
  const nameBytes = Math.max(MIN_NAME_BYTES, Math.min(NAME_BYTES, answerLimitBytes(config) - REST_OF_LINE_BYTES));
  const parts = [
    signalIcon(snr),
    shorten(name, nameBytes),
    `${formatLevel(snr)}dB`,
    formatAge(clock.wallMs() - heardAtWallMs, say),
  ];
  const distance = distanceText(from, place);
  if (distance !== undefined) parts.push(distance);
  return parts.join(" ");
}

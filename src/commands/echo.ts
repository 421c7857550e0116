/**
 * /echo text: says `Short: text` on the echo channel. Everybody pays for its air time, so it is guarded: one in a minute for a
 * person, ten in an hour for all, nothing that another bot could answer, nothing twice, no echo of an echo.
 */
import type { CommandContext } from "../context.ts";
import { formatWait } from "../i18n/format.ts";
import { includesChannel } from "../mesh/channels.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { textLengthBytes } from "../mesh/text.ts";
import { lastFourOf } from "../node_id.ts";
import type { Reply } from "../router/command.ts";
import { beginsLikeBait } from "../i18n/bait.ts";
import { channelLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";

const PERSON_PAUSE_MS = 60_000;
const REPEAT_PAUSE_MS = 60_000;
const WINDOW_MS = 3_600_000;
const MAX_IN_WINDOW = 10;
const NAME_BYTES = 16;
// A text that is too long is refused with its true length, so nothing may be cut off before.
const UNLIMITED = { maxBytes: Infinity };

/** An echo of the last hour. */
interface Echoed {
  readonly atMs: number;
  readonly from: number;
  readonly name: string;
  readonly text: string;
}

/** An /echo with a memory of its own. */
export function createEcho(): NamedCommand {
  let recent: Echoed[] = [];
  const echo: NamedCommand = { name: "echo", usage: "text", scope: "channel", run };
  return echo;

  function run(context: CommandContext): Reply {
    const { clock, config, message, say } = context;
    const wanted = config.echo.channel;
    if (wanted === undefined) return `📣 ${say.echo.off}`;
    const text = cleanText(context.args, UNLIMITED);
    if (text === "") return usageOf(echo, context);
    if (/^[/!.]/.test(text)) return `📣 ${say.echo.refused}`;
    const radio = context.radio();
    const channel = radio?.channels.find(({ index }) => includesChannel([wanted], index, radio));
    if (channel === undefined) return `📣 ${say.echo.noChannel(String(wanted))}`;
    const name = speakerName(context, text);
    const spoken = `${name}: ${text}`;
    const limitBytes = channelLimitBytes(config);
    if (textLengthBytes(spoken) > limitBytes) return `📣 ${say.echo.tooLong(textLengthBytes(spoken), limitBytes)}`;

    const nowMs = clock.nowMs();
    recent = recent.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
    if (recent.some((echoed) => echoed.text === text && nowMs - echoed.atMs < REPEAT_PAUSE_MS)) return `📣 ${say.echo.repeated}`;
    if (recent.some((echoed) => text.startsWith(`${echoed.name}: `))) return `📣 ${say.echo.echoOfEcho}`;
    const waitMs = pauseMs(recent, message.from, nowMs);
    if (waitMs > 0) return `📣 ${say.echo.again(formatWait(waitMs, say))}`;
    recent.push({ atMs: nowMs, from: message.from, name, text });
    return { to: "channel", channel: channel.index, text: spoken };
  }
}

/** How long until this person may echo again; 0 when at once. `recent` is the last hour, oldest first. */
function pauseMs(recent: readonly Echoed[], person: number, nowMs: number): number {
  const last = recent.findLast(({ from }) => from === person);
  const forPerson = last === undefined ? 0 : last.atMs + PERSON_PAUSE_MS - nowMs;
  const oldest = recent[0];
  const forAll = oldest === undefined || recent.length < MAX_IN_WINDOW ? 0 : oldest.atMs + WINDOW_MS - nowMs;
  return Math.max(0, forPerson, forAll);
}

/** The short name, or the end of the id when another bot could take what begins with that name for something to answer. */
function speakerName({ message, nodes }: CommandContext, text: string): string {
  const name = cleanText(nodes.shortNameOf(message.from), { maxBytes: NAME_BYTES });
  return name === "" || beginsLikeBait(`${name}: ${text}`) ? lastFourOf(message.from) : name;
}

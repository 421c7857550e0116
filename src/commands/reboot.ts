/** /reboot name|id: restarts a node by a true admin message: our own, or one that has our node's key among its admin keys. */
import type { CommandContext } from "../context.ts";
import { formatWait } from "../i18n/format.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { adminCommand } from "./support/admin_command.ts";
import { shorten } from "./support/fit.ts";
import { usageOf } from "./support/named.ts";
import { pickNode } from "./support/pick_node.ts";

// Long enough for our node to send the answer to this command before it goes down itself.
const REBOOT_IN_S = 15;
// A minute for the session and one for the order; see remote_admin.ts.
const DEADLINE_MS = 125_000;
const NAME_BYTES = 40;
const REASON_BYTES = 60;

/** The command /reboot. */
export const reboot = adminCommand({ name: "reboot", usage: "name|id", deadlineMs: DEADLINE_MS, run: rebootText });

async function rebootText(context: CommandContext): Promise<string> {
  const { args, nodes, requests, say, signal } = context;
  if (args === "") return usageOf(reboot, context);
  const picked = pickNode(context, args);
  if ("answer" in picked) return picked.answer;
  const { num } = picked.node;
  const name = shorten(nodes.nameOf(num), NAME_BYTES);
  const result = await requests.reboot(num, REBOOT_IN_S, { signal });
  switch (result.kind) {
    case "confirmed":
      return `🔁 ${say.reboot.confirmed(name, formatWait(REBOOT_IN_S * 1000, say))}`;
    case "unconfirmed":
      return `🔁 ${say.reboot.unconfirmed(name)}`;
    case "no-key":
      return `❌ ${say.reboot.noKey(name)}`;
    case "no-answer":
      return `❌ ${say.reboot.noAnswer(name)}`;
    case "not-admin":
      return `❌ ${say.reboot.notAdmin(name)}`;
    case "failed":
      return `❌ ${say.reboot.failed(name, cleanText(result.reason, { maxBytes: REASON_BYTES }) || say.unknown)}`;
  }
}

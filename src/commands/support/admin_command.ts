/** Commands for admins: in direct messages only, and refused to everybody else. */
import type { CommandContext } from "../../context.ts";
import type { Reply } from "../../router/command.ts";
import type { CommandName, NamedCommand } from "./named.ts";

/** What differs from one to the next. */
export interface AdminCommandOptions {
  readonly name: CommandName;
  readonly usage: string;
  readonly deadlineMs?: number;
  run(context: CommandContext): Reply | Promise<Reply>;
}

/** A command that runs for admins alone; the refusal does not depend on anybody else having asked before. */
export function adminCommand(options: AdminCommandOptions): NamedCommand {
  return {
    ...options,
    scope: "direct",
    admin: true,
    run: (context) => context.admin && !context.onChannel ? options.run(context) : `🔒 ${context.say.admin.only}`,
  };
}

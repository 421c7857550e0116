/** /vigi [department]: Météo-France's vigilance for the configured department or another one, by number or name. */
import type { CommandContext } from "../context.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { NoBulletinError } from "../services/vigilance/bulletins.ts";
import { findDepartment } from "../services/vigilance/departments.ts";
import { answerText, unknownText } from "../services/vigilance/text.ts";
import { shorten } from "./support/fit.ts";
import { answerLimitBytes } from "./support/limit.ts";
import type { NamedCommand } from "./support/named.ts";

const SHOWN_BYTES = 24;

/** The command /vigi. */
export const vigi: NamedCommand = {
  name: "vigi",
  aliases: ["vigilance"],
  usage: "[department]",
  scope: "direct",
  isOn: ({ services }) => services.vigilance !== undefined,
  run: vigiText,
};

async function vigiText({ args, config, say, services: { vigilance }, signal }: CommandContext): Promise<string> {
  const limitBytes = answerLimitBytes(config);
  if (vigilance === undefined) return `⚠️ ${say.vigilance.off}`;
  const department = args === "" ? vigilance.department : findDepartment(args);
  if (department === undefined) {
    const example = `${config.commands.prefix}${vigi.name} ${vigilance.department.code}`;
    return `⚠️ ${say.vigilance.noDepartment(cleanText(args, { maxBytes: SHOWN_BYTES }) || "?", example)}`;
  }
  try {
    return answerText(await vigilance.ask(department, signal), say, limitBytes);
  } catch (error) {
    if (!(error instanceof NoBulletinError)) throw error;
    return shorten(unknownText(department, error.failures, say), limitBytes);
  }
}

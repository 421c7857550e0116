/** The first configuration of an installed bot. */
import { PATHS } from "./paths.ts";
import type { Answers } from "./questions.ts";

const HOUR_MS = 3_600_000;

/** The text of the first meshbot.toml; `nowWallMs` is the moment of the installation. */
export function firstConfig({ host, port, language, admins, listenOnlyHours }: Answers, nowWallMs: number): string {
  const lines = [
    '# MeshBot\'s configuration. "meshbot config --example" shows every key; "meshbot config --check FILE" tells every mistake.',
    '# After a change: "sudo systemctl reload meshbot", or restart for what the log says needs it.',
    "# Everybody on this machine can read this file: keys and passwords belong in secrets.env beside it, as variables.",
    `language = ${toml(language)}`,
    '# Where systemd lets the bot write; "sudo meshbot store info" finds it here too.',
    `data_dir = ${toml(PATHS.state)}`,
    "",
    "[node]",
    `host = ${toml(host)}`,
    `port = ${port}`,
    "",
    "[mesh]",
  ];
  if (listenOnlyHours > 0) {
    const until = isoSeconds(nowWallMs + listenOnlyHours * HOUR_MS);
    lines.push(
      '# Until then the bot only listens, and the log ("journalctl -u meshbot") tells what it would have sent.',
      '# Let it answer at once: remove the line, then "sudo systemctl reload meshbot".',
      `listen_only_until = ${toml(until)}`,
    );
  }
  lines.push("# Who may use /mute, /ban, /reload and /reboot: node ids or public keys.", `admins = [${admins.map(toml).join(", ")}]`);
  return `${lines.join("\n")}\n`;
}

/** The text of the first secrets.env. */
export function firstSecrets(): string {
  return [
    "# Keys and passwords of the bot, one variable a line; only root can read this file. Each key of the configuration is a variable too:",
    "# api_key in [vigilance] is MESHBOT_VIGILANCE_API_KEY. After a change: sudo systemctl restart meshbot",
    "#MESHBOT_VIGILANCE_API_KEY=",
    "#MESHBOT_ESPHOME_PASSWORD=",
    "",
  ].join("\n");
}

/** A text as TOML writes it. */
export function toml(text: string): string {
  // JSON leaves U+007F as it is, which TOML forbids.
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

function isoSeconds(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/\.\d+/, "");
}

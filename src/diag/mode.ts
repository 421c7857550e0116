/** The ways to look at a link. */

/** Like the official client; exactly the bot's own link; TCP alone. */
export type Mode = "default" | "optimized" | "raw";

/** The mode in words. */
export const MODE_TEXT: Readonly<Record<Mode, string>> = {
  default: "like the official client: handshake, listening, a heartbeat every 300 s",
  optimized: "the bot's own link, with its monitor and its reconnects",
  raw: "TCP only: not a word of the protocol",
};

/** How long one message may be. */
import type { Config } from "../../config.ts";
import { textLimitBytes } from "../../mesh/text.ts";

/** Bytes of a direct answer: what the configuration allows, and never more than an encrypted reply can hold. */
export function answerLimitBytes(config: Config): number {
  return Math.min(config.mesh.message_bytes, textLimitBytes({ direct: true, pki: true, reply: true }));
}

/** Bytes of a text on a channel, which may be sent as a reply. */
export function channelLimitBytes(config: Config): number {
  return Math.min(config.mesh.message_bytes, textLimitBytes({ direct: false, pki: false, reply: true }));
}

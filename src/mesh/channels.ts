/** Channels as people name them in the configuration: by index or by name. */
import { logger } from "../log.ts";
import type { RadioInfo } from "./session.ts";

/** True when one of `wanted` (indexes or names, any case) is the channel with this index on our node. */
export function includesChannel(wanted: readonly (number | string)[], index: number, radio: RadioInfo | undefined): boolean {
  const name = radio?.channels.find((channel) => channel.index === index)?.name.toLowerCase();
  return wanted.some((channel) => typeof channel === "number" ? channel === index : channel.toLowerCase() === name);
}

/** Those of `wanted` that our node does not have. */
function missingChannels(wanted: readonly (number | string)[], radio: RadioInfo): (number | string)[] {
  return wanted.filter((channel) => !radio.channels.some((known) => includesChannel([channel], known.index, radio)));
}

const log = logger("mesh");

/** Says which channels of the configuration our node does not have. */
export function warnOfMissingChannels(wanted: readonly (number | string)[], radio: RadioInfo): void {
  const known = radio.channels.map((channel) => `${channel.index} ${channel.name}`).join(", ");
  for (const channel of missingChannels(wanted, radio)) {
    log.warn`the configuration names channel ${channel}, which the node does not have; it has ${known}`;
  }
}

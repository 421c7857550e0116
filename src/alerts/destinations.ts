/** Who gets what nobody asked for, and what is wrong with the destinations of the configuration. */
import { type Config, type Destination, formatDestination } from "../config.ts";
import type { People } from "../mesh/people.ts";
import type { ChannelInfo, RadioInfo } from "../mesh/session.ts";
import { formatNodeId } from "../node_id.ts";

/** A destination on our own node: a person's node by number, or a channel by index. */
export type Target = { readonly node: number } | { readonly channel: number };

/** The part of the configuration that names destinations. */
export interface DestinationConfig {
  readonly alerts: Pick<Config["alerts"], "to" | "allow_public">;
  readonly schedule: readonly { readonly to: Destination }[];
}

/** A target as it is called in the file of alerts. */
export function targetName(target: Target): string {
  return "node" in target ? formatNodeId(target.node) : `channel:${target.channel}`;
}

/** True for a channel that everybody can read: the first one, and each whose key is known to all. */
export function isPublicChannel(channel: ChannelInfo): boolean {
  return channel.index === 0 || channel.primary || channel.ownKey !== true;
}

/** Where a destination of the configuration leads on this node, or why it gets nothing. */
export function resolveDestination(
  destination: Destination,
  radio: RadioInfo,
  options: { readonly allowPublic: boolean },
): { readonly target: Target } | { readonly fault: string } {
  if ("node" in destination) {
    return destination.node === radio.nodeNum ? { fault: "that is the bot's own node" } : { target: { node: destination.node } };
  }
  const { channel } = destination;
  const matching = radio.channels.filter((known) => {
    return typeof channel === "number" ? known.index === channel : known.name.toLowerCase() === channel.toLowerCase();
  });
  const [found, another] = matching;
  if (found === undefined) {
    const known = radio.channels.map(({ index, name }) => `${index} ${name}`).join(", ");
    return { fault: `the node has no such channel in use; it has ${known === "" ? "none" : known}` };
  }
  if (another !== undefined) {
    return { fault: `the node has several channels of that name: write ${matching.map(({ index }) => `channel:${index}`).join(" or ")}` };
  }
  if (!options.allowPublic && isPublicChannel(found)) {
    return { fault: "everybody hears that channel: it has the default key or is the first one; alerts.allow_public = true allows it" };
  }
  return { target: { channel: found.index } };
}

/** Every destination of the configuration that gets nothing, each with its reason, for the log. */
export function destinationFaults({ alerts, schedule }: DestinationConfig, radio: RadioInfo): string[] {
  const named = [
    ...alerts.to.map((to) => ({ key: "alerts.to", to })),
    ...schedule.map(({ to }, index) => ({ key: `schedule, entry ${index + 1}`, to })),
  ];
  return named.flatMap(({ key, to }) => {
    const resolved = resolveDestination(to, radio, { allowPublic: alerts.allow_public });
    return "fault" in resolved ? [`${key} names ${formatDestination(to)}, which gets nothing: ${resolved.fault}`] : [];
  });
}

/** Somebody or a channel that alerts are for; `silent`: not now, because they want none or are banned. */
export interface Recipient {
  readonly target: Target;
  readonly silent: boolean;
}

/** Everybody whom alerts are for: the destinations of the configuration without the faulty ones, and who subscribed; nobody twice. */
export function alertRecipients(
  alerts: DestinationConfig["alerts"],
  radio: RadioInfo,
  people: Pick<People, "subscribers" | "isStopped" | "isBanned">,
): Recipient[] {
  const wanted: Destination[] = [...alerts.to, ...people.subscribers().map((node) => ({ node }))];
  const recipients = new Map<string, Recipient>();
  for (const destination of wanted) {
    const resolved = resolveDestination(destination, radio, { allowPublic: alerts.allow_public });
    if ("fault" in resolved) continue;
    const { target } = resolved;
    recipients.set(targetName(target), {
      target,
      silent: "node" in target && (people.isStopped(target.node) || people.isBanned(target.node)),
    });
  }
  return [...recipients.values()];
}

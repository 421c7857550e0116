/** How the bot stands, for `meshbot status`. */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { formatNodeId } from "../node_id.ts";
import type { ShareView } from "../share/share.ts";
import type { StoreState } from "../store/store.ts";
import type { ProcessContext } from "./answering.ts";

/** What the report is made from. */
export interface StatusReportOptions {
  readonly clock: Clock;
  readonly config: Config;
  readonly parts: ProcessContext;
  readonly store: StoreState;
  readonly share: ShareView | undefined;
}

/** Names and values for people and programs, small enough for one line of the control socket. */
export function statusReport({ clock, config, parts, store, share }: StatusReportOptions): object {
  const { airtime, budget, link, nodes, people, radio, services, startedAtWallMs, version } = parts;
  const known = radio();
  const { state, sinceWallMs, reconnects, queueLength, outcomes } = link();
  const usedMs = airtime.usedMsLastHour();
  const mutedUntilWallMs = people.mutedUntilWallMs();
  const on = Object.values(services).filter((service) => service !== undefined);
  return {
    version,
    runningSeconds: Math.round((clock.wallMs() - startedAtWallMs) / 1000),
    node: {
      address: `${config.node.host}:${config.node.port}`,
      ...(known === undefined
        ? {}
        : { id: formatNodeId(known.nodeNum), name: nodes.nameOf(known.nodeNum), firmware: known.firmwareVersion }),
    },
    link: { state, sinceSeconds: Math.round((clock.wallMs() - sinceWallMs) / 1000), reconnects },
    messages: { waiting: queueLength, ...outcomes },
    airTime: {
      usedSeconds: Math.round(usedMs / 1000),
      limitSeconds: Math.round((usedMs + budget.leftMs()) / 1000),
      rule: budget.rule().rule,
    },
    nodes: nodes.size,
    store: { ...store },
    ...(on.length === 0 ? {} : { services: Object.fromEntries(on.map(({ name, health }) => [name, health.state])) }),
    ...(share === undefined ? {} : {
      share: {
        listen: share.listen ?? "not yet",
        ...(share.http === undefined ? {} : { http: share.http }),
        clients: share.clients.length === 0 ? "none" : share.clients.map(({ address, kind, role }) => `${address} (${kind}, ${role})`),
      },
    }),
    ...(mutedUntilWallMs === undefined ? {} : { mutedForSeconds: Math.round((mutedUntilWallMs - clock.wallMs()) / 1000) }),
  };
}

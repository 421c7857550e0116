/** Where a node is, seen from ours. */
import type { BotContext } from "../../context.ts";
import { formatDistance } from "../../i18n/format.ts";
import { bearingDeg, compassPoint, distanceM, isApproximate } from "../../geo.ts";
import type { Place } from "../../mesh/node_db.ts";

// Two fixes of one spot differ by some metres: a direction would be noise.
const NO_DIRECTION_BELOW_M = 20;

/** The place of our own node, as it tells it itself, else as the configuration does. */
export function ownPlace(context: BotContext): Place | undefined {
  const radio = context.radio();
  const told = radio === undefined ? undefined : context.nodes.get(radio.nodeNum)?.place;
  const { latitude, longitude } = context.config.place;
  return told ?? (latitude === undefined || longitude === undefined ? undefined : { latitude, longitude });
}

/** `3.4km`, or `~3.4km` when one of the places is blurred; undefined unless both are known. */
export function distanceText(from: Place | undefined, to: Place | undefined): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  const metres = distanceM(from, to);
  if (!Number.isFinite(metres)) return undefined;
  return `${isApproximate(from) || isApproximate(to) ? "~" : ""}${formatDistance(metres)}`;
}

/** `3.4km NE`: distance from our node, and the direction in which to look; undefined unless both places are known. */
export function whereabouts(context: BotContext, place: Place | undefined): string | undefined {
  const from = ownPlace(context);
  const distance = distanceText(from, place);
  if (distance === undefined || from === undefined || place === undefined) return undefined;
  if (distanceM(from, place) < NO_DIRECTION_BELOW_M) return distance;
  return `${distance} ${context.say.compass[compassPoint(bearingDeg(from, place))]}`;
}

/** Which nodes somebody means by a name or an id. */
import { lastFourOf, parseNodeId } from "../node_id.ts";
import { cleanText } from "./clean_text.ts";
import type { NodeRecord } from "./node_db.ts";

// As long as a long name can be; longer ones cannot be meant.
const MAX_QUERY_CHARS = 40;

/**
 * Nodes whose id, short name or long name is the query (the last four digits, for a node without a short name); if none,
 * those whose names contain it. Last heard first.
 */
export function findNodes(records: Iterable<NodeRecord>, query: string): NodeRecord[] {
  if (query.length > MAX_QUERY_CHARS) return [];
  const wanted = cleanText(query, { maxBytes: 4 * MAX_QUERY_CHARS }).toLowerCase();
  if (wanted === "") return [];
  const num = parseNodeId(wanted);
  const exact: NodeRecord[] = [];
  const containing: NodeRecord[] = [];
  for (const record of records) {
    const shortName = record.shortName.toLowerCase();
    const longName = record.longName.toLowerCase();
    if (record.num === num || longName === wanted || (shortName || lastFourOf(record.num)) === wanted) exact.push(record);
    else if (longName.includes(wanted) || shortName.includes(wanted)) containing.push(record);
  }
  const found = exact.length > 0 ? exact : containing;
  return found.sort((a, b) => (b.lastHeardWallMs ?? 0) - (a.lastHeardWallMs ?? 0));
}

/** Who is an admin: the holder of a key, never the bearer of a number, which anybody can forge. */
import { formatPublicKey, isPublicKey, parsePublicKey } from "../config.ts";
import { logger } from "../log.ts";
import type { TextMessage } from "../mesh/packet.ts";
import type { People } from "../mesh/people.ts";
import { BROADCAST_NUM, formatNodeId, parseNodeId } from "../node_id.ts";

const log = logger("command");

/** What is known of our own node. */
export interface AdminOptions {
  /** A ham's node encrypts nothing, so it has no admins. */
  readonly licensed: boolean;
}

/**
 * True for a direct message that our node decrypted with the sender's key, when that key is a configured one or the one pinned for a
 * configured node id. The first such message from a configured id pins its key.
 */
export function isAdmin(
  message: Pick<TextMessage, "from" | "to" | "pkiEncrypted" | "publicKey">,
  admins: readonly string[],
  people: Pick<People, "pinnedKey" | "pin">,
  { licensed }: AdminOptions,
): boolean {
  if (licensed || message.to === BROADCAST_NUM || !message.pkiEncrypted || !isPublicKey(message.publicKey)) return false;
  const key = formatPublicKey(message.publicKey);
  if (admins.some((admin) => sameKey(admin, key))) return true;
  if (!admins.some((admin) => isIdOf(admin, message.from))) return false;
  if (people.pinnedKey(message.from) === undefined) people.pin(message.from, key);
  const pinned = people.pinnedKey(message.from);
  if (pinned !== undefined && sameKey(pinned, key)) return true;
  log.warn`${formatNodeId(message.from)} is no admin with the key ${key}: another one is pinned for it`;
  return false;
}

function sameKey(text: string, key: string): boolean {
  const parsed = parsePublicKey(text);
  return parsed !== undefined && formatPublicKey(parsed) === key;
}

function isIdOf(text: string, nodeNum: number): boolean {
  return text.startsWith("!") && parseNodeId(text) === nodeNum;
}

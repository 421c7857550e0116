/** What a client wants of our node's settings: read, write, and what a write may have changed. */
import { fieldsOf, numberOf, partOf, valueOf } from "./wire.ts";

// Field numbers of admin.proto.
const SESSION_PASSKEY = 101;
const GETS: ReadonlySet<number> = new Set([1, 3, 5, 7, 10, 12, 14, 16, 19, 44]);
const GET_CONFIG = 5;
const SECURITY_CONFIG = 7;
const SET_TIME = 43;
const BEGIN_EDIT = 64;
const COMMIT_EDIT = 65;
const ADD_CONTACT = 66;
/** remove_by_nodenum, favourite, ignored, muted, add_contact, nodedb_reset. */
const ABOUT_NODES: ReadonlySet<number> = new Set([38, 39, 40, 47, 48, 49, ADD_CONTACT, 100]);
/** Neither settings nor nodes: enter_dfu_mode, delete_file, scale, backups, input events, the time, restarts. */
const CHANGES_NOTHING: ReadonlySet<number> = new Set([21, 22, 23, 24, 26, 27, SET_TIME, BEGIN_EDIT, 67, 95, 96, 97, 98, 102]);

/** An order to a node. */
export interface AdminOrder {
  readonly kind: "get" | "setTime" | "begin" | "commit" | "addContact" | "write";
  /** Reads the keys. */
  readonly readsKeys: boolean;
  /** What has to be read again after it. */
  readonly changes: "settings" | "nodes" | "nothing";
  /** The node that it is about; undefined when about none. */
  readonly nodeNum: number | undefined;
  /** The key that it teaches. */
  readonly publicKey: Uint8Array;
}

/** Reads an AdminMessage; undefined when it is none, or could be read in more than one way. */
export function readOrder(admin: Uint8Array): AdminOrder | undefined {
  const variants = fieldsOf(admin)?.filter(({ number }) => number !== SESSION_PASSKEY);
  const variant = variants?.[0];
  if (variant === undefined || variants?.length !== 1) return undefined;
  const { number } = variant;
  const value = valueOf(admin, variant);
  const contact = number === ADD_CONTACT ? value : undefined;
  const user = contact === undefined ? undefined : partOf(contact, 2);
  const contactNum = contact === undefined ? undefined : fieldsOf(contact)?.findLast((field) => field.number === 1);
  return {
    kind: kindOf(number),
    readsKeys: number === GET_CONFIG && numberOf(admin, variant) === SECURITY_CONFIG,
    changes: ABOUT_NODES.has(number) ? "nodes" : GETS.has(number) || CHANGES_NOTHING.has(number) ? "nothing" : "settings",
    nodeNum: contact !== undefined
      ? contactNum === undefined ? 0 : numberOf(contact, contactNum)
      : ABOUT_NODES.has(number)
      ? numberOf(admin, variant)
      : undefined,
    publicKey: (user === undefined ? undefined : partOf(user, 8)) ?? new Uint8Array(0),
  };
}

function kindOf(number: number): AdminOrder["kind"] {
  if (GETS.has(number)) return "get";
  switch (number) {
    case SET_TIME:
      return "setTime";
    case BEGIN_EDIT:
      return "begin";
    case COMMIT_EDIT:
      return "commit";
    case ADD_CONTACT:
      return "addContact";
    default:
      return "write";
  }
}

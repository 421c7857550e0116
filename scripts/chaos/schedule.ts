/** The plan of faults: a seed gives the same faults in the same order with the same lengths, whatever the machine makes of them. */
import { Random } from "../../src/simulator/random.ts";
import type { FirmwareVersion } from "../../src/simulator/firmware.ts";

/** What can go wrong, and in how many of each round's faults it does. */
const ROUND = {
  /** The node hangs up. */
  fin: 3,
  /** The connection is reset. */
  rst: 3,
  /** The connection goes dead, its socket stays open; the node serves a new one. */
  silence: 2,
  /** The whole node freezes with its sockets open, and comes back. */
  freeze: 1,
  halfFrame: 1,
  garbage: 1,
  /** Every frame comes in small pieces, and then the node hangs up. */
  pieces: 1,
  refused: 1,
  slowAccept: 1,
  acceptAndDrop: 1,
  reboot: 1,
  /** Another client takes the node's only connection. */
  thief: 2,
  kill: 2,
  /** The node has come to know as many nodes as it can hold, and the bot starts anew. */
  hugeNodeDb: 1,
  /** The node restarts with a firmware of another age. */
  firmware: 1,
  servicesHang: 1,
  diskFull: 1,
} as const;

/** The name of a fault. */
export type FaultKind = keyof typeof ROUND;

/** Every kind of fault. */
export const FAULT_KINDS = Object.keys(ROUND) as readonly FaultKind[];

/** One fault of the plan. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Peace before it, once the bot is well. */
  readonly pauseMs: number;
  /** How long it lasts; what is over at once takes it for its strength. */
  readonly forMs: number;
  /** 0 ≤ x < 1: which of its variants. */
  readonly roll: number;
}

const LENGTHS_MS: Readonly<Partial<Record<FaultKind, readonly [min: number, max: number]>>> = {
  freeze: [7000, 9000],
  pieces: [500, 1500],
  refused: [300, 4000],
  slowAccept: [300, 2500],
  acceptAndDrop: [500, 2500],
  reboot: [300, 3000],
  firmware: [300, 2000],
  thief: [200, 1500],
  servicesHang: [4000, 15_000],
  diskFull: [2000, 5000],
  kill: [0, 400],
};
const PAUSE_MS = [300, 2500] as const;
// About the shortest that one can take: a plan of so many is never too short.
const FASTEST_MS = 350;
// The bot takes five orderly closes in a row, each soon after it was ready, for a fight, and then waits on purpose.
const ORDERLY: ReadonlySet<FaultKind> = new Set(["fin", "pieces", "slowAccept", "thief", "reboot", "firmware", "refused", "diskFull"]);
const NOT_CLOSING: ReadonlySet<FaultKind> = new Set(["halfFrame", "garbage", "servicesHang"]);
const MAX_ORDERLY = 3;

const AGES: readonly FirmwareVersion[] = ["2.6.11", "2.7.26", "2.8.0"];

/** The plan for so many minutes. */
export function planFaults({ seed, minutes }: { readonly seed: number; readonly minutes: number }): PlannedFault[] {
  const random = new Random(seed).fork("faults");
  const count = Math.ceil(minutes * 60_000 / FASTEST_MS);
  const plan: PlannedFault[] = [];
  let orderly = 0;
  while (plan.length < count) {
    for (const drawn of random.shuffled(FAULT_KINDS.flatMap((kind) => Array.from({ length: ROUND[kind] }, () => kind)))) {
      const kind = orderly >= MAX_ORDERLY && ORDERLY.has(drawn) ? "rst" : drawn;
      if (ORDERLY.has(kind)) orderly += 1;
      else if (!NOT_CLOSING.has(kind)) orderly = 0;
      const [min, max] = LENGTHS_MS[kind] ?? [0, 0];
      plan.push({
        kind,
        pauseMs: Math.round(random.between(...PAUSE_MS)),
        forMs: Math.round(random.between(min, max)),
        roll: random.next(),
      });
    }
  }
  return plan.slice(0, count);
}

/** The ages of the node's firmware in turn: the first one is the node's at the beginning. */
export function planFirmware(seed: number): FirmwareVersion[] {
  const first = ((seed % AGES.length) + AGES.length) % AGES.length;
  return AGES.map((_, index) => AGES[(first + index) % AGES.length] as FirmwareVersion);
}

/** Eight digits that are the same for the same plan. */
export function planMark(plan: readonly PlannedFault[]): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(plan)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Makes up the people and machines of a mesh: the same seed gives the same ones. */
import { HardwareModel, Role } from "../link/enums.ts";
import { CENTRE, metresBetween, offset } from "./geography.ts";
import { nodeName } from "./names.ts";
import type { SimNodeSpec } from "./node_table.ts";
import { RING_EDGES_M, signalAt } from "./radio_path.ts";
import { Random } from "./random.ts";
import { VirtualNode } from "./virtual_node.ts";

// The ring of each of twenty nodes in turn: a third is heard directly, and the first ones carry the others.
const RINGS: readonly number[] = [0, 0, 1, 1, 0, 2, 1, 0, 2, 1, 0, 3, 1, 2, 0, 1, 2, 0, 3, 1];

const HARDWARE: readonly number[] = [
  HardwareModel.HELTEC_V3,
  HardwareModel.HELTEC_V3,
  HardwareModel.RAK4631,
  HardwareModel.T_ECHO,
  HardwareModel.STATION_G2,
  HardwareModel.PORTDUINO,
];

const FORGOTTEN_S = 5 * 86_400;

/** The virtual nodes of a mesh around our node. */
export function virtualNodes(options: { readonly count: number; readonly seed: number }): VirtualNode[] {
  const random = new Random(options.seed).fork("population");
  const taken = new Set<number>();
  return Array.from({ length: options.count }, (_, index) => {
    const ring = RINGS[index % RINGS.length] as number;
    const innerM = ring === 0 ? 300 : (RING_EDGES_M[ring - 1] as number) + 200;
    const distanceM = random.between(innerM, (RING_EDGES_M[ring] as number) - 200);
    const angle = random.between(0, 2 * Math.PI);
    const [longName, shortName] = nodeName(index);
    const mobile = index % 6 === 3;
    const infrastructure = index % 7 === 0;
    return new VirtualNode({
      num: freeNumber(random, taken),
      longName,
      shortName,
      place: offset(CENTRE, distanceM * Math.cos(angle), distanceM * Math.sin(angle)),
      altitudeM: random.integer(28, infrastructure ? 220 : 120),
      hwModel: random.pick(HARDWARE),
      role: roleOf(index, infrastructure),
      precisionBits: random.pick([13, 13, 14, 16, 32, 32, 0]),
      batteryLevel: infrastructure ? 101 : random.integer(12, 100),
      hasKey: index % 17 !== 16,
      viaMqtt: index % 15 === 14,
      ...(mobile ? { speed: { northMs: random.between(-6, 6), eastMs: random.between(-6, 6) } } : {}),
    });
  });
}

/** The same nodes as our node's database may hold them from earlier days. */
export function populate(options: { readonly count: number; readonly seed: number; readonly wallMs: number }): SimNodeSpec[] {
  return memories(virtualNodes(options), options);
}

/** What our node remembers of these nodes. */
export function memories(nodes: readonly VirtualNode[], options: { readonly seed: number; readonly wallMs: number }): SimNodeSpec[] {
  const random = new Random(options.seed).fork("memory");
  const nowS = Math.floor(options.wallMs / 1000);
  return nodes.map((node, index) =>
    node.spec({
      // Most were heard today, every ninth not for days.
      lastHeardS: nowS - Math.round(index % 9 === 8 ? random.between(86_400, FORGOTTEN_S) : random.next() ** 3 * 86_400),
      snr: signalAt(metresBetween(CENTRE, node.place) / (node.hops + 1), random).snr,
      channelPercent: Math.round(random.between(300, 1900)) / 100,
      uptimeS: random.integer(600, 2_000_000),
    })
  );
}

function roleOf(index: number, infrastructure: boolean): number {
  if (infrastructure) return index % 14 === 0 ? Role.ROUTER : Role.ROUTER_LATE;
  if (index % 19 === 18) return Role.SENSOR;
  return index % 11 === 10 ? Role.CLIENT_MUTE : Role.CLIENT;
}

function freeNumber(random: Random, taken: Set<number>): number {
  for (;;) {
    const num = random.integer(0x0100_0000, 0xffff_fff0);
    // A relay is named by its last byte, in which 0 means nobody.
    if ((num & 0xff) === 0 || taken.has(num)) continue;
    taken.add(num);
    return num;
  }
}

/** Texts that arrive by radio, and the wait for them. */
import { PortNum } from "../../src/link/enums.ts";
import type { Init, MeshPacket } from "../../src/link/messages.ts";

/** A text to everybody with that packet id. */
export function meshText(id: number): Init<"MeshPacket"> {
  return {
    from: 0x1234_5678,
    to: 0xffff_ffff,
    id,
    hopStart: 3,
    hopLimit: 2,
    rxSnr: 5.25,
    rxRssi: -90,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode(`number ${id}`) } },
  };
}

/** The packets that have come to a session. */
export class Arrivals {
  readonly #waiting = new Map<number, () => void>();

  /** To be called with every packet. */
  readonly packet = ({ id }: MeshPacket): void => this.#waiting.get(id)?.();

  /** Resolves when a packet with that id comes. */
  arrival(id: number): Promise<void> {
    return new Promise((resolve) => void this.#waiting.set(id, resolve));
  }
}

/** What the tests of the parts of sharing have in common: a client that keeps what it is told, and the radio's messages with their bytes. */
import { decode, encode } from "../../src/link/codec.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import type { Role } from "../../src/share/access.ts";
import { Client, type ClientOptions, type Outlet } from "../../src/share/client.ts";
import type { Payload } from "../../src/share/payload.ts";
import type { FakeClock } from "../support/fake_clock.ts";

/** An outlet that nobody empties. */
export class FullOutlet implements Outlet {
  readonly payloads: Payload[] = [];
  closed = false;

  get unreadBytes(): number {
    return this.payloads.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** What came, decoded, by the name of its kind. */
  get kinds(): string[] {
    return this.payloads.map(({ bytes }) => decode("FromRadio", bytes).payloadVariant.case ?? "unknown");
  }

  push(payload: Payload): void {
    this.payloads.push(payload);
  }

  close(): void {
    this.closed = true;
  }
}

/** A client that listens, with the outlet that holds what it was told. */
export function listener(
  clock: FakeClock,
  options: Partial<ClientOptions> & { readonly role?: Role } = {},
): { readonly client: Client; readonly outlet: FullOutlet } {
  const outlet = new FullOutlet();
  const client = new Client({
    number: 1,
    address: "127.0.0.1",
    kind: "tcp",
    role: "full",
    clock,
    outlet,
    onWantsHandshake() {},
    onEnd: (ending) => ending.end(),
    ...options,
  });
  client.configured();
  return { client, outlet };
}

/** A message of the radio, as it is read and as it came. */
export function fromRadio(payloadVariant: NonNullable<Init<"FromRadio">["payloadVariant"]>): readonly [FromRadio, Uint8Array] {
  const bytes = encode("FromRadio", { payloadVariant });
  return [decode("FromRadio", bytes), bytes];
}

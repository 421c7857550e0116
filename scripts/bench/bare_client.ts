/**
 * The least that a client of a node can be: a socket, whole frames, the protobuf library. It is the floor that the bot is measured against,
 * so it guards against nothing.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Mesh } from "@meshtastic/protobufs";

const HEADER_BYTES = 4;
/** want_config_id for the configuration without the nodes (PhoneAPI.h), and one for everything. */
export const ONLY_CONFIG = 69420;
export const ALL = 1;

type FromRadio = { readonly payloadVariant: { readonly case?: string; readonly value?: unknown } };

/** Who is told. */
export interface BareSink {
  /** The configuration is complete. */
  readonly configured?: () => void;
  /** A packet that came after it. */
  readonly packet?: (packet: BarePacket) => void;
}

/** What is used of a MeshPacket. */
export interface BarePacket {
  readonly id: number;
  readonly from: number;
  readonly payloadVariant: { readonly case?: string; readonly value?: { readonly portnum: number; readonly payload: Uint8Array } };
}

/** A connection that has asked for the configuration. */
export interface BareClient {
  /** Settles when the connection is over, for whatever reason. */
  readonly ended: Promise<void>;
  /** Writes a ToRadio. */
  send(payloadVariant: { readonly case: string; readonly value: unknown }): Promise<void>;
  close(): void;
}

/** Connects and asks; rejects when nobody listens at the port of this machine. */
export async function connectBare(port: number, nonce: number, sink: BareSink): Promise<BareClient> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  let open = true;
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  const send = async (payloadVariant: { readonly case: string; readonly value: unknown }) => {
    const payload = toBinary(Mesh.ToRadioSchema, create(Mesh.ToRadioSchema, { payloadVariant } as never));
    await socket.write(new Uint8Array([0x94, 0xc3, payload.length >> 8, payload.length & 0xff, ...payload]));
  };
  try {
    await send({ case: "wantConfigId", value: nonce });
  } catch (error) {
    close();
    throw error;
  }
  return { ended: readAll(socket, sink).catch(() => {}).finally(close), send, close };
}

async function readAll(socket: Deno.TcpConn, sink: BareSink): Promise<void> {
  const buffer = new Uint8Array(65_536);
  let held = 0;
  for (;;) {
    const count = await socket.read(buffer.subarray(held));
    if (count === null) return;
    held += count;
    let at = 0;
    while (held - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + ((buffer[at + 2] as number) << 8 | (buffer[at + 3] as number));
      if (end > held) break;
      tell(sink, fromBinary(Mesh.FromRadioSchema, buffer.slice(at + HEADER_BYTES, end)) as FromRadio);
      at = end;
    }
    buffer.copyWithin(0, at, held);
    held -= at;
  }
}

function tell(sink: BareSink, { payloadVariant }: FromRadio): void {
  if (payloadVariant.case === "configCompleteId") sink.configured?.();
  if (payloadVariant.case === "packet") sink.packet?.(payloadVariant.value as BarePacket);
}

/** What the history keeps of a received packet. */
import { decode } from "../link/codec.ts";
import { PortNum, TransportMechanism } from "../link/enums.ts";
import type { Data, MeshPacket, Position, Telemetry } from "../link/messages.ts";
import { onAirBytes } from "../mesh/airtime.ts";
import { hopsOf } from "../mesh/node_fields.ts";
import type { Incoming } from "../mesh/packet.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import type { BatchBuilder, Cell, PacketNumbers } from "./batch.ts";

/** The PortNum of a packet that our node could not decrypt. */
export const ENCRYPTED_PORTNUM = -1;

// The values between LORA and MQTT are further LoRa radios (mesh.proto); firmware before 2.7.4 leaves the field at INTERNAL.
const LAST_LORA = TransportMechanism.TRANSPORT_MQTT - 1;

const OK_TO_MQTT_BIT = 1;

// A packet that waited at the node while we were away has its own time; below, the two clocks merely differ.
const WAITED_FROM_MS = 10_000;
const WAITED_TO_MS = 24 * 3_600_000;

// The firmware sends ten (mesh.options); a report beyond is no report.
const MAX_NEIGHBOURS = 20;
const UNKNOWN_SNR = -128;

/**
 * Whether our node's radio received the packet just then: not by MQTT or the network, not its own, and not one that 2.8 firmware
 * replays from its memory after the handshake, which looks like LoRa but has no RSSI (PhoneAPI.cpp, makeReplayPositionPacket).
 */
export function isHeard(packet: Pick<MeshPacket, "viaMqtt" | "transportMechanism" | "rxRssi">): boolean {
  return !packet.viaMqtt && packet.transportMechanism <= LAST_LORA && packet.rxRssi !== 0;
}

/** When the packet came, milliseconds since 1970: the node's own time for one that waited there, else now. */
export function receivedMs(packet: Pick<MeshPacket, "rxTime">, nowWallMs: number): number {
  const waitedMs = nowWallMs - packet.rxTime * 1000;
  return packet.rxTime !== 0 && waitedMs > WAITED_FROM_MS && waitedMs < WAITED_TO_MS ? packet.rxTime * 1000 : Math.round(nowWallMs);
}

/** Bytes of a Data message when encoded, without encoding it: each field by its tag and kind (mesh.proto). */
export function dataLengthBytes(data: Data): number {
  const { portnum, payload } = data;
  let bytes = portnum === 0 ? 0 : 1 + varintBytes(portnum);
  if (payload.length > 0) bytes += 1 + varintBytes(payload.length) + payload.length;
  if (data.wantResponse) bytes += 2;
  for (const fixed of [data.dest, data.source, data.requestId, data.replyId, data.emoji]) if (fixed !== 0) bytes += 5;
  if (data.bitfield !== undefined) bytes += 1 + varintBytes(data.bitfield);
  return bytes;
}

function varintBytes(value: number): number {
  // A negative enum value is sent with all its 64 bits.
  if (value < 0) return 10;
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** Enters the packet and what it tells into the batch. */
export function collectPacket(batch: BatchBuilder, packet: MeshPacket, incoming: Incoming, raw: Uint8Array, nowWallMs: number): void {
  const { payloadVariant } = packet;
  const data = payloadVariant.case === "decoded" ? payloadVariant.value : undefined;
  const heard = isHeard(packet);
  const numbers: Omit<PacketNumbers, "rawBytes"> = {
    atUs: batch.keyUs(receivedMs(packet, nowWallMs)),
    from: packet.from,
    to: packet.to,
    id: packet.id,
    portnum: data?.portnum ?? ENCRYPTED_PORTNUM,
    channel: packet.channel,
    hopStart: packet.hopStart,
    hopLimit: packet.hopLimit,
    hops: hopsOf(incoming.hopsUsed) ?? -1,
    rssi: heard ? packet.rxRssi : 0,
    snr: heard && Number.isFinite(packet.rxSnr) ? packet.rxSnr : NaN,
    heard: heard ? 1 : 0,
    viaMqtt: packet.viaMqtt || packet.transportMechanism === TransportMechanism.TRANSPORT_MQTT ? 1 : 0,
    transport: packet.transportMechanism,
    relayNode: packet.relayNode,
    pki: packet.pkiEncrypted ? 1 : 0,
    okToMqtt: ((data?.bitfield ?? 0) & OK_TO_MQTT_BIT) === 0 ? 0 : 1,
    airBytes: data === undefined
      ? onAirBytes({ dataLengthBytes: payloadVariant.case === "encrypted" ? payloadVariant.value.length : 0, pki: false })
      : onAirBytes({ dataLengthBytes: dataLengthBytes(data), pki: packet.pkiEncrypted }),
  };
  batch.addPacket(numbers, raw);
  collectContents(batch, numbers, incoming);
}

function collectContents(batch: BatchBuilder, numbers: Omit<PacketNumbers, "rawBytes">, incoming: Incoming): void {
  const { atUs, from, to, heard } = numbers;
  switch (incoming.kind) {
    case "position": {
      const cells = positionCells(incoming.position);
      if (cells !== undefined) batch.addRow("positions", [atUs, from, ...cells]);
      return;
    }
    case "telemetry": {
      const cells = telemetryCells(incoming.telemetry);
      if (cells !== undefined) batch.addRow("telemetry", [atUs, from, heard, ...cells]);
      return;
    }
    case "text": {
      const direct = to === BROADCAST_NUM ? 0 : 1;
      const { id, channel, okToMqtt } = numbers;
      return batch.addRow("texts", [atUs, from, to, id, channel, direct, okToMqtt, heard, incoming.replyId, incoming.text.toWellFormed()]);
    }
    case "traceroute": {
      const { route, snrTowards, routeBack, snrBack } = incoming.route;
      // Only the answer knows the whole way; its sender is the target.
      if (incoming.requestId === 0) return;
      const steps = [...hopsAlong([to, ...route, from], snrTowards), ...hopsAlong([from, ...routeBack, to], snrBack)];
      steps.forEach(([heardNode, hearer, snr], step) => batch.addRow("traceroutes", [atUs, step, from, to, heard, heardNode, hearer, snr]));
      return;
    }
    case "other":
      if (incoming.portnum === PortNum.NEIGHBORINFO_APP) collectNeighbours(batch, atUs, from, heard, incoming.payload);
      return;
    default:
      return;
  }
}

function positionCells({ latitudeI, longitudeI, altitude, precisionBits }: Position): Cell[] | undefined {
  if (latitudeI === undefined || longitudeI === undefined || (latitudeI === 0 && longitudeI === 0)) return undefined;
  if (Math.abs(latitudeI) > 90e7 || Math.abs(longitudeI) > 180e7) return undefined;
  return [latitudeI, longitudeI, altitude ?? null, precisionBits];
}

function telemetryCells({ variant }: Telemetry): Cell[] | undefined {
  switch (variant.case) {
    case "deviceMetrics": {
      const { batteryLevel, voltage, channelUtilization, airUtilTx, uptimeSeconds } = variant.value;
      return [
        batteryLevel ?? null,
        millivolts(voltage),
        percent(channelUtilization),
        percent(airUtilTx),
        uptimeSeconds ?? null,
        null,
        null,
        null,
      ];
    }
    case "localStats": {
      const { channelUtilization, airUtilTx, uptimeSeconds } = variant.value;
      return [null, null, percent(channelUtilization), percent(airUtilTx), uptimeSeconds, null, null, null];
    }
    case "environmentMetrics": {
      const { temperature, relativeHumidity, barometricPressure } = variant.value;
      return [null, null, null, null, null, real(temperature), real(relativeHumidity), real(barometricPressure)];
    }
    default:
      return undefined;
  }
}

// A float32 of the wire is no more exact than this, and takes fewer bytes as a short decimal.
function real(value: number | undefined): Cell {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
}

function millivolts(volts: number | undefined): Cell {
  return volts !== undefined && Math.abs(volts) < 1000 ? Math.round(volts * 1000) : null;
}

/** Hundredths of a percent: a whole number takes two bytes, any other eight. */
function percent(value: number | undefined): Cell {
  return value !== undefined && value >= 0 && value <= 100 ? Math.round(value * 100) : null;
}

/** The hops of a way whose SNR is known; without one it was no radio, or nobody told. Quarter decibels (mesh.proto). */
function hopsAlong(way: readonly number[], snrs: readonly number[]): (readonly [number, number, number])[] {
  const hops: (readonly [number, number, number])[] = [];
  for (let at = 0; at < way.length - 1 && at < snrs.length; at += 1) {
    const [heard = 0, hearer = 0, snr = UNKNOWN_SNR] = [way[at], way[at + 1], snrs[at]];
    if (snr > UNKNOWN_SNR && snr <= 127 && isNodeNum(heard) && isNodeNum(hearer) && heard !== hearer) hops.push([heard, hearer, snr / 4]);
  }
  return hops;
}

function collectNeighbours(batch: BatchBuilder, atUs: number, from: number, heard: number, payload: Uint8Array): void {
  let neighbors;
  try {
    ({ neighbors } = decode("NeighborInfo", payload));
  } catch {
    // The packet itself is kept with its bytes; a report that nobody can read tells nothing.
    return;
  }
  if (neighbors.length > MAX_NEIGHBOURS) return;
  for (const { nodeId, snr } of neighbors) {
    if (isNodeNum(nodeId) && nodeId !== from && Number.isFinite(snr)) batch.addRow("neighbours", [atUs, nodeId, from, real(snr), heard]);
  }
}

function isNodeNum(num: number): boolean {
  return num > 0 && num < BROADCAST_NUM;
}

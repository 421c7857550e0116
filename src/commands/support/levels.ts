/** SNR and RSSI in words. */
import { formatLevel } from "../../i18n/format.ts";

/** `SNR 7.5dB, RSSI -92dBm`; without RSSI `SNR 7.5dB`. */
export function levelsText(snr: number, rssi: number | undefined): string {
  const text = `SNR ${formatLevel(snr)}dB`;
  return rssi === undefined ? text : `${text}, RSSI ${formatLevel(rssi, 0)}dBm`;
}

/** What a signal is worth: an icon by SNR and a word by RSSI and SNR. */

/** The word for a signal, from best to worst. */
export type SignalQuality = "excellent" | "veryGood" | "good" | "fair" | "weak" | "veryWeak" | "critical";

/** The icon of an SNR in dB: 🟢 from 10, 🟡 from 5, 🟠 from 0, 🔴 from −5, ⚫ below; 📶 when it is unknown. */
export function signalIcon(snr: number | undefined): string {
  if (snr === undefined || Number.isNaN(snr)) return "📶";
  if (snr >= 10) return "🟢";
  if (snr >= 5) return "🟡";
  if (snr >= 0) return "🟠";
  return snr >= -5 ? "🔴" : "⚫";
}

/** The quality of a signal with SNR in dB and RSSI in dBm; without RSSI the SNR alone decides. */
export function signalQuality(snr: number, rssi: number | undefined): SignalQuality {
  if (rssi === undefined) return qualityBySnr(snr);
  if (rssi >= -80) return "excellent";
  if (rssi >= -100) return snr >= 5 ? "veryGood" : "good";
  if (rssi >= -120) return snr >= 0 ? "fair" : "weak";
  return rssi > -150 && snr >= -5 ? "veryWeak" : "critical";
}

function qualityBySnr(snr: number): SignalQuality {
  if (snr >= 10) return "excellent";
  if (snr >= 5) return "veryGood";
  if (snr >= 0) return "good";
  if (snr >= -5) return "fair";
  if (snr >= -10) return "weak";
  // LoRa is heard down to about −20 dB with the slowest spreading factor.
  return snr >= -15 ? "veryWeak" : "critical";
}

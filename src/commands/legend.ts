/** /legend: what the icons in the answers mean. */
import type { Sentences } from "../i18n/mod.ts";
import type { NamedCommand } from "./support/named.ts";

/** The command /legend. */
export const legend: NamedCommand = {
  name: "legend",
  usage: "",
  scope: "direct",
  run: ({ say }) => legendText(say),
};

function legendText(say: Sentences): string {
  const { legend, hops } = say;
  return [
    `SNR (dB): 🟢10+ 🟡5+ 🟠0+ 🔴-5+ ⚫<-5 📶?`,
    `✅${hops.direct} 🔀${legend.hops} 🌐MQTT ❔${hops.unknown}`,
    `⏱️${legend.lastHeard} 📍${legend.place} ↔️${legend.distance} 🔋🔌${legend.power} 🔑${legend.key}`,
    `➡️${legend.there} ⬅️${legend.back}`,
  ].join("\n");
}

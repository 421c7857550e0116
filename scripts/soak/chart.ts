/** The samples as a picture: in the terminal, and as SVG. */
import type { Figure, Sample } from "./sample.ts";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;
const BARS = " ▁▂▃▄▅▆▇█";

/** What is drawn, with its unit. */
const DRAWN: readonly {
  readonly figure: Figure;
  readonly title: string;
  readonly unit: string;
  readonly one: number;
  readonly colour: string;
}[] = [
  { figure: "heldBytes", title: "memory held", unit: "MiB", one: MIB, colour: "#1f77b4" },
  { figure: "residentBytes", title: "memory of the process", unit: "MiB", one: MIB, colour: "#9467bd" },
  { figure: "databaseBytes", title: "database", unit: "MiB", one: MIB, colour: "#2ca02c" },
  { figure: "descriptors", title: "descriptors", unit: "", one: 1, colour: "#ff7f0e" },
  { figure: "timers", title: "timers", unit: "", one: 1, colour: "#d62728" },
  { figure: "nodes", title: "nodes known", unit: "", one: 1, colour: "#8c564b" },
];

/** A line of bars for each figure, `width` characters wide, each bar the greatest value of its time. */
export function terminalChart(samples: readonly Sample[], width = 84): string {
  return DRAWN.map(({ figure, title, unit, one }) => {
    const values = samples.map((sample) => sample[figure] / one);
    const top = Math.max(...values);
    const low = Math.min(...values);
    const columns = Math.min(width, values.length);
    const bars = Array.from({ length: columns }, (_, column) => {
      const part = values.slice(Math.floor(column * values.length / columns), Math.floor((column + 1) * values.length / columns));
      return BARS[top <= 0 ? 0 : Math.round(Math.max(...part) / top * (BARS.length - 1))];
    });
    return `${title.padEnd(22)}${bars.join("")}  ${short(low)}…${short(top)} ${unit}`.trimEnd();
  }).join("\n");
}

/** One small chart for each figure, one below the other, over days. */
export function svgChart(samples: readonly Sample[], title: string): string {
  const [width, height, left, top] = [900, 120, 170, 50];
  const days = Math.max(...samples.map(({ atMs }) => atMs)) / DAY_MS;
  const x = (atMs: number) => left + atMs / DAY_MS / days * (width - left - 30);
  const panels = DRAWN.map(({ figure, title: name, unit, one, colour }, index) => {
    const values = samples.map((sample) => sample[figure] / one);
    const most = Math.max(...values, 1e-9) * 1.1;
    const base = top + (index + 1) * (height + 20) - 20;
    const y = (value: number) => base - value / most * height;
    const points = samples.map((sample, at) => `${x(sample.atMs).toFixed(1)},${y(values[at] as number).toFixed(1)}`).join(" ");
    const last = values.at(-1) ?? 0;
    return `<line x1="${left}" y1="${base}" x2="${width - 30}" y2="${base}" stroke="#888"/>
<line x1="${left}" y1="${base - height}" x2="${left}" y2="${base}" stroke="#888"/>
<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>
<text x="10" y="${base - height / 2}">${escape(name)}</text>
<text x="10" y="${base - height / 2 + 18}" fill="#555">${short(Math.min(...values))}…${short(Math.max(...values))} ${unit}, at the end ${
      short(last)
    }</text>`;
  });
  const foot = top + DRAWN.length * (height + 20);
  const ticks = Array.from({ length: Math.floor(days) + 1 }, (_, day) => {
    return `<text x="${x(day * DAY_MS).toFixed(1)}" y="${foot}" text-anchor="middle">${day} d</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${foot + 20}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="10" y="24" font-size="16">${escape(title)}</text>
${[...panels, ...ticks].join("\n")}
</svg>
`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

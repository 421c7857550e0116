/** A desk of alerts on a clock that the test turns, with an outbox that does what the test says. */
import { type Alert, type AlertDesk, createAlertDesk } from "../../src/alerts/alert_desk.ts";
import type { AlertsFile } from "../../src/alerts/alerts_file.ts";
import { targetName } from "../../src/alerts/destinations.ts";
import type { Condition } from "../../src/condition.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { sentences } from "../../src/i18n/mod.ts";
import type { AirRule } from "../../src/mesh/budget.ts";
import type { Outcome } from "../../src/mesh/outgoing.ts";
import { createPeople, type People } from "../../src/mesh/people.ts";
import type { RadioInfo } from "../../src/mesh/session.ts";
import { forgetfulFile } from "../support/context.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const ALICE = 0xa11ce001;
export const BOB = 0xb0b00002;

const RADIO: RadioInfo = {
  nodeNum: 0x16fad3dc,
  firmwareVersion: "2.7.26",
  rebootCount: 0,
  lora: undefined,
  channels: [{ index: 0, name: "LongFast", primary: true }, { index: 2, name: "Club", primary: false, ownKey: true }],
};

/** A file that is kept in memory, as JSON. */
export interface PaperFile extends AlertsFile {
  text: string | undefined;
  writes: number;
}

/** What a test may change while the desk runs. */
export interface DeskScene extends Disposable {
  readonly clock: FakeClock;
  readonly desk: AlertDesk;
  readonly people: People;
  readonly file: PaperFile;
  /** What was handed over, as `channel:2: text`. */
  readonly sent: string[];
  readonly alerts: Alert[];
  linked: boolean;
  radio: RadioInfo | undefined;
  rule: AirRule;
  config: Config;
  /** How the next messages end; `"never"` leaves them under way. */
  outcome: Outcome | Promise<Outcome> | "never" | Error;
  /** Reports a condition whose text is its key and its facts. */
  report(key: string, facts: readonly string[], more?: Partial<Condition>): void;
}

/** What a scene begins with. */
export interface SceneOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: FakeClock;
  readonly file?: PaperFile;
}

export function paperFile(): PaperFile {
  return {
    text: undefined,
    writes: 0,
    read(parse) {
      return Promise.resolve(this.text === undefined ? undefined : parse(JSON.parse(this.text)));
    },
    write(value) {
      this.text = JSON.stringify(value);
      this.writes += 1;
    },
  };
}

export function configOf(env: Readonly<Record<string, string>> = {}): Config {
  const always = { MESHBOT_NODE_HOST: "node.test", HOME: "/home/pi", MESHBOT_ALERTS_TO: "channel:2", MESHBOT_ALERTS_TIMEZONE: "UTC" };
  return loadConfig({ file: null, env: { ...always, ...env }, cwd: "/" }).config;
}

/** A desk with the channel 2 as its destination; the link is up and the air is free. */
export async function createScene({ env, clock = createFakeClock(), file = paperFile() }: SceneOptions = {}): Promise<DeskScene> {
  const people = createPeople({ clock, file: forgetfulFile });
  const sent: string[] = [];
  const alerts: Alert[] = [];
  const scene: Omit<DeskScene, "desk"> = {
    clock,
    people,
    file,
    sent,
    alerts,
    linked: true,
    radio: RADIO,
    rule: "free",
    config: configOf(env),
    outcome: { kind: "relayed" },
    report(key, facts, more = {}) {
      desk.report({ key, facts, text: `${key}: ${facts.join("+") || "over"}`, ...more });
    },
    [Symbol.dispose]: () => desk[Symbol.dispose](),
  };
  const desk = createAlertDesk({
    clock,
    config: () => scene.config,
    radio: () => scene.radio,
    linked: () => scene.linked,
    people,
    budget: { rule: () => ({ rule: scene.rule, utilizationPercent: 5 }) },
    file,
    send(alert) {
      alerts.push(alert);
      sent.push(`${targetName(alert.to)}: ${alert.text}`);
      if (scene.outcome instanceof Error) throw scene.outcome;
      return scene.outcome === "never" ? new Promise(() => {}) : Promise.resolve(scene.outcome);
    },
    say: () => sentences("en"),
  });
  await desk.load();
  return Object.assign(scene, { desk });
}

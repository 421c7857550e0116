/** People who ask the bot all the time: each one again as soon as the last command has come to its end. */
import { delay } from "../../src/clock.ts";
import type { Mesh } from "../../src/simulator/mesh.ts";
import type { Person } from "../../src/simulator/person.ts";
import type { Random } from "../../src/simulator/random.ts";
import type { KillLedger } from "./kill_ledger.ts";

const COMMANDS = ["/ping", "/help", "/nodes", "/my", "/sys", "/status", "/stats", "/top"];
const PAUSE_MS = 500;
// The node may still hold it for the next bot.
const UNHEARD_LIMIT_MS = 20_000;

/** Who asks. */
export interface People {
  /** Those who ask at the very moment of a kill, and only then; gives the id of a command, undefined when nobody is free. */
  askNow(count: number): readonly number[];
  /** An answer to this command went on the air. */
  answered(id: number): void;
  /** The bot is dead: whoever asked in vain asks again. */
  afterKill(): void;
  /** No more questions. */
  stop(): void;
}

/** Who they are. */
export interface PeopleOptions {
  readonly mesh: Mesh;
  readonly random: Random;
  readonly ledger: KillLedger;
  /** Those who ask all the time, and those who ask at a kill. */
  readonly steady: number;
  readonly bursting: number;
}

/** Lets them begin. */
export function startPeople({ mesh, random, ledger, steady, bursting }: PeopleOptions): People {
  const { clock } = mesh;
  const person = (name: string, index: number) => mesh.addPerson({ longName: `${name} ${index}`, shortName: `${name[0]}${index}` });
  const talkers = Array.from({ length: steady }, (_, index) => person("Talker", index));
  const crowd = Array.from({ length: bursting }, (_, index) => person("Crowd", index));
  const waiting = new Map<Person, { readonly id: number; readonly sinceMs: number }>();
  let stopped = false;
  for (const talker of talkers) askSoon(talker);
  return {
    askNow: (count) => crowd.filter((one) => !waiting.has(one)).slice(0, count).map(ask),
    answered(id) {
      for (const [one, open] of waiting) if (open.id === id) free(one);
    },
    afterKill() {
      const nowMs = clock.nowMs();
      for (const [one, { id, sinceMs }] of waiting) {
        const { fate } = ledger.judge(id, nowMs);
        if (fate === "unread" || fate === "wrong" || fate === "unheard" && nowMs - sinceMs > UNHEARD_LIMIT_MS) free(one);
      }
    },
    stop: () => void (stopped = true),
  };

  function ask(one: Person): number {
    const text = random.pick(COMMANDS);
    const id = one.sendDirect(text);
    ledger.asked(one.nodeNum, id, text, clock.nowMs());
    waiting.set(one, { id, sinceMs: clock.nowMs() });
    return id;
  }

  function free(one: Person): void {
    waiting.delete(one);
    if (talkers.includes(one)) askSoon(one);
  }

  function askSoon(one: Person): void {
    void delay(clock, random.between(0, PAUSE_MS)).then(() => {
      if (!stopped) ask(one);
    });
  }
}

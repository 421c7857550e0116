/** People who ask the bot: each one again some time after the answer, or when it does not come. */
import { delay } from "../../src/clock.ts";
import type { Mesh } from "../../src/simulator/mesh.ts";
import type { Person } from "../../src/simulator/person.ts";
import type { Random } from "../../src/simulator/random.ts";
import type { Answers } from "./invariants/answers.ts";

// One answer to each of so few is never dropped as one of too many, also after a long outage.
const PEOPLE = 5;
const COMMANDS = ["/ping", "/help", "/nodes", "/my", "/sys", "/status", "/stats", "/top", "/histo", "/about", "/legend", "/packets"];
// Answered on a channel too, by a direct message.
const CHANNEL_COMMAND = "/ping";
const WEATHER = ["/weather", "/rain"];
// Whoever waits for a service that hangs is the last one to be answered.
const WEATHER_PERSON = 0;
const PAUSE_MS = [300, 3000] as const;
const PATIENCE_MS = 20_000;
const CHANNEL_SHARE = 0.15;

/** Who asks. */
export interface Users {
  /** An answer to this command went on the air. */
  answered(id: number): void;
  /** From now on nobody asks a service, which may take its time. */
  noServices(): void;
  /** No more questions. */
  stop(): void;
}

/** Lets them begin. */
export function startUsers({ mesh, random, answers }: { readonly mesh: Mesh; readonly random: Random; readonly answers: Answers }): Users {
  const { clock } = mesh;
  const waiting = new Map<number, () => void>();
  const over = new AbortController();
  let services = true;
  for (let index = 0; index < PEOPLE; index += 1) {
    const person = mesh.addPerson({ longName: `Asker ${index}`, shortName: `A${index}`, hops: index % 3 });
    void live(person, index, random.fork(`asker ${index}`));
  }
  return {
    answered: (id) => waiting.get(id)?.(),
    noServices: () => void (services = false),
    stop: () => over.abort(),
  };

  async function live(person: Person, index: number, own: Random): Promise<void> {
    try {
      for (;;) {
        await delay(clock, own.between(...PAUSE_MS), over.signal);
        const onChannel = own.chance(CHANNEL_SHARE);
        const waitsForService = !onChannel && index === WEATHER_PERSON && services;
        const text = onChannel ? CHANNEL_COMMAND : own.pick(waitsForService ? WEATHER : COMMANDS);
        const id = onChannel ? person.sendChannel(text) : person.sendDirect(text);
        answers.asked({ from: person.nodeNum, id, text, atMs: clock.nowMs(), waitsForService });
        const answered = new Promise<void>((resolve) => waiting.set(id, resolve));
        await Promise.race([answered, delay(clock, PATIENCE_MS, over.signal)]);
        waiting.delete(id);
      }
    } catch {
      // The end of the run.
    }
  }
}

/** Texts of strangers, a line each, through the real router to every command; one with a ! is an admin's, one that begins with # is heard on a channel. */
import type { CommandContext } from "../../../src/context.ts";
import { createNodeDb } from "../../../src/mesh/node_db.ts";
import type { TextMessage } from "../../../src/mesh/packet.ts";
import { createPeople } from "../../../src/mesh/people.ts";
import { joinParts, splitText, textLengthBytes } from "../../../src/mesh/text.ts";
import { BROADCAST_NUM } from "../../../src/node_id.ts";
import { type RoutedAnswer, Router } from "../../../src/router/router.ts";
import { ServiceError } from "../../../src/errors.ts";
import { HistoryKeeper } from "../../../src/store/history_keeper.ts";
import type { Services } from "../../../src/services/mod.ts";
import { addNode, ASKER_NUM, forgetfulFile, makeContext, makeReception, OWN_PLACE } from "../../../tests/support/context.ts";
import { createFakeClock } from "../../../tests/support/fake_clock.ts";
import { testCommands } from "../../../tests/support/run_command.ts";
import { collectLogErrors } from "../log_errors.ts";
import { mustHold, type Target, textOf } from "../target.ts";

const MAX_LINES = 12;
const MAX_TEXT_BYTES = 233;
const PART_BYTES = 200;

export const router: Target = {
  name: "router",
  shape: "lines",
  words: testCommands().flatMap(({ name, aliases }) => [name, ...aliases ?? []]).map((word) => `/${word} `),
  open() {
    const clock = createFakeClock();
    const log = collectLogErrors();
    const keeper = new HistoryKeeper({ path: undefined, journalPath: undefined, keepDays: 30, maxMb: 16, clock, tell: () => {} });
    const asking = (["en", "fr"] as const).map(createAsking);
    let packetId = 0;
    return {
      async run(input) {
        const lines = textOf(input).split("\n").slice(0, MAX_LINES);
        for (const askAll of asking) await askAll(lines.map((line) => message(cut(line), packetId = packetId % 0xffff_ffff + 1)));
        const [error] = log.take();
        mustHold(error === undefined, `no command fails: ${error}`);
      },
      close() {
        keeper.close();
        log[Symbol.dispose]();
      },
    };

    function createAsking(language: "en" | "fr"): (texts: readonly TextMessage[]) => Promise<void> {
      const nodes = createNodeDb({ clock });
      addNode(nodes, { num: ASKER_NUM, longName: "Alice Martin", shortName: "Alic", place: OWN_PLACE, batteryPercent: 80 });
      addNode(nodes, { num: 0x1234, longName: "\u202eevil\u200b Émile 😀", shortName: "__pr", place: { latitude: 48.9, longitude: 2.4 } });
      addNode(nodes, { num: 0x5678, longName: "constructor", shortName: "1" });
      const context: CommandContext = makeContext({
        clock,
        nodes,
        language,
        traceroute: () => Promise.reject(new ServiceError("slow", "nobody answers")),
        reboot: () => Promise.resolve({ kind: "silent" } as never),
        reload: () => Promise.resolve(["a mistake"]),
        // deno-lint-ignore no-explicit-any -- name and question belong together, which the type of one call cannot say
        history: { ask: (name: any, question: any) => Promise.resolve().then(() => keeper.ask({ name, question }) as any) },
        services: unreachableServices,
      });
      return async (texts) => {
        const idle = Promise.withResolvers<void>();
        let handled = 0;
        const router = new Router({
          clock,
          commands: testCommands(),
          // Who has said /stop or is banned is heard again with the next input.
          context: { ...context, people: createPeople({ clock, file: forgetfulFile }) },
          isAdmin: ({ text }) => text.includes("!"),
          guards: [],
          limit: () => undefined,
          answersIn: (channel) => channel === 0,
          journal: { received: () => "new", ended() {} },
          answer: (answer) => checkAnswer(answer),
          onHandled() {
            handled += 1;
            if (handled === texts.length) idle.resolve();
          },
        });
        for (const text of texts) router.handle(text, new Uint8Array(1));
        await idle.promise;
        await router.stop();
        mustHold(handled === texts.length, "every text is dealt with once");
      };
    }
  },
};

function message(line: string, id: number): TextMessage {
  const reception = makeReception({ id });
  const onChannel = line.startsWith("#");
  const text = onChannel ? line.slice(1) : line;
  return {
    ...reception,
    to: onChannel ? BROADCAST_NUM : reception.to,
    kind: "text",
    text,
    lengthBytes: textLengthBytes(text),
    replyId: 0,
    emoji: false,
  };
}

function checkAnswer({ text }: RoutedAnswer): void {
  mustHold(text.isWellFormed(), "an answer is well-formed");
  mustHold(text.trim() !== "", "an answer says something");
  mustHold(
    !/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(text.replaceAll("\n", "")),
    `an answer has no control characters: ${JSON.stringify(text)}`,
  );
  const parts = splitText(text, { maxBytes: PART_BYTES });
  mustHold(joinParts(parts) === text, "the parts of an answer are the answer");
  mustHold(parts.every((part) => textLengthBytes(part) <= PART_BYTES), "a part fits in a message");
}

/** As much as a packet holds. */
function cut(line: string): string {
  let text = line;
  while (textLengthBytes(text) > MAX_TEXT_BYTES) text = text.slice(0, -1 - (textLengthBytes(text) - MAX_TEXT_BYTES) / 4);
  return text;
}

/** Services that are on, and that nobody reaches: their commands read what they are asked all the same. */
const unreachableServices: Services = {
  weather: unreachable("weather"),
  lightning: unreachable("lightning"),
  vigilance: unreachable("vigilance"),
  esphome: undefined,
};

function unreachable<Kind>(name: string): Kind {
  return new Proxy({ name, health: { state: "idle", goodAtWallMs: undefined } }, {
    get: (known, key) =>
      key in known ? known[key as keyof typeof known] : () => Promise.reject(new ServiceError("unreachable", `${name} is away`)),
  }) as Kind;
}

import assert from "node:assert/strict";
import type { CommandContext } from "../src/context.ts";
import { encodedLengthBytes } from "../src/link/codec.ts";
import { PortNum } from "../src/link/enums.ts";
import { modemOf, onAirBytes, timeOnAirMs } from "../src/mesh/airtime.ts";
import type { Draft, Outcome } from "../src/mesh/outgoing.ts";
import { BROADCAST_NUM } from "../src/node_id.ts";
import type { Command } from "../src/router/command.ts";
import { Random } from "../src/simulator/random.ts";
import { type Bot, startBot } from "./support/bot.ts";
import { measureUtilization } from "./support/busy_channel.ts";
import { commandNamed, testCommands } from "./support/run_command.ts";
import { createSteppedClock, type SteppedClock } from "./support/stepped_clock.ts";

const PEOPLE = 50;
const MINUTES_10_MS = 600_000;
const HOUR_MS = 3_600_000;
const UTILIZATION_PERCENT = 30;
// airtime_percent is 2: so much of an hour.
const BUDGET_MS = 72_000;
const BUDGET_USED_UP = "the bot's air time of this hour is used up";
const TOO_MANY = /^Too many commands/;
const ASKED = ["/ping", "/my", "/help", "/nodes", "/status", "/node Person 7", "/about", "/legend", "/trace", "/nonsense"];

/** What was seen of one packet that the bot wanted to send. */
interface Seen {
  readonly draft: Draft;
  sent: boolean;
  outcome: Outcome | undefined;
}

interface Crowd extends AsyncDisposable {
  readonly bot: Bot;
  readonly clock: SteppedClock;
  readonly context: () => CommandContext;
  /** Every packet that has an end or went out, in the order in which that was seen first. */
  readonly seen: ReadonlyMap<Draft, Seen>;
  /** Milliseconds on the air of every packet that the bot gave the node for others, and when. */
  readonly given: readonly { readonly atMs: number; readonly airMs: number; readonly text: boolean }[];
  /** Packets that were refused for the budget although they would have fitted. */
  readonly refusedInVain: readonly string[];
}

/** A bot on a simulated node that says how busy its channel is; transmissions take `airScale` of their true time. */
async function crowd(airScale: number): Promise<Crowd> {
  const clock = createSteppedClock();
  const seen = new Map<Draft, Seen>();
  const given: { atMs: number; airMs: number; text: boolean }[] = [];
  const refusedInVain: string[] = [];
  let context: CommandContext | undefined;
  const probe: Command = {
    name: "probe",
    usage: "",
    scope: "direct",
    run(seenContext) {
      context = seenContext;
      return undefined;
    },
  };
  function look(draft: Draft): Seen {
    const known = seen.get(draft) ?? { draft, sent: false, outcome: undefined };
    seen.set(draft, known);
    return known;
  }
  function airMs(dataLengthBytes: number, to: number): number {
    const { lora } = probed().radio() ?? assert.fail("no handshake");
    assert.ok(lora);
    return timeOnAirMs(onAirBytes({ dataLengthBytes, pki: to !== BROADCAST_NUM }), modemOf(lora));
  }
  const bot = await startBot({
    node: { clock, airScale, dutyCyclePercent: 100 },
    mesh: { nodes: 30 },
    app: {
      clock: clock.speaking,
      commands: [...testCommands(), probe],
      onSent({ draft }) {
        look(draft).sent = true;
        clock.traffic();
      },
      onEnd({ draft, outcome }) {
        const packet = look(draft);
        assert.equal(packet.outcome, undefined, `${draft.label} ended twice`);
        packet.outcome = outcome;
        if (outcome.kind !== "failed" || outcome.reason !== BUDGET_USED_UP) return;
        const { portnum, payload, wantResponse = false, replyId = 0 } = draft;
        const ms = airMs(encodedLengthBytes("Data", { portnum, payload, wantResponse, replyId }), draft.to);
        const usedMs = usedOf(given, clock.nowMs());
        if (usedMs + ms <= BUDGET_MS) refusedInVain.push(`${draft.label}: ${usedMs} + ${ms} ms`);
      },
    },
  });
  const { node } = bot;
  measureUtilization(node, () => UTILIZATION_PERCENT);
  node.on("fromRadio", clock.traffic);
  node.on("toRadio", ({ message: { payloadVariant } }) => {
    clock.traffic();
    if (payloadVariant.case !== "packet" || payloadVariant.value.to === node.nodeNum) return;
    const { to, payloadVariant: content } = payloadVariant.value;
    assert.ok(content.case === "decoded");
    const text = content.value.portnum === PortNum.TEXT_MESSAGE_APP;
    given.push({ atMs: clock.nowMs(), airMs: airMs(encodedLengthBytes("Data", content.value), to), text });
  });
  const probed = (): CommandContext => context ?? assert.fail("the probe was not run");
  // Until the node knows the time, a text could be one from before.
  while (node.station.timeS() === 0) await clock.run(100);
  await clock.settle(bot.handled(bot.person.sendDirect("/probe")));
  return {
    bot,
    clock,
    seen,
    given,
    refusedInVain,
    context: probed,
    async [Symbol.asyncDispose]() {
      await clock.settle(bot[Symbol.asyncDispose]());
    },
  };
}

function usedOf(given: Crowd["given"], nowMs: number): number {
  return given.filter(({ atMs }) => nowMs - atMs < HOUR_MS).reduce((sum, { airMs }) => sum + airMs, 0);
}

/** 50 people at 0 to 3 hops send 10 commands each, at random in 10 minutes; then time goes on until everything has its end. */
async function flood({ bot, clock, context }: Crowd): Promise<void> {
  const random = new Random(7).fork("questions");
  const people = Array.from(
    { length: PEOPLE },
    (_, index) => bot.mesh.addPerson({ longName: `Person ${index}`, shortName: `P${index}`, hops: index % 4 }),
  );
  for (const [index, person] of people.entries()) {
    // Every other one is impatient and asks everything within a minute; every fifth begins at once.
    const spanMs = index % 2 === 0 ? 60_000 : MINUTES_10_MS;
    const fromMs = index % 5 === 0 ? 0 : random.between(0, MINUTES_10_MS - spanMs);
    for (const text of random.shuffled(ASKED)) clock.after(fromMs + random.between(0, spanMs), () => void person.sendDirect(text));
  }
  await clock.run(MINUTES_10_MS);
  assert.deepEqual(context().budget.rule(), { rule: "short", utilizationPercent: UTILIZATION_PERCENT });
  // Two minutes for the last acknowledgement, one for retransmissions and what waits for the pacer.
  await clock.run(180_000);
}

// At the true time the questions, their acknowledgements and the node's own repetitions overrun its transmitter.
for (const [node, airScale] of [["that keeps up", 0.5], ["whose send queue is full again and again", 1]] as const) {
  Deno.test(`must reach: 50 people ask 10 times each in 10 minutes at 30 % utilisation, over a node ${node}`, async (t) => {
    await using scene = await crowd(airScale);
    await flood(scene);
    const { bot, clock, seen, given, refusedInVain, context } = scene;
    const packets = [...seen.values()];
    const answers = packets.filter(({ draft }) => draft.portnum === PortNum.TEXT_MESSAGE_APP);

    await t.step("rule 12: the bot stays within its budget to the packet", () => {
      const usedMs = usedOf(given, clock.nowMs());
      assert.ok(usedMs <= BUDGET_MS, `${usedMs} ms on the air`);
      assert.equal(context().airtime.usedMsLastHour(), usedMs);
      assert.ok(
        packets.some(({ outcome }) => outcome?.kind === "failed" && outcome.reason === BUDGET_USED_UP),
        "the budget was never tried",
      );
      assert.deepEqual(refusedInVain, []);
    });

    await t.step("rule 12: nobody gets two refusals", () => {
      const refused = answers.filter(({ draft }) => draft.label === "refusal").map(({ draft }) => draft.person);
      assert.ok(refused.length > PEOPLE / 2, `${refused.length} refusals`);
      assert.equal(new Set(refused).size, refused.length);
      const heard = bot.said.filter(({ text }) => TOO_MANY.test(text)).map(({ to }) => to);
      assert.equal(new Set(heard).size, heard.length);
    });

    await t.step("rule 12: every answer has one part, and nothing is said unasked or on a channel", () => {
      assert.equal(new Set(answers.map(({ draft }) => draft.answerId)).size, answers.length);
      // The same text may be heard twice: what the node refused with a full queue it may still repeat by itself later.
      assert.equal(
        new Set(bot.said.map(({ replyId, text }) => `${replyId} ${text}`)).size,
        new Set(bot.said.map(({ replyId }) => replyId)).size,
      );
      assert.ok(bot.said.every(({ to, replyId }) => to !== BROADCAST_NUM && replyId !== 0));
    });

    await t.step("rule 1: every answer that went out was delivered, relayed, or failed with its reason", () => {
      const out = answers.filter(({ sent }) => sent);
      assert.ok(out.length >= 30, `${out.length} answers`);
      for (const { draft, outcome } of out) {
        assert.ok(outcome !== undefined, `${draft.label} has no end`);
        assert.ok(outcome.kind !== "unknown" && outcome.kind !== "expired", `${draft.label}: ${outcome.kind}: ${JSON.stringify(outcome)}`);
        if (outcome.kind === "failed") assert.notEqual(outcome.reason, "");
      }
      // Who was told of as having the answer has heard it.
      const delivered = out.filter(({ outcome }) => outcome?.kind === "delivered").map(({ draft }) => draft.answerId);
      const heard = new Set(bot.said.map(({ replyId }) => replyId));
      assert.ok(delivered.length > 0 && delivered.every((answerId) => heard.has(answerId)));
    });

    await t.step("/status adds up", async () => {
      assert.ok(packets.every(({ outcome }) => outcome !== undefined));
      const { outcomes, queueLength } = context().link();
      assert.equal(queueLength, 0);
      assert.equal(Object.values(outcomes).reduce((sum, count) => sum + count), packets.length);
      const status = await commandNamed(testCommands(), "status").run(context());
      const [, ok, relayed, failed] = /📨 (\d+) ok(?: \([^)]*\))?, (\d+) relayed(?: \([^)]*\))?, (\d+) failed/.exec(String(status)) ?? [];
      assert.equal(Number(ok) + Number(relayed) + Number(failed), packets.length, String(status));
      assert.equal(Number(ok), outcomes.delivered);
    });
  });
}

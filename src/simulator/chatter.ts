/** Conversation on channel 0: the same seed gives the same texts in the same order. */
import type { Timer } from "../clock.ts";
import { PortNum, Priority } from "../link/enums.ts";
import { CHAT_LINES } from "./chat_lines.ts";
import type { Mesh } from "./mesh.ts";
import { freshPacketId, type Random } from "./random.ts";
import type { VirtualNode } from "./virtual_node.ts";

const FIRST_MS = [2000, 4000] as const;
const PAUSE_MS = [5000, 15_000] as const;
const ANSWERS = 0.25;

/** Starts the conversation; returns the function that ends it. `talkers` must not be empty. */
export function startChatter(
  options: { readonly mesh: Mesh; readonly talkers: readonly VirtualNode[]; readonly random: Random },
): () => void {
  const { mesh, talkers, random } = options;
  let lines: string[] = [];
  let lastId = 0;
  let timer: Timer;
  function later([min, max]: readonly [number, number]): void {
    timer = mesh.clock.after(random.between(min, max), () => {
      speak();
      later(PAUSE_MS);
    });
  }
  function speak(): void {
    // Everything has been said before anything is said again.
    if (lines.length === 0) lines = random.shuffled(CHAT_LINES);
    const payload = new TextEncoder().encode(lines.pop());
    const speaker = random.pick(talkers);
    const answers = random.chance(ANSWERS);
    const id = freshPacketId();
    const value = { portnum: PortNum.TEXT_MESSAGE_APP, payload, replyId: answers ? lastId : 0 };
    mesh.send(speaker, { id, priority: Priority.HIGH, payloadVariant: { case: "decoded", value } });
    lastId = id;
  }
  later(FIRST_MS);
  return () => timer.cancel();
}

/** What the thread of the history does with what it is told. */
import { systemClock } from "../clock.ts";
import { describeError } from "../errors.ts";
import { HistoryKeeper } from "./history_keeper.ts";
import type { FromHistory, HistoryAnswer, ToHistory } from "./protocol.ts";

/** How the thread hears and speaks. */
export interface ThreadDoor {
  listen(handle: (message: ToHistory) => void): void;
  tell(message: FromHistory): void;
  close(): void;
}

/** Listens, and serves until it is told to close. */
export function serveHistory(door: ThreadDoor): void {
  let keeper: HistoryKeeper | undefined;

  function answer(id: number, give: () => HistoryAnswer): void {
    try {
      door.tell({ type: "answer", id, value: give() });
    } catch (error) {
      door.tell({ type: "refused", id, reason: describeError(error) });
    }
  }

  function handle(message: ToHistory): void {
    if (message.type === "open") {
      keeper = new HistoryKeeper({ ...message.options, clock: systemClock, tell: (told) => door.tell(told) });
      return;
    }
    const open = keeper;
    if (open === undefined) throw new Error(`Cannot ${message.type}: the history was not opened`);
    switch (message.type) {
      case "batch":
        open.write(message.batch);
        return door.tell({ type: "taken", count: message.count });
      case "ask":
        return answer(message.id, () => open.ask(message.asked));
      case "loadNodes":
        return answer(message.id, () => open.loadNodes());
      case "flush":
        return answer(message.id, () => undefined);
      case "forgetNodes":
        return open.forgetNodes();
      case "syncJournal":
        return open.syncJournal(message.moved);
      case "close":
        open.close();
        door.tell({ type: "closed" });
        return door.close();
    }
  }

  door.listen(handle);
  door.tell({ type: "started" });
}

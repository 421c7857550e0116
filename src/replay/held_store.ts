/** The bot's memory, for whose answers a replay's time waits: its thread works by real time. */
import type { History, Store } from "../store/store.ts";

/** The same store; `hold` is given every promise of it. */
export function heldStore(store: Store, hold: <Result>(promise: Promise<Result>) => Promise<Result>): Store {
  const past = store.history;
  const history: History = {
    packet: (packet, incoming, raw) => past.packet(packet, incoming, raw),
    nodeChanged: (num, soon) => past.nodeChanged(num, soon),
    forgetNodes: () => past.forgetNodes(),
    linkEvent: (kind, detail) => past.linkEvent(kind, detail),
    reading: (kind, value) => past.reading(kind, value),
    flush: () => hold(past.flush()),
    ask: (name, question, signal) => hold(past.ask(name, question, signal)),
  };
  return {
    journal: store.journal,
    history,
    get state() {
      return store.state;
    },
    loadNodes: () => hold(store.loadNodes()),
    async [Symbol.asyncDispose]() {
      await hold(Promise.resolve(store[Symbol.asyncDispose]()));
    },
  };
}

/** The history's thread on paper. */
import type { FromHistory, ToHistory } from "../../src/store/protocol.ts";

/** A thread whose answers the test gives. */
export class PaperWorker {
  readonly said: ToHistory[] = [];
  terminated = false;
  onmessage: ((event: MessageEvent<FromHistory>) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;

  postMessage(message: ToHistory): void {
    this.said.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  says(data: FromHistory): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  dies(): boolean {
    const event = new ErrorEvent("error", { message: "boom", cancelable: true });
    this.onerror?.(event);
    return event.defaultPrevented;
  }
}

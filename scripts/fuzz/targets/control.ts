/** The socket on which other programs of this machine ask the bot: whatever one says, the next is answered. */
import { connect } from "node:net";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import { askStatus } from "../../../src/io/control_client.ts";
import { type ControlServer, parseQuestion, startControlServer } from "../../../src/io/control_server.ts";
import { mustHold, type Target, textOf } from "../target.ts";

export const control: Target = {
  name: "control",
  shape: "json",
  words: ['{"request":"status"}\n', '{"request":"step-aside","seconds":1}\n', '"seconds":', "\n"],
  open() {
    const folder = Deno.makeTempDirSync({ prefix: "meshbot-fuzz-" });
    const path = join(folder, "s");
    let asides = 0;
    const server: ControlServer = startControlServer({
      path,
      clock: systemClock,
      handlers: {
        status: () => ({ up: true }),
        stepAside: () => Promise.resolve(void (asides += 1)),
        comeBack: () => void (asides -= 1),
      },
    });
    return {
      async run(input) {
        const question = parseQuestion(textOf(input));
        mustHold("error" in question || question.request === "status" || question.seconds > 0, "a question is one of two");
        await speak(path, input);
        const status = await askStatus({ path, clock: systemClock });
        mustHold(status.up === true, "the next one is answered");
        mustHold(asides <= 1, "the bot steps aside for one at a time");
      },
      async close() {
        await server[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
};

/** Says it, reads what comes until the server has nothing more to say, and goes. */
async function speak(path: string, input: Uint8Array): Promise<void> {
  const socket = connect(path);
  let said = "";
  const ended = new Promise<void>((resolve) => {
    socket.on("data", (bytes: Uint8Array) => {
      said += new TextDecoder().decode(bytes);
      if (said.includes("\n")) socket.destroy();
    });
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
  });
  socket.write(input);
  socket.end("\n");
  await ended;
  const [line] = said.split("\n");
  if (line !== undefined && line !== "") JSON.parse(line);
}

/** The whole bot against a simulated node with people around it, for tests from end to end. */
import { type App, type AppOptions, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { formatNodeId } from "../../src/node_id.ts";
import { type Mesh, type MeshOptions, startMesh } from "../../src/simulator/mesh.ts";
import type { AirText } from "../../src/simulator/mesh_events.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import type { Person } from "../../src/simulator/person.ts";

/** What a test wants to be different. */
export interface BotOptions {
  /** As environment variables, e.g. `MESHBOT_ECHO_CHANNEL`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: SimulatedNodeOptions;
  readonly mesh?: Omit<MeshOptions, "node">;
  readonly app?: Partial<AppOptions>;
  /** The person is an admin. */
  readonly admin?: boolean;
}

/** A running bot with its node, its mesh and one person in reach. */
export interface Bot extends AsyncDisposable {
  readonly app: App;
  readonly node: SimulatedNode;
  readonly mesh: Mesh;
  readonly person: Person;
  /** Sends a direct message and waits for the first text that answers it. */
  ask(text: string, person?: Person): Promise<AirText>;
  /** Resolves when the bot has dealt with the message of this id, whatever it did. */
  handled(id: number): Promise<void>;
  /** Every text that the bot has put on the air so far. */
  readonly said: AirText[];
}

/** Starts all of it; resolves when the bot is ready. */
export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const node = await startSimulatedNode({ acceptPollMs: 0, airScale: 0.02, ...options.node });
  const mesh = startMesh({ node, nodes: 0, chat: false, beacons: false, ...options.mesh });
  const person = mesh.addPerson({ longName: "Alice Martin", shortName: "Alic" });
  const said: AirText[] = [];
  mesh.on("text", (text) => void (text.from === node.nodeNum && said.push(text)));
  const dealtWith = new Set<number>();
  const waiting = new Map<number, () => void>();
  const admins = options.admin === true ? { MESHBOT_MESH_ADMINS: formatNodeId(person.nodeNum) } : {};
  const folder = await Deno.makeTempDir({ prefix: "meshbot-test-" });
  const env = {
    ...admins,
    MESHBOT_NODE_HOST: "127.0.0.1",
    MESHBOT_NODE_PORT: String(node.port),
    MESHBOT_DATA_DIR: folder,
    // The load of the machine that runs the tests is no concern of theirs.
    MESHBOT_MONITOR_ENABLED: "false",
    ...options.env,
  };
  // Until the node knows the time, a text could be one from before the bot came, and would not be answered.
  const timeKnown = node.waitFor(
    "toRadio",
    ({ message: { payloadVariant } }) => payloadVariant.case === "packet" && payloadVariant.value.to === node.nodeNum,
  );
  const { config } = loadConfig({ file: null, env, cwd: "/" });
  const app = await startApp({
    config,
    version: "0.0.0",
    ...options.app,
    onHandled({ id }) {
      dealtWith.add(id);
      waiting.get(id)?.();
    },
  });
  await readyState(app);
  if (config.node.set_clock && options.app?.clock === undefined) await timeKnown;
  return {
    app,
    node,
    mesh,
    person,
    said,
    async ask(text, asker = person) {
      let id = 0;
      const answer = asker.waitFor("text", (heard) => heard.replyId === id);
      id = asker.sendDirect(text);
      return await answer;
    },
    handled(id) {
      if (dealtWith.has(id)) return Promise.resolve();
      return new Promise((resolve) => void waiting.set(id, resolve));
    },
    async [Symbol.asyncDispose]() {
      await app.stop();
      mesh.stop();
      await node.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Resolves when the link is ready. */
export function readyState(app: App): Promise<void> {
  if (app.link.state.kind === "ready") return Promise.resolve();
  return new Promise((resolve) => {
    const unlisten = app.link.listen((event) => {
      if (event.type !== "state" || event.state.kind !== "ready") return;
      unlisten();
      resolve();
    });
  });
}

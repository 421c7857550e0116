/** How other programs on this machine find the running bot, ask it, and borrow its node. */
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { describeError, UsageError } from "../errors.ts";
import { type ControlHandlers, type ControlServer, startControlServer } from "../io/control_server.ts";
import { SOCKET_NAME } from "../io/control_socket.ts";
import { acquireInstanceLock, currentUser, type InstanceLock, runtimeFolder } from "../io/instance_lock.ts";
import { logger } from "../log.ts";

const log = logger("app");

/** What the bot's presence needs. */
export interface PresenceOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly clock: Clock;
}

/** The lock that is held and the socket that answers. */
export interface Presence extends AsyncDisposable {
  /** The handshake told who the node is, and where it was reached. */
  nodeKnown(nodeNum: number, address: string): void;
  /** From now on others can ask. */
  serve(handlers: ControlHandlers): void;
}

/** Takes the lock; throws UsageError when another bot holds it. What else goes wrong costs the lock or the socket, and is logged. */
export async function takePresence({ env, config, clock }: PresenceOptions): Promise<Presence> {
  const folder = runtimeFolder(env, config.data_dir);
  const lock = await lockIn(folder, { env, config, clock });
  let server: ControlServer | undefined;
  return {
    nodeKnown(nodeNum, address) {
      try {
        lock?.update({ nodeNum, addresses: [address] });
      } catch (error) {
        // A full disk. The lock itself holds; what stands in it is written again with the next handshake.
        log.warn`cannot note in ${folder} which node this is (${describeError(error)})`;
      }
    },
    serve(handlers) {
      try {
        server = startControlServer({ path: join(folder, SOCKET_NAME), clock, handlers });
      } catch (error) {
        log.warn`no control socket in ${folder} (${describeError(error)}): meshbot status and diag --take-over cannot reach this bot`;
      }
    },
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
      lock?.[Symbol.dispose]();
    },
  };
}

async function lockIn(folder: string, { env, config, clock }: PresenceOptions): Promise<InstanceLock | undefined> {
  const { host, port } = config.node;
  const holder = { pid: Deno.pid, user: currentUser(env), host, port, addresses: [], startedAtWallMs: clock.wallMs() };
  try {
    await Deno.mkdir(folder, { recursive: true });
    return await acquireInstanceLock(folder, holder, { clock });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    log.warn`no lock in ${folder} (${describeError(error)}): a second bot, or meshbot diag, would not see this one`;
    return undefined;
  }
}

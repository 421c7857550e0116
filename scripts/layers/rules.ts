/** The rooms of the program, who may import whom, and the few things that only one room may do. */
import type { Fact } from "./facts_plugin.ts";

/** Importable by every room; of the others they import types alone. */
const SHARED = new Set([
  "context",
  "config",
  "errors",
  "log",
  "i18n",
  "clock",
  "node_id",
  "nearest",
  "version",
  "condition",
  "geo",
  "program_path",
  "unless_aborted",
]);

const MESH_AND_BELOW = ["mesh", "link"];
const BOT_PARTS = ["router", "commands", "services", "alerts", "health", "store", "diag", "share", ...MESH_AND_BELOW];

/** What each room may import besides itself and the shared ones. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "store"],
  cli: ["demo", "app", "simulator", "install", "io", "record", "replay", ...BOT_PARTS],
  demo: ["app", "simulator", ...BOT_PARTS],
  replay: ["app", "record", "store", ...MESH_AND_BELOW],
  app: ["io", ...BOT_PARTS],
  commands: ["router", "services", "alerts", "health", "store", ...MESH_AND_BELOW],
  diag: ["services", "health", "io", ...MESH_AND_BELOW],
  share: ["io", ...MESH_AND_BELOW],
  alerts: MESH_AND_BELOW,
  store: MESH_AND_BELOW,
  install: ["diag", "io"],
  record: ["io", "link"],
  router: MESH_AND_BELOW,
  health: MESH_AND_BELOW,
  services: ["io"],
  io: [],
  mesh: ["link"],
  link: [],
  simulator: [],
};

// The simulator shares the wire format with the link, and nothing that dials or decides.
const SIMULATOR_MAY_IMPORT = new Set(["frame", "codec", "messages", "enums", "fields", "random_id"].map((name) => `src/link/${name}.ts`));
const SIMULATOR_SHARED = new Set(["clock", "errors", "log", "node_id"]);

const PROTOBUF = /^(npm:\/?)?@(meshtastic\/protobufs|bufbuild\/protobuf)(?![\w-])/;
const CODEC = "src/link/codec.ts";
const CLOCK = "src/clock.ts";
// It connects to a path of this machine, where no node can be.
const CONTROL_SOCKET = "src/io/control_socket.ts";
// The thread's own file: there `self` is its only way to speak.
const THREAD = "src/store/worker_main.ts";
const TIME = new Set([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "Date.now",
  "Date()",
  "new Date()",
  "performance.now",
  "AbortSignal.timeout",
]);
const TIME_MODULES = new Set(["timers", "timers/promises", "perf_hooks"]);
const SOCKET_DIALS = new Set(["Deno.connect", "Deno.connectTls", "Deno.connectQuic"]);
const WEB_DIALS = new Set(["fetch", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "XMLHttpRequest"]);
const WEB_MODULES = new Set(["http", "https", "http2"]);
const HARMLESS_NET_NAMES = new Set(["isIP", "isIPv4", "isIPv6"]);
const LISTENING_NET_NAMES = new Set([...HARMLESS_NET_NAMES, "createServer", "Server"]);

/** The room of a file, by its path from the root; undefined when no room is known there. */
export function roomOf(path: string): string | undefined {
  if (path === "main.ts") return "main";
  const room = /^src\/([^/]+?)(?:\.ts|\/.*)$/.exec(path)?.[1];
  return room !== undefined && (room in MAY_IMPORT || SHARED.has(room)) ? room : undefined;
}

/** What is wrong with a fact about `path`; undefined when nothing is. `resolve` gives the path of a relative import. */
export function judge(path: string, fact: Fact, resolve: (specifier: string) => string): string | undefined {
  switch (fact.kind) {
    case "importExpression":
      return "imports what is known at run time only, so that nobody can check it; write the path as a literal";
    case "use":
      return judgeUse(path, fact.path);
    case "import":
      return /^\.{0,2}\//.test(fact.from) || fact.from.startsWith("file:")
        ? judgeFile(path, resolve(fact.from), fact.typeOnly)
        : judgePackage(path, fact.from, fact.typeOnly ? [] : fact.names, fact.typeOnly);
  }
}

function judgeFile(path: string, target: string, typeOnly: boolean): string | undefined {
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === undefined) return undefined;
  if (to === undefined) return `imports ${target}, which is in no room; scripts/layers/rules.ts has the table`;
  if (from === to) return undefined;
  if (from === "simulator") {
    if (SIMULATOR_MAY_IMPORT.has(target) || SIMULATOR_SHARED.has(to)) return undefined;
    return `imports ${target}; of the link the simulator may import ${names(SIMULATOR_MAY_IMPORT)} alone, and of the rest ${
      names(SIMULATOR_SHARED)
    }`;
  }
  if (SHARED.has(to)) return undefined;
  if (SHARED.has(from)) return typeOnly ? undefined : `imports ${target}; what all may import itself imports only types of the rest`;
  if (MAY_IMPORT[from]?.includes(to)) return undefined;
  const below = MAY_IMPORT[from] ?? [];
  return `imports ${target}, which is not below it; ${from} may import ${below.length === 0 ? "shared files only" : below.join(", ")}`;
}

function judgePackage(path: string, specifier: string, valueNames: readonly string[], typeOnly: boolean): string | undefined {
  if (PROTOBUF.test(specifier)) return path === CODEC ? undefined : `imports ${specifier}; only ${CODEC} may`;
  if (typeOnly) return undefined;
  const name = specifier.replace(/^node:/, "");
  const room = roomOf(path);
  if (TIME_MODULES.has(name)) return path === CLOCK ? undefined : `imports ${specifier}; time comes from ${CLOCK}`;
  if (name === "module") return `imports ${specifier}, which can load any module past this check`;
  if (name === "tls" || WEB_MODULES.has(name)) {
    if (room === "io" || room === "link" && name === "tls") return undefined;
    return `imports ${specifier}, which can dial; only src/link dials a node and only src/io the Internet`;
  }
  if (name !== "net" || room === "link") return undefined;
  const allowed = room === "simulator" ? LISTENING_NET_NAMES : HARMLESS_NET_NAMES;
  const others = valueNames.filter((valueName) => !allowed.has(valueName));
  if (others.length === 0) return undefined;
  return `imports ${others.join(", ")} of ${specifier}, which can dial; only src/link dials (here ${names(allowed)} would do)`;
}

function judgeUse(path: string, use: string): string | undefined {
  const room = roomOf(path);
  if (use === "console" || use.startsWith("console.")) {
    return path === "src/log.ts" || room === "cli" ? undefined : `uses ${use}; the log is in src/log.ts`;
  }
  if (TIME.has(use) || use === "Date" || use === "performance") {
    // main.ts has no clock: it hands the command line over to whoever makes one.
    return path === CLOCK || room === "main" ? undefined : `uses ${use}; time comes from ${CLOCK}`;
  }
  if (SOCKET_DIALS.has(use) && path === CONTROL_SOCKET) return undefined;
  if (SOCKET_DIALS.has(use)) return room === "link" ? undefined : `uses ${use}; only src/link dials`;
  if (WEB_DIALS.has(use)) return room === "io" ? undefined : `uses ${use}; only src/io dials the Internet, and only src/link a node`;
  if (use === "self" && path === THREAD) return undefined;
  if (use === "Deno" || use === "globalThis" || use === "window" || use === "self" || /^(Deno|console|performance)\.\[…\]/.test(use)) {
    return `uses ${use} in a way that hides which part of it; name the part, as in Deno.open`;
  }
  return undefined;
}

function names(set: ReadonlySet<string>): string {
  return [...set].join(", ");
}

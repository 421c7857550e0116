/** The list of commands. */
import { createSystemReader, type SystemReader } from "../health/system.ts";
import type { Command } from "../router/command.ts";
import { about } from "./about.ts";
import { alerts } from "./alerts.ts";
import { ban } from "./ban.ts";
import { blitz } from "./blitz.ts";
import { createEcho } from "./echo.ts";
import { graphs } from "./graphs.ts";
import { histo } from "./histo.ts";
import { hop } from "./hop.ts";
import { createHelp } from "./help.ts";
import { keys } from "./keys.ts";
import { legend } from "./legend.ts";
import { more } from "./more.ts";
import { mute } from "./mute.ts";
import { my } from "./my.ts";
import { neighbors } from "./neighbors.ts";
import { node } from "./node.ts";
import { nodes } from "./nodes.ts";
import { propag } from "./propag.ts";
import { power } from "./power.ts";
import { packets } from "./packets.ts";
import { ping } from "./ping.ts";
import { rain } from "./rain.ts";
import { reboot } from "./reboot.ts";
import { reload } from "./reload.ts";
import { remote } from "./remote.ts";
import { start } from "./start.ts";
import { stats } from "./stats.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import type { NamedCommand } from "./support/named.ts";
import { createSys } from "./sys.ts";
import { top } from "./top.ts";
import { createTrace } from "./trace.ts";
import { traffic } from "./traffic.ts";
import { unban } from "./unban.ts";
import { unmute } from "./unmute.ts";
import { vigi } from "./vigi.ts";
import { weather } from "./weather.ts";

/** What the commands need beyond their context. */
interface CommandsOptions {
  /** How /sys reads the machine; by default this one. */
  readonly readSystem?: SystemReader;
}

/** A fresh list: the limits of /echo and /trace live in it, once for each running bot. */
export function createCommands({ readSystem = createSystemReader() }: CommandsOptions = {}): Command[] {
  const commands: NamedCommand[] = [
    createHelp(() => commands),
    ping,
    createEcho(),
    nodes,
    node,
    my,
    createTrace(),
    legend,
    weather,
    rain,
    vigi,
    blitz,
    power,
    graphs,
    remote,
    stats,
    top,
    histo,
    packets,
    traffic,
    hop,
    neighbors,
    propag,
    keys,
    alerts,
    createSys(readSystem),
    status,
    about,
    more,
    stop,
    start,
    mute,
    unmute,
    ban,
    unban,
    reload,
    reboot,
  ];
  return commands;
}

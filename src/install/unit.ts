/** The systemd unit (systemd.service(5), systemd.exec(5), systemd.resource-control(5)). */
import { PATHS, SERVICE } from "./paths.ts";

/** What differs between machines. */
export interface UnitOptions {
  /** The user to run as; without one systemd makes one up for as long as the bot runs. */
  readonly user?: string;
  /** This is a Raspberry Pi: the bot asks the firmware for the temperature, through a device of the group video. */
  readonly hasVcgencmd: boolean;
  readonly binary?: string;
}

/** The text of the unit. */
export function unitText({ user, hasVcgencmd, binary = PATHS.binary }: UnitOptions): string {
  return `# Written by "meshbot install"; the next one writes it anew. Changes of your own belong in "systemctl edit ${SERVICE}".
[Unit]
Description=MeshBot, a bot for a Meshtastic mesh
Wants=network-online.target
After=network-online.target time-sync.target
# It never gives up on a node that is away, and systemd not on the bot.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${binary} run --config ${PATHS.config}
ExecReload=/bin/kill -HUP $MAINPID
# Keys and passwords as variables (MESHBOT_VIGILANCE_API_KEY=...): only root can read that file, so ${PATHS.config} may be readable by all.
EnvironmentFile=-${PATHS.secrets}
# Which start of the machine this is: with it the age of an open answer is known after a restart, whatever the clock was set to meanwhile.
Environment=BOOT_ID=%b
Restart=always
RestartSec=5
# A wrong configuration or command line does not get better by itself.
RestartPreventExitStatus=2
WatchdogSec=60
TimeoutStopSec=10
MemoryMax=300M

${user === undefined ? "DynamicUser=yes" : `User=${user}`}
StateDirectory=${SERVICE}
StateDirectoryMode=0700
# Everybody may see whether and where a bot runs; who may ask it to step aside is decided by the mode of its socket there.
RuntimeDirectory=${SERVICE}
RuntimeDirectoryMode=0755
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
${hasVcgencmd ? PI_DEVICES : "PrivateDevices=yes\nDevicePolicy=closed"}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# Not ProcSubset=pid: /sys tells the load and the memory, which are in /proc.
ProtectProc=invisible
# AF_NETLINK: the list of the machine's own addresses comes that way.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
KeyringMode=private
LockPersonality=yes
SystemCallArchitectures=native
# @pkey: the JavaScript engine guards its own code with it.
SystemCallFilter=@system-service @pkey
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# Not MemoryDenyWriteExecute=yes: the JavaScript engine (V8) compiles while the program runs, and would not start.

[Install]
WantedBy=multi-user.target
`;
}

const PI_DEVICES = `# Not PrivateDevices=yes: vcgencmd, which knows the temperature, asks through these two. All other devices stay closed.
DevicePolicy=closed
DeviceAllow=/dev/vcio rw
DeviceAllow=/dev/vchiq rw
SupplementaryGroups=video`;

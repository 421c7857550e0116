#!/bin/bash
# Runs in the machine that prove_machine.sh starts, as root, under its systemd: installs the program that lies beside this
# file, and tries what only a real systemd can show. Prints "ok …" or "FAILED …" for each check.
set -u
cd "$(dirname "$0")"
service=meshbot.service

check() { # what, command…
  local what=$1 said
  shift
  if said=$("$@" 2>&1); then echo "ok $what"; else
    echo "FAILED $what"
    echo "$said" | tail -n 15
  fi
}
shown() { systemctl show "$service" -p "$1" --value; }
# An emulated machine is slow: what is waited for may take this long.
until_true() { # command…
  for _ in $(seq 1 600); do
    "$@" && return 0
    sleep 0.5
  done
  return 1
}
linked() { [[ "$(shown StatusText)" == *"is ready"* && "$(shown ActiveState)" == active ]]; }
restarted_since() { [[ "$(shown NRestarts)" -gt "$1" ]] && linked; }
journal_has() { journalctl -u "$service" --no-pager -o cat | grep -q "$1"; }

ip link set lo up
systemd-run -q --unit=node "$PWD/meshbot" simulate --port 4403
node_listens() { : </dev/tcp/127.0.0.1/4403; }
until_true node_listens 2>/dev/null

check "install" ./meshbot install --yes --host 127.0.0.1 --listen-only-hours 0
check "the unit starts, and its status text tells the link" until_true linked
check "it runs under a user that systemd made up" test "$(shown DynamicUser) $(shown User)" = "yes meshbot"
check "without any capability" grep -q "^CapEff:.*0000000000000000$" "/proc/$(shown MainPID)/status"
check "under the filter of system calls" grep -q "^Seccomp:.*2$" "/proc/$(shown MainPID)/status"
check "it knows which start of the machine this is" grep -qz "^BOOT_ID=$(tr -d - </proc/sys/kernel/random/boot_id)$" "/proc/$(shown MainPID)/environ"
check "meshbot status asks it" meshbot status
check "its files are nobody else's" test "$(stat -c %a /var/lib/private/meshbot)" = 700

check "systemctl reload" systemctl reload "$service"
check "the log says that the configuration was read again" until_true journal_has "configuration was read again\|nothing changed\|read again"
echo 'wrong = 1' >>/etc/meshbot/meshbot.toml
systemctl reload "$service"
check "a mistake is told with its file and line, and the bot goes on" until_true journal_has " /etc/meshbot/meshbot.toml, line [0-9]*, .*wrong"
sed -i '$d' /etc/meshbot/meshbot.toml
check "the link was not touched" linked

refuses() { meshbot diag 127.0.0.1 --duration 5 </dev/null; [[ $? -eq 2 ]]; }
check "diag finds the running bot and refuses" refuses
check "diag --take-over" meshbot diag 127.0.0.1 --duration 6 --take-over </dev/null
check "the bot is back by itself" until_true linked

count=$(shown NRestarts)
kill -9 "$(shown MainPID)"
check "after kill -9 it is started again" until_true restarted_since "$count"
count=$(shown NRestarts)
kill -STOP "$(shown MainPID)"
check "when it hangs the watchdog starts it again" until_true restarted_since "$count"
check "by the watchdog, and for no other reason" journal_has "Watchdog timeout"

systemctl stop "$service"
check "systemctl stop ends it in order" test "$(shown Result)" = success
check "and it has said good-bye to the node" journal_has "the node's connection is free"
check "systemd-analyze verify" systemd-analyze verify "/etc/systemd/system/$service"
systemd-analyze security "$service" --no-pager | tail -n 1
check "it starts again" systemctl start "$service"
check "uninstall" meshbot uninstall
gone() { [[ ! -e /usr/local/bin/meshbot && ! -e "/etc/systemd/system/$service" ]]; }
check "leaves neither the program nor the service" gone
check "and leaves the configuration" test -e /etc/meshbot/meshbot.toml
if grep -q " FAILED" <<<"$(journalctl -b --no-pager -o cat | tail -n 5)"; then journalctl -u "$service" --no-pager | tail -n 50; fi
echo "the machine is done"
sync
systemctl poweroff --force

#!/usr/bin/env bash
# Proves the installed program on a machine of its own: Debian with its systemd, made by debootstrap and run by qemu without
# any help of the processor, so that it works everywhere, in about ten minutes: `deno task prove-machine FILE`, where FILE is
# what `deno task compile` made for x86_64. Needs root, debootstrap and qemu-system-x86; not part of CI, for the time it takes.
# Each check is a line "ok …" or "FAILED …"; exit code 1 when one failed.
set -euo pipefail
program=$(realpath "${1:?which program? deno task prove-machine dist/meshbot-…-x86_64-unknown-linux-gnu}")
here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root="$folder/root"

packages=systemd,systemd-sysv,dbus,iproute2,procps,ca-certificates,curl,linux-image-cloud-amd64
debootstrap --variant=minbase --include="$packages" bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$folder/debootstrap.log" || {
  tail -n 20 "$folder/debootstrap.log"
  exit 1
}
install -D -m 755 "$program" "$root/opt/proof/meshbot"
install -m 755 "$here/prove/machine/in_machine.sh" "$root/opt/proof/in_machine.sh"
echo "/dev/vda / ext4 defaults 0 1" >"$root/etc/fstab"
cat >"$root/etc/systemd/system/proof.service" <<'UNIT'
[Unit]
After=basic.target dbus.service
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/opt/proof/in_machine.sh
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../proof.service "$root/etc/systemd/system/multi-user.target.wants/proof.service"
# The line is the proof's.
ln -s /dev/null "$root/etc/systemd/system/serial-getty@ttyS0.service"
mke2fs -q -t ext4 -d "$root" "$folder/disk.img" 2G

timeout 1500 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 1024 -smp 2 -nographic -no-reboot -nic none \
  -drive "file=$folder/disk.img,if=virtio,format=raw" -kernel "$root"/boot/vmlinuz-* -initrd "$root"/boot/initrd.img-* \
  -append "root=/dev/vda rw console=ttyS0 quiet" </dev/null | tee "$folder/console.log"
grep -q "the machine is done" "$folder/console.log" && ! grep -q "FAILED" "$folder/console.log"

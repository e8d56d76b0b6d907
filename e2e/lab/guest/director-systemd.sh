#!/bin/sh
# Makes systemd PID 1 of a director, after director-init.sh has laid its mounts and its network: Debian's own keepalived.service, the
# agent's unit as it is shipped, journald, the control server, and nothing else of this machine's units.
units=/etc/systemd/system
rm -rf "$units" /etc/rc?.d
mkdir -p "$units/multi-user.target.wants"

# What a target wants stays masked but for the journal: no udev, no time service, no mounts of its own.
for wanted in /lib/systemd/system/*.target.wants/*; do
  case ${wanted##*/} in
  systemd-journald.service | systemd-journald.socket | systemd-journald-dev-log.socket) ;;
  *) ln -sf /dev/null "$units/${wanted##*/}" ;;
  esac
done
for unit in systemd-udevd.service systemd-networkd.service systemd-networkd-wait-online.service; do
  ln -sf /dev/null "$units/$unit"
done
: >/etc/fstab
# Without one this would be a first boot, which enables every unit there is.
tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
printf '[Journal]\nStorage=volatile\n' >/etc/systemd/journald.conf

# Node and the bundle where the unit expects them.
mkdir -p /mnt/over/sbin.upper /mnt/over/sbin.work /mnt/over/opt.upper /mnt/over/opt.work
mount -t overlay overlay \
  -o lowerdir=/usr/local/sbin,upperdir=/mnt/over/sbin.upper,workdir=/mnt/over/sbin.work /usr/local/sbin
mount -t overlay overlay -o lowerdir=/opt,upperdir=/mnt/over/opt.upper,workdir=/mnt/over/opt.work /opt
ln -sf "$LVS_NODE" /usr/local/sbin/node
ln -sfn "$(dirname "$(cat /var/lib/lvs-agent/bundle)")" /opt/lvs-agent
cp "$LVS_LAB/../../apps/agent/lvs-agent.service" "$units/lvs-agent.service"
ln -sf /var/lib/lvs-agent/agent.env /etc/default/lvs-agent

cat >"$units/lab-control.service" <<END
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/usr/bin/nsenter --net=/run/netns/control $LVS_NODE $LVS_LAB/guest/control-server.ts $LVS_CONTROL
Environment=HOME=/root LC_ALL=C
Restart=always
StandardOutput=file:/dev/console
# What it was asked to run ends with the command, not with it.
KillMode=process
END
ln -s "$units/lab-control.service" "$units/multi-user.target.wants/lab-control.service"
ln -sf /lib/systemd/system/keepalived.service "$units/multi-user.target.wants/keepalived.service"
[ -f /var/lib/lvs-agent/agent.env ] && ln -s "$units/lvs-agent.service" "$units/multi-user.target.wants/lvs-agent.service"
ln -sf /lib/systemd/system/multi-user.target "$units/default.target"

# The same two commands as on a director without systemd.
cat >/etc/init.d/keepalived <<'END'
#!/bin/sh
exec systemctl "$1" keepalived
END
cat >/etc/init.d/lvs-agent <<'END'
#!/bin/sh
[ "$1" = status ] || exec systemctl "$1" lvs-agent
systemctl is-active --quiet lvs-agent || exit 3
echo "lvs-agent is running ($(systemctl show --property MainPID --value lvs-agent))"
END
chmod 755 /etc/init.d/keepalived /etc/init.d/lvs-agent

# Its environment is the kernel's command line otherwise.
exec env -i PATH="$PATH" /lib/systemd/systemd --log-target=console --log-level=warning --show-status=no

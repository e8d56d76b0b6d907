#!/bin/sh
# PID 1 of a director. The root is the machine's own file system, read-only; the words LVS_* come from the kernel's
# command line. /etc, /var and /root become private; what a disk would keep lives on the share.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sys /sys
for word in $(cat /proc/cmdline); do
  case $word in LVS_*) export "$word" ;; esac
done

mount -t tmpfs -o size=4m tmpfs /mnt
mkdir -p /mnt/share /mnt/modules/lib/modules /mnt/over
mount -t hostfs -o "$LVS_SHARE" none /mnt/share
ln -s "/usr/lib/uml/modules/$(uname -r)" "/mnt/modules/lib/modules/$(uname -r)"
modprobe -d /mnt/modules -a overlay af_packet dummy macvlan ipip || echo "MODULES FAILED"
modprobe -d /mnt/modules -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_lblc ip_vs_lblcr ip_vs_dh ip_vs_sh \
  ip_vs_sed ip_vs_nq ip_vs_fo ip_vs_ovf ip_vs_mh ip_vs_pe_sip || echo "IPVS MODULES FAILED"

mount -t tmpfs -o size=96m tmpfs /mnt/over
for folder in etc var root; do
  mkdir "/mnt/over/$folder.upper" "/mnt/over/$folder.work"
  mount -t overlay overlay \
    -o "lowerdir=/$folder,upperdir=/mnt/over/$folder.upper,workdir=/mnt/over/$folder.work" "/$folder" ||
    echo "OVERLAY /$folder FAILED"
done
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm /dev/pts /run/lock /run/keepalived
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts

# A folder that one of the mounts above hides (a checkout below /tmp) comes back at its own path.
for folder in $(echo "$LVS_VISIBLE" | tr : ' '); do
  [ -d "$folder" ] || { mkdir -p "$folder" && mount -r -t hostfs -o "$folder" none "$folder"; }
done

hostname "$LVS_NAME"
echo "$LVS_NAME" >/etc/hostname
printf '127.0.0.1 localhost %s\n' "$LVS_NAME" >/etc/hosts
: >/etc/resolv.conf
: >/root/.bashrc
: >/root/.profile
mkdir -p /etc/keepalived /var/lib/lvs-agent
mount --bind /mnt/share/etc-keepalived /etc/keepalived
mount --bind /mnt/share/var-log /var/log
mount --bind /mnt/share/agent /var/lib/lvs-agent
cp "$LVS_LAB/guest/keepalived-service.sh" /etc/init.d/keepalived
cp "$LVS_LAB/guest/agent-service.sh" /etc/init.d/lvs-agent
chmod 755 /etc/init.d/keepalived /etc/init.d/lvs-agent

# vec0 is the wire; vec1 is the control link, in a namespace of its own so that no one inside takes it for a network.
ip link set lo up
ip link set vec0 name eth0
ip addr add "$LVS_ADDRESS/24" dev eth0
ip -6 addr add "$LVS_ADDRESS6/64" dev eth0 nodad
ip link set eth0 up
ip netns add control
ip link set vec1 netns control
ip -n control link set lo up
ip -n control addr add "$LVS_CONTROL/30" dev vec1
ip -n control link set vec1 up
echo 1 >/proc/sys/net/ipv4/ip_forward
# A connection whose real server is gone ends at once, so that the client's next SYN is scheduled anew. With 0, the kernel's
# default, packets that meet such an entry (also one left from before keepalived was started again) are dropped in silence.
echo 1 >/proc/sys/net/ipv4/vs/expire_nodest_conn

mkfifo -m 600 /run/keepalived/notify.fifo /run/keepalived/vrrp.fifo /run/keepalived/lvs.fifo
echo "DIRECTOR-BOOTED $(cut -d' ' -f1 /proc/uptime)"
[ "$LVS_INIT" = systemd ] && exec "$LVS_LAB/guest/director-systemd.sh"
[ -f /etc/keepalived/keepalived.conf ] && /etc/init.d/keepalived start
[ -f /var/lib/lvs-agent/agent.env ] && /etc/init.d/lvs-agent start

# The control server runs on the control link; what it is asked to run, it runs in the first namespace.
while :; do
  nsenter --net=/run/netns/control "$LVS_NODE" "$LVS_LAB/guest/control-server.ts" "$LVS_CONTROL"
  echo "CONTROL-ENDED $?"
  sleep 1
done

#!/bin/bash
# PID 1 of a bare kernel: IPVS, loopback, and the folder LVS_SHARE (from the kernel's command line) at /mnt/share, no more.
# Runs run.sh of that folder, its words into run.log, and switches off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sys /sys
for word in $(cat /proc/cmdline); do
  case $word in LVS_*) export "${word?}" ;; esac
done
mount -t tmpfs -o size=2m tmpfs /mnt
mkdir -p /mnt/share /mnt/modules/lib/modules
mount -t hostfs -o "$LVS_SHARE" none /mnt/share
mount -t tmpfs tmpfs /run
export TMPDIR=/run
ln -s "/usr/lib/uml/modules/$(uname -r)" "/mnt/modules/lib/modules/$(uname -r)"
modprobe -d /mnt/modules -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_lblc ip_vs_lblcr ip_vs_dh ip_vs_sh \
  ip_vs_sed ip_vs_nq ip_vs_fo ip_vs_ovf ip_vs_mh ip_vs_pe_sip dummy xt_mark || echo "MODULES FAILED"
ip link set lo up
# Names come from the folder's hosts file alone, so that both sides of a comparison know the same ones.
mount --bind /mnt/share/hosts /etc/hosts
mount --bind /mnt/share/nsswitch.conf /etc/nsswitch.conf
cd /mnt/share || exit 1
bash run.sh >run.log 2>&1
echo "RUN-ENDED $?"
sync
poweroff -f

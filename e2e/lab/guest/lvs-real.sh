#!/bin/sh
# /etc/init.d/lvs_real of a real server (LVS-DR on Linux): the VIPs of /etc/default/lvs_real on lo, and no ARP for them.
# start, stop, status; exit 0 done or all VIPs held, 3 not all held (status).
PATH=/usr/sbin:/usr/bin:/sbin:/bin
VIPS=
[ -r /etc/default/lvs_real ] && . /etc/default/lvs_real

arp() {
  for interface in lo all; do
    echo "$1" >"/proc/sys/net/ipv4/conf/$interface/arp_ignore"
    echo "$2" >"/proc/sys/net/ipv4/conf/$interface/arp_announce"
  done
}

held() {
  ip -4 -o addr show dev lo | grep -qF " $1/32 "
}

case "$1" in
start)
  # The settings first: an address that is answered for, however briefly, draws the clients here.
  arp 1 2
  for vip in $VIPS; do
    held "$vip" || ip addr add "$vip/32" dev lo || exit 1
  done
  echo "RealServer Start OK"
  ;;
stop)
  for vip in $VIPS; do
    held "$vip" && { ip addr del "$vip/32" dev lo || exit 1; }
  done
  arp 0 0
  echo "RealServer Stopped"
  ;;
status)
  for vip in $VIPS; do
    held "$vip" || { echo "LVS-DR real server stopped ($vip is not on lo)"; exit 3; }
  done
  echo "LVS-DR real server running ($VIPS)"
  ;;
*)
  echo "Usage: $0 {start|stop|status}"
  exit 1
  ;;
esac

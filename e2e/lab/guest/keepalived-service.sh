#!/bin/sh
# /etc/init.d/keepalived of a director: keepalived without a syslog, its dumps on tmpfs, its log in one dated file.
# start, stop, restart, reload, status; exit 0 done or running, 3 not running (status), 1 failed.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
pidfile=/run/keepalived.pid
log=/var/log/keepalived.log

running() {
  [ -r "$pidfile" ] || return 1
  read -r pid <"$pidfile" || return 1
  [ -r "/proc/$pid/comm" ] || return 1
  read -r comm <"/proc/$pid/comm"
  [ "$comm" = keepalived ]
}

# waits up to 10 s: `until_state running` or `until_state stopped`
until_state() {
  left=100
  while [ $left -gt 0 ]; do
    if running; then now=running; else now=stopped; fi
    [ $now = "$1" ] && return 0
    sleep 0.1
    left=$((left - 1))
  done
  return 1
}

start() {
  running && { echo "keepalived is already running ($pid)"; return 0; }
  TMPDIR=/run/keepalived setsid keepalived -n -l -D -G >>"$log" 2>&1 </dev/null &
  until_state running && { echo "keepalived started ($pid)"; return 0; }
  echo "keepalived did not start, see $log"
  tail -n 5 "$log"
  return 1
}

stop() {
  running || { echo "keepalived is not running"; return 0; }
  kill -TERM "$pid"
  until_state stopped && { echo "keepalived stopped"; return 0; }
  echo "keepalived ($pid) did not stop within 10 s"
  return 1
}

case "$1" in
start) start ;;
stop) stop ;;
restart | force-restart) stop && start ;;
reload | force-reload)
  running || { echo "keepalived is not running"; exit 1; }
  kill -HUP "$pid" && echo "keepalived ($pid) told to reload"
  ;;
status)
  running && { echo "keepalived is running ($pid)"; exit 0; }
  echo "keepalived is not running"
  exit 3
  ;;
*)
  echo "Usage: $0 {start|stop|restart|reload|status}"
  exit 2
  ;;
esac

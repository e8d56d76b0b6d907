#!/bin/sh
# /etc/init.d/lvs-agent of a director: runs the agent's bundle with the environment of /var/lib/lvs-agent/agent.env
# and brings it back one second after it ends, whatever ended it. start, stop, restart, status.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
state=/var/lib/lvs-agent
log=/var/log/lvs-agent.log
pidfile=/run/lvs-agent.pid
keeperfile=/run/lvs-agent-keeper.pid
bundle=$(cat "$state/bundle" 2>/dev/null)
node=$(cat "$state/node" 2>/dev/null)

alive() {
  [ -r "$1" ] || return 1
  read -r pid <"$1" || return 1
  [ -d "/proc/$pid" ]
}

keep() {
  cd "$state" || exit 1
  while :; do
    "$node" --max-semi-space-size=4 --env-file="$state/agent.env" "$bundle" >>"$log" 2>&1 </dev/null &
    echo $! >"$pidfile"
    wait $!
    echo "$(date -Is) agent ended with $?, back in 1 s" >>"$log"
    sleep 1
  done
}

case "$1" in
start)
  alive "$keeperfile" && { echo "lvs-agent is already running"; exit 0; }
  for file in "$state/agent.env" "$node" "$bundle"; do
    [ -r "$file" ] || { echo "lvs-agent cannot start: no \"$file\""; exit 1; }
  done
  setsid "$0" keep >/dev/null 2>&1 </dev/null &
  echo $! >"$keeperfile"
  echo "lvs-agent started"
  ;;
keep) keep ;;
stop)
  alive "$keeperfile" && kill -KILL "$pid"
  rm -f "$keeperfile"
  if alive "$pidfile"; then
    kill -TERM "$pid"
    left=50
    while [ $left -gt 0 ] && [ -d "/proc/$pid" ]; do sleep 0.1; left=$((left - 1)); done
    [ -d "/proc/$pid" ] && kill -KILL "$pid"
  fi
  rm -f "$pidfile"
  echo "lvs-agent stopped"
  ;;
restart) "$0" stop && "$0" start ;;
status)
  alive "$keeperfile" && alive "$pidfile" && { echo "lvs-agent is running ($pid)"; exit 0; }
  echo "lvs-agent is not running"
  exit 3
  ;;
*)
  echo "Usage: $0 {start|stop|restart|status}"
  exit 2
  ;;
esac

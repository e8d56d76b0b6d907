# Runs inside a bare kernel with NODE, PROBE, FILL and TURNS set. Every table lies in a network namespace of its own: IPVS keeps one
# table for each, and an emptied one remembers its real servers for two minutes, which makes adding them again slow.
# Lines of the result: "KEY VALUE", times in milliseconds or a probe's JSON.
export NODE PROBE FILL

timed() { # timed KEY COMMAND…: wall-clock milliseconds
  local key=$1 from=$EPOCHREALTIME; shift
  "$@" >/dev/null || echo "failed $key"
  local to=$EPOCHREALTIME
  echo "$key $(((${to/./} - ${from/./}) / 1000))"
}
restore() { ipvsadm -R <table.rules; }
count() { ipvsadm -Sn | wc -l; }
question() { ipvsadm -Lnc | grep -F 10.200.0.7: >question.theirs; }
watched() { for ((n = 0; n < 10; n++)); do ipvsadm -Ln >/dev/null; sleep 1; done; }
peak() { # the largest resident memory of an ipvsadm that lists everything: it waits in the pipe while it is looked at
  mkfifo peak.pipe; ipvsadm -Ln --stats >peak.pipe & local pid=$!
  exec 9<peak.pipe; sleep 1; awk '/VmHWM/{print "theirs-memory-kb", $2}' /proc/$pid/status; kill $pid; exec 9<&-; rm peak.pipe
}
export -f timed restore count question watched peak

turn() {
  ip link set lo up
  timed theirs-write restore
  echo "theirs-count $(count)"
  echo "ours-sweeps $($NODE $PROBE 'measure-sweeps 4')"
  for view in "" "--stats --exact" "--rate --exact" "--thresholds"; do timed "theirs-read" ipvsadm -Ln $view; done
  echo "ours-sweeps $($NODE $PROBE 'measure-sweeps 4')"
  for view in "" "--stats --exact" "--rate --exact" "--thresholds"; do timed "theirs-read" ipvsadm -Ln $view; done
  if [ "$1" = 1 ]; then
    echo "ours-steady $($NODE $PROBE 'measure-steady 10')"
    TIMEFORMAT='theirs-steady %U %S'; { time watched; } 2>&1
    peak
  fi
  ipvsadm -C
}
write() {
  ip link set lo up
  echo "ours-write $($NODE $PROBE "measure-write /mnt/share/table.rules")"
  echo "ours-count $(count)"
  ipvsadm -C
}
connections() {
  ip link set lo up; ip link add dum0 type dummy; ip addr add 198.51.100.9/24 dev dum0; ip link set dum0 up
  ipvsadm -A -u 198.51.100.9:53 -s rr; ipvsadm -a -u 198.51.100.9:53 -r 198.51.100.77:53 -m -w 1
  ipvsadm -a -u 198.51.100.9:53 -r 198.51.100.78:53 -m -w 1
  ipvsadm --set 0 0 3000
  $NODE $FILL 198.51.100.9 53 1000 100
  echo "ours-question $($NODE $PROBE 'measure-question 10.200.0.7')"
  timed theirs-question question
  echo "theirs-matches $(wc -l <question.theirs)"
}
export -f turn write connections
{
  for ((n = 1; n <= TURNS; n++)); do unshare -n bash -c "turn $n"; unshare -n bash -c write; done
  unshare -n bash -c connections
} >results 2>results.err
exit 0

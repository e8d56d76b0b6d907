# Runs inside a bare kernel with NODE, PROBE and FILL set. Every table lies in a network namespace of its own: IPVS keeps one
# table for each, and an emptied one remembers its real servers for two minutes, which makes adding them again slow.
# The probe runs as the agent's unit does, with a young generation of 4 MB.
# Lines of the result: "KEY VALUE", times in milliseconds or a probe's JSON. A part that fails says so and the others go on.
export NODE PROBE FILL STEADY

timed() { # timed KEY COMMAND…: wall-clock milliseconds
  local key=$1 from=$EPOCHREALTIME; shift
  "$@" >/dev/null || echo "failed $key"
  local to=$EPOCHREALTIME
  echo "$key $(((${to/./} - ${from/./}) / 1000))"
}
ours() { # ours KEY COMMAND: a probe's answer
  local key=$1 answer; shift
  answer=$($NODE --max-semi-space-size=4 $PROBE "$*") && echo "$key $answer" || echo "failed $key"
}
restore() { ipvsadm -R <table.rules; }
count() { ipvsadm -Sn | wc -l; }
question() { ipvsadm -Lnc | grep -F 10.200.0.7: >question.theirs; }
first_row() { ipvsadm -Lnc | grep -m1 -F 10.200.0.7:; }
watched() { for ((n = 0; n < STEADY; n++)); do ipvsadm -Ln >/dev/null; sleep 1; done; }
listings() { # the four that show what one reading of ours does
  for view in "" "--stats --exact" "--rate --exact" "--thresholds"; do timed theirs-read ipvsadm -Ln $view; done
}
peak() { # the largest resident memory of an ipvsadm that lists everything: it waits in the pipe while it is looked at
  mkfifo peak.pipe; ipvsadm -Ln --stats >peak.pipe & local pid=$!
  exec 9<peak.pipe; sleep 1; awk '/VmHWM/{print "theirs-memory-kb", $2}' /proc/$pid/status; kill $pid; exec 9<&-; rm peak.pipe
}
export -f timed ours restore count question first_row watched listings peak

write() { # our writer, and reading what it wrote
  ip link set lo up
  ours ours-write measure-write /mnt/share/table.rules
  echo "count $(count)"
  ours ours-sweeps measure-sweeps 4
  listings
}
write_again() {
  ip link set lo up
  ours ours-write measure-write /mnt/share/table.rules
  echo "count $(count)"
}
steady() { # on the table that ipvsadm -R wrote, which takes minutes and is done once
  ip link set lo up
  timed theirs-write restore
  echo "count $(count)"
  ours ours-sweeps measure-sweeps 4
  listings
  ours ours-idle measure-idle 2
  ours ours-watch measure-watch 5
  ours ours-steady measure-steady $STEADY
  TIMEFORMAT='theirs-steady %U %S'; { time watched; } 2>&1
  peak
}
connections() {
  ip link set lo up; ip link add dum0 type dummy; ip addr add 198.51.100.9/24 dev dum0; ip link set dum0 up
  ipvsadm -A -u 198.51.100.9:53 -s rr; ipvsadm -a -u 198.51.100.9:53 -r 198.51.100.77:53 -m -w 1
  ipvsadm -a -u 198.51.100.9:53 -r 198.51.100.78:53 -m -w 1
  ipvsadm --set 0 0 3000
  $NODE $FILL 198.51.100.9 53 1000 100
  ours ours-question measure-question 10.200.0.7
  timed theirs-question question
  timed theirs-first-row first_row
  echo "theirs-matches $(wc -l <question.theirs)"
}
export -f write write_again steady connections
# The long part last: whoever ends the run early has the others.
for part in connections write write_again steady; do unshare -n bash -c $part >>results 2>>results.err; done
exit 0

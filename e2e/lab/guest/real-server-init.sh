#!/bin/bash
# PID 1 of a real server, in mount, host name, pid and network namespaces of its own.
# $1 name, $2 its folder in the lab's state, $3 its VIPs, $4 the ports its service answers on, $5 the lab's folder
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
name=$1 folder=$2 vips=$3 ports=$4 lab=$5
hostname "$name"
mount -t sysfs sys /sys
over=$folder/over
mkdir -p "$over"
mount -t tmpfs -o size=64m tmpfs "$over"
for part in etc var root; do
  mkdir "$over/$part.upper" "$over/$part.work"
  mount -t overlay overlay \
    -o "lowerdir=/$part,upperdir=$over/$part.upper,workdir=$over/$part.work" "/$part" || exit 1
done
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd /run/lock

echo "$name" >/etc/hostname
printf '127.0.0.1 localhost %s\n' "$name" >/etc/hosts
: >/etc/resolv.conf
: >/root/.bashrc
: >/root/.profile
mkdir -p /root/.ssh
chmod 700 /root /root/.ssh
install -m 600 "$folder/authorized_keys" /root/.ssh/authorized_keys
# The console's login: it may look around, and change the service and the VIP, nothing else.
echo "lvs:x:990:990:LVS console:/var/lib/lvs:/bin/sh" >>/etc/passwd
echo "lvs:x:990:" >>/etc/group
echo "lvs:*:19000::::::" >>/etc/shadow
install -d -m 700 -o 990 -g 990 /var/lib/lvs /var/lib/lvs/.ssh
install -m 600 -o 990 -g 990 "$folder/authorized_keys" /var/lib/lvs/.ssh/authorized_keys
cat >/etc/sudoers.d/lvs <<'END'
Defaults:lvs !requiretty, !syslog, !pam_session
lvs ALL=(root) NOPASSWD: /usr/sbin/service nginx start, /usr/sbin/service nginx stop, /usr/sbin/service nginx status, \
  /etc/init.d/lvs_real start, /etc/init.d/lvs_real stop, /etc/init.d/lvs_real status
END
chmod 440 /etc/sudoers.d/lvs

rm -f /etc/ssh/ssh_host_* /etc/ssh/sshd_config.d/*
install -m 600 "$folder/ssh_host_ed25519_key" /etc/ssh/ssh_host_ed25519_key
install -m 644 "$folder/ssh_host_ed25519_key.pub" /etc/ssh/ssh_host_ed25519_key.pub
printf '%s\n' 'UseDNS no' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'UsePAM no' \
  'PermitRootLogin prohibit-password' 'Subsystem sftp internal-sftp' 'HostKey /etc/ssh/ssh_host_ed25519_key' \
  'PidFile /run/sshd.pid' >/etc/ssh/sshd_config

rm -f /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*
{
  echo "server {"
  for port in $ports; do printf '  listen %s;\n  listen [::]:%s;\n' "$port" "$port"; done
  echo "  access_log off;"
  echo "  default_type text/plain;"
  echo "  location = / { return 200 '$name\n'; }"
  echo "  location = /health { return 200 'ok $name\n'; }"
  echo "  location = /slow { alias /var/www/slow; limit_rate 16k; }"
  echo "}"
} >/etc/nginx/conf.d/real-server.conf
sed -i 's/^worker_processes .*/worker_processes 1;/' /etc/nginx/nginx.conf
mkdir -p /var/log/nginx /var/lib/nginx /var/www
yes "$name" | head -n 12288 >/var/www/slow

echo "VIPS=\"$vips\"" >/etc/default/lvs_real
install -m 755 "$lab/guest/lvs-real.sh" /etc/init.d/lvs_real
/etc/init.d/lvs_real start
service ssh start
service nginx start
echo "REAL-SERVER-BOOTED"
while :; do sleep 3600 & wait $!; done

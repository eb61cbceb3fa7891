#!/bin/bash
# Deploys the shop to its machines over ssh, as a user that is root there:
#   deploy.sh HOST1 HOST2 HOST3
# Builds once, copies, starts the databases, then replaces the services machine by machine. A machine that does not get healthy is put back to the release
# before, with those that were done already, and the others are left as they are. Needs the .NET SDK here; the machines need nothing but Debian and ssh.
# BUILT=FOLDER takes what is built already, a folder each service, instead of building.
# Environment: RUNTIME (linux-x64), SSH (ssh -o BatchMode=yes), RELEASE (the time in UTC).
set -euo pipefail

machines=(@MACHINES@)
services=(@SERVICES@)      # NAME:PROJECT
here=$(cd "$(dirname "$0")" && pwd)
source_root=${SOURCE:-$(cd "$here/../.." && pwd)}
runtime=${RUNTIME:-linux-x64}
release=${RELEASE:-$(date -u +%Y%m%dT%H%M%SZ)}
read -r -a ssh <<<"${SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}"
fail() { echo "error: $*" >&2; exit 1; }

[ $# -eq "${#machines[@]}" ] || fail "one host each for ${machines[*]}, in this order"
hosts=("$@")
addresses=()
for host in "${hosts[@]}"; do
  address=$(getent ahostsv4 "${host#*@}" | awk 'NR == 1 {print $1}')
  [ -n "$address" ] || fail "$host has no IPv4 address"
  addresses+=("$address")
done
list=$(IFS=,; echo "${addresses[*]}")
remote() { local host=$1; shift; "${ssh[@]}" "$host" "$@"; }
install_on() { # INDEX PHASE...
  local i=$1 arguments=() phase; shift
  for phase in "$@"; do arguments+=(--phase "$phase"); done
  remote "${hosts[i]}" "/opt/shop/install/install.sh ${machines[i]} --hosts $list --release /opt/shop/install/$release ${arguments[*]}"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$release"
if [ -n "${BUILT:-}" ]; then
  cp -a "$BUILT/." "$work/$release/"
else
  for entry in "${services[@]}"; do
    echo "building ${entry#*:}"
    dotnet publish "$source_root/${entry#*:}" -c Release -r "$runtime" --self-contained -o "$work/$release/${entry%%:*}" --nologo -v quiet
  done
fi

# The services' user reads and runs these; nobody but root changes them.
chmod -R u=rwX,go=rX "$work/$release"
# .NET itself is in each of them, and sent once.
if command -v hardlink >/dev/null; then hardlink -q -t "$work/$release"; fi
tar -C "$work" --owner=0 --group=0 -c "$release" | gzip -1 >"$work/release.tar.gz"
for i in "${!hosts[@]}"; do
  echo "copying to ${hosts[i]}"
  remote "${hosts[i]}" "mkdir -p /opt/shop/install && tar -C /opt/shop/install -xz" <"$work/release.tar.gz"
  tar -C "$here" --owner=0 --group=0 -cz install.sh store.sh nginx.conf "${machines[i]}" |
    remote "${hosts[i]}" "rm -rf /opt/shop/install/${machines[i]} && tar -C /opt/shop/install -xz"
done

# One set of secrets: the first machine makes it, the others take it. It never lies on this one.
install_on 0 prepare
for i in "${!hosts[@]}"; do
  [ "$i" -gt 0 ] || continue
  remote "${hosts[0]}" "cat /etc/shop/secrets.env" |
    remote "${hosts[i]}" "mkdir -p /etc/shop; umask 077; cat >/etc/shop/secrets.env.new; mv /etc/shop/secrets.env.new /etc/shop/secrets.env"
  install_on "$i" prepare
done
for i in "${!hosts[@]}"; do install_on "$i" stores; done

for i in "${!hosts[@]}"; do
  if install_on "$i" services; then continue; fi
  echo "${hosts[i]} did not get healthy; rolling back" >&2
  for ((done = i; done >= 0; done--)); do install_on "$done" rollback || echo "error: ${hosts[done]} could not be put back" >&2; done
  exit 1
done
for i in "${!hosts[@]}"; do remote "${hosts[i]}" "rm -rf /opt/shop/install/$release"; done
echo "release $release runs on ${hosts[*]}: http://${addresses[0]}:8000"

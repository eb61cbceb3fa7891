#!/bin/bash
# Deploys the shop to its machines over ssh, as a user that is root there:
#   deploy.sh HOST1 HOST2 HOST3
# Builds once, copies, starts the databases, then replaces the services machine by machine. If a machine does not become healthy, it and the machines done
# before are rolled back to the previous release, and the others are left unchanged. Needs the .NET SDK here; the machines need only Debian and ssh.
# BUILT=FOLDER uses an existing build, one folder per service, instead of building.
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

[ $# -eq "${#machines[@]}" ] || fail "give one host for each of ${machines[*]}, in this order"
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

# The services' user reads and runs these; only root can change them.
chmod -R u=rwX,go=rX "$work/$release"
# Each service contains .NET; hard links send it only once.
if command -v hardlink >/dev/null; then hardlink -q -t "$work/$release"; fi
tar -C "$work" --owner=0 --group=0 -c "$release" | gzip -1 >"$work/release.tar.gz"
for i in "${!hosts[@]}"; do
  echo "copying to ${hosts[i]}"
  remote "${hosts[i]}" "mkdir -p /opt/shop/install && tar -C /opt/shop/install -xz" <"$work/release.tar.gz"
  tar -C "$here" --owner=0 --group=0 -cz install.sh store.sh nginx.conf "${machines[i]}" |
    remote "${hosts[i]}" "rm -rf /opt/shop/install/${machines[i]} && tar -C /opt/shop/install -xz"
done

# One set of secrets: the first machine creates it, and the others get a copy. It is never stored on this machine.
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
  echo "${hosts[i]} did not become healthy; rolling back" >&2
  for ((done = i; done >= 0; done--)); do install_on "$done" rollback || echo "error: ${hosts[done]} could not be rolled back" >&2; done
  exit 1
done
for i in "${!hosts[@]}"; do remote "${hosts[i]}" "rm -rf /opt/shop/install/$release"; done
echo "release $release is running on ${hosts[*]}: http://${addresses[0]}:8000"

#!/bin/bash
# Deploys the shop to its machines over ssh, as a user that is root there:
#   deploy.sh HOST1 HOST2 HOST3
# Builds once, copies, starts the databases, then replaces the services machine by machine. If anything fails, all machines get their previous release,
# configuration and units back. Needs the .NET SDK here; the machines need only Debian and ssh. Machines talk to each other over the private_address of their
# machine.conf, if it is set. BUILT=FOLDER uses an existing build, one folder per service, instead of building.
#   deploy.sh --rollback RELEASE HOST1 HOST2 HOST3
# Returns to an earlier release that the machines have kept (/opt/shop/releases), with its configuration and units. Can be run again if a machine fails.
# Environment: RUNTIME (linux-x64), SSH (ssh with batch mode; new hosts' keys are accepted, changed ones are not), RELEASE (the time in UTC).
set -euo pipefail

machines=(@MACHINES@)
services=(@SERVICES@)      # NAME:PROJECT
here=$(cd "$(dirname "$0")" && pwd)
source_root=${SOURCE:-$(cd "$here/../.." && pwd)}
runtime=${RUNTIME:-linux-x64}
release=${RELEASE:-$(date -u +%Y%m%dT%H%M%SZ)}
read -r -a ssh <<<"${SSH:-ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10}"
fail() { echo "error: $*" >&2; exit 1; }

[[ $release =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "RELEASE '$release' must consist of letters, digits, dots, hyphens and underscores"
rollback=''
if [ "${1:-}" = --rollback ]; then
  rollback=${2:-}
  [[ $rollback =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "give the name of a release after --rollback"
  shift 2
fi
[ $# -eq "${#machines[@]}" ] || fail "give one host for each of ${machines[*]}, in this order"
hosts=("$@")
addresses=() # among the machines
for i in "${!hosts[@]}"; do
  # shellcheck source=/dev/null
  address=$(. "$here/${machines[i]}/machine.conf" && echo "${private_address:-}")
  [ -n "$address" ] || address=$(getent ahostsv4 "${hosts[i]#*@}" | awk 'NR == 1 {print $1}') || :
  [ -n "$address" ] || fail "${hosts[i]} has no IPv4 address"
  addresses+=("$address")
done
list=$(IFS=,; echo "${addresses[*]}")
remote() { local host=$1; shift; "${ssh[@]}" "$host" "$@"; }
install_on() { # INDEX PHASE [--dry-run]
  remote "${hosts[$1]}" "/opt/shop/install/install.sh ${machines[$1]} --hosts $list $installed --phase ${*:2} $first" </dev/null
}
on_all() { for i in "${!hosts[@]}"; do install_on "$i" "$1"; done; }
set_up_clusters() { # only a primary's machine does it, and a primary can move to one that was asked before
  local names name try missing
  # shellcheck source=/dev/null
  names=$(clusters=() && . "$here/${machines[0]}/machine.conf" && echo "${clusters[*]%%:*}")
  for ((try = 0; try < 3; try++)); do
    on_all clusters | tee "$work/clusters"
    missing=''
    for name in $names; do grep -Eq ": $name is (set up|external|not run here|not installed)$" "$work/clusters" || missing+=" $name"; done
    if [ -z "$missing" ]; then return 0; fi
  done
  fail "not set up:$missing"
}
# The files are back on all machines. As in a deployment: passwords first where they are checked, then stores, then services. If a machine fails, the others
# go on.
apply_files() { # INDEX... of the machines whose services restart
  local phase i failed=0
  installed=''
  for phase in primaries stores; do
    for i in "${!hosts[@]}"; do install_on "$i" "$phase" || { echo "error: phase $phase failed on ${hosts[i]}" >&2; failed=1; }; done
  done
  (set_up_clusters) || failed=1
  for i; do install_on "$i" services || { echo "error: ${hosts[i]} is not healthy" >&2; failed=1; }; done
  return $failed
}
undo() {
  local i whole=1
  for i in "${!hosts[@]}"; do
    install_on "$i" undo || { echo "error: $release could not be taken back on ${hosts[i]}" >&2; whole=''; }
  done
  # A first deployment that no service has used leaves no clusters, so the next one is a first one too. All machines or none: those that keep their members of
  # etcd would not let the others start new ones.
  if [ -n "$first" ] && [ -n "$whole" ]; then
    for i in "${!hosts[@]}"; do install_on "$i" forget || echo "error: ${hosts[i]} keeps data of the failed deployment in /var/lib/shop" >&2; done
  fi
  for i in "${!hosts[@]}"; do
    if remote "${hosts[i]}" "test -L /opt/shop/current" </dev/null; then apply_files ${switched[@]+"${switched[@]}"} || :; break; fi
  done
}
clean_up() {
  for i in "${!hosts[@]}"; do
    remote "${hosts[i]}" "rm -rf /opt/shop/install/$release /opt/shop/install/secrets.env /opt/shop/installing" || echo "error: ${hosts[i]} has old files" >&2
  done
}
finish() {
  local status=$?
  if [ "$status" -ne 0 ] && [ -n "$copied" ]; then
    echo "the deployment failed; taking it back" >&2
    [ "$copied" = partly ] || undo
    clean_up
  fi
  rm -rf "$work"
}

work=$(mktemp -d) copied='' first='' switched=() installed="--release /opt/shop/install/$release"
trap finish EXIT
if [ -n "$rollback" ]; then
  installed="--release $rollback"
  for i in "${!hosts[@]}"; do install_on "$i" rollback --dry-run >/dev/null || fail "${hosts[i]} cannot return to $rollback; nothing was changed"; done
  for i in "${!hosts[@]}"; do install_on "$i" rollback || fail "${hosts[i]} has not returned to $rollback yet; run this again"; done
  apply_files "${!hosts[@]}" || fail "not all machines are healthy with $rollback; run this again"
  echo "release $rollback is running on ${hosts[*]}: http://${hosts[0]#*@}:8000"
  exit
fi
# Before anything is copied: only the scripts of that release, which are still there, can save its data.
for host in "${hosts[@]}"; do
  old=$(remote "$host" "if [ -e /var/lib/shop/postgres/data ] && [ ! -e /var/lib/shop/etcd ]; then echo old; fi" </dev/null)
  [ -z "$old" ] || fail "$host has the data of a release without copies; save it with that release's backup.sh, remove /var/lib/shop on all machines, deploy," \
    "then restore"
done
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
copied=partly
for i in "${!hosts[@]}"; do
  echo "copying to ${hosts[i]}"
  remote "${hosts[i]}" "mkdir -p /opt/shop/install && tar -C /opt/shop/install -xz" <"$work/release.tar.gz"
  tar -C "$here" --owner=0 --group=0 -cz install.sh store.sh gateway.sh nginx.conf "${machines[i]}" |
    remote "${hosts[i]}" "rm -rf /opt/shop/install/${machines[i]} && tar -C /opt/shop/install -xz"
done

# If no machine has data yet, they start a new cluster. A new machine among others joins them.
first=--new
for host in "${hosts[@]}"; do
  # A machine that does not answer is not one without data.
  data=$(remote "$host" "if [ -e /var/lib/shop/etcd/data ]; then echo data; fi" </dev/null)
  [ -z "$data" ] || first=''
done
copied=all

# One set of secrets: the first machine creates it, and the others get a copy; a new first machine gets that of another. It is never stored on this machine.
if ! remote "${hosts[0]}" "test -e /etc/shop/secrets.env" </dev/null; then
  for host in "${hosts[@]:1}"; do
    if remote "$host" "test -e /etc/shop/secrets.env" </dev/null; then
      remote "$host" "cat /etc/shop/secrets.env" </dev/null | remote "${hosts[0]}" "umask 077; cat >/opt/shop/install/secrets.env"
      break
    fi
  done
fi
install_on 0 prepare
for i in "${!hosts[@]}"; do
  [ "$i" -gt 0 ] || continue
  remote "${hosts[0]}" "cat /etc/shop/secrets.env" |
    remote "${hosts[i]}" "umask 077; cat >/opt/shop/install/secrets.env"
  install_on "$i" prepare
done
# New passwords and addresses first where they are checked: copies that are connected stay so. There is no primary if an earlier deployment has failed.
if [ -z "$first" ]; then on_all primaries; fi
on_all stores
set_up_clusters
first='' # from here on the data is used, and stays

for i in "${!hosts[@]}"; do
  switched+=("$i")
  install_on "$i" services || fail "${hosts[i]} did not become healthy"
done
copied=''
clean_up
echo "release $release is running on ${hosts[*]}: http://${hosts[0]#*@}:8000"

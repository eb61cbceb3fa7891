#!/bin/bash
# Installs this machine's part of the shop. Can be run again: unchanged files stay, and changed files are replaced.
#   install.sh MACHINE --hosts ADDRESS1,ADDRESS2,ADDRESS3 [--release FOLDER] [--phase PHASE]... [--root FOLDER] [--dry-run]
# PHASE: prepare (users, engines, secrets, files), stores (starts the databases, and restarts those whose files have changed), services (switches to the
#        release, waits until all services are healthy), rollback (back to the previous release), engines (rebuilds the engines from Debian's newest packages,
#        and restarts the programs that run from them). The default is the first three, in this order.
# --root installs below a folder, without users, engines and systemd: for tests and images. --dry-run prints the actions and changes nothing.
set -euo pipefail
umask 022 # services' users can read their files, whatever root's own umask is

machines=(@MACHINES@)
stores=() programs=()      # of this machine, from its machine.conf
secrets=(@SECRETS@)
services=(@SERVICES@)      # NAME:PORT
gateway=@GATEWAY@
health_seconds=90
releases_kept=3

here=$(cd "$(dirname "$0")" && pwd)
root='' release='' dry='' hosts=() phases=() machine=${1:-}
fail() { echo "error: $*" >&2; exit 1; }
say() { echo "$machine: $*"; }

[[ " ${machines[*]} " == *" $machine "* ]] || fail "install.sh MACHINE ...; MACHINE is one of ${machines[*]}"
shift
own=$here/$machine
# shellcheck source=/dev/null
. "$own/machine.conf"

while [ $# -gt 0 ]; do
  case $1 in
    --hosts) IFS=, read -r -a hosts <<<"${2:-}"; shift 2 ;;
    --release) release=${2%/}; shift 2 ;;
    --phase) phases+=("${2:-}"); shift 2 ;;
    --root) root=${2:-}; shift 2 ;;
    --dry-run) dry=1; shift ;;
    *) fail "unknown argument '$1'" ;;
  esac
done
[ "${#hosts[@]}" -eq "${#machines[@]}" ] || fail "--hosts needs ${#machines[@]} addresses, separated by commas"
for host in "${hosts[@]}"; do
  [[ $host =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]] || fail "'$host' is not a valid IPv4 address"
done
[ -n "$root$dry" ] || [ "$(id -u)" -eq 0 ] || fail "must run as root"
[ "${#phases[@]}" -gt 0 ] || phases=(prepare stores services)

# All changes go through here.
run() { if [ -n "$dry" ]; then echo "+ $*"; else "$@"; fi; }
on_machine() { [ -z "$root" ]; }
write() { # FILE MODE OWNER < text; keeps an identical file
  local file=$root$1 new
  if [ -n "$dry" ]; then cat >/dev/null; echo "+ write $file"; return; fi
  new=$(mktemp "$file.XXXXXX")
  cat >"$new"
  chmod "$2" "$new"
  if on_machine; then chown "$3" "$new"; fi
  if cmp -s "$new" "$file"; then rm "$new"; else mv "$new" "$file"; fi
}

packages() { # everything else comes with the release or the engines
  local wanted=() name
  for name in curl debian-archive-keyring; do
    dpkg -s "$name" >/dev/null 2>&1 || wanted+=("$name")
  done
  [ "${#wanted[@]}" -gt 0 ] || return 0
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"
}

# PostgreSQL with DocumentDB, Redis and nginx: Debian's packages, unpacked below /opt/shop but not installed, the same on every Debian release.
engines() { # [again]
  local program made data
  if [ -x /opt/shop/engine/usr/sbin/nginx ] && [ "${1:-}" != again ]; then return 0; fi
  program=/opt/shop/current/mongodb-gateway/DocumentDb.Gateway
  if [ -n "$release" ]; then program=/opt/shop/releases/$(basename "$release")/mongodb-gateway/DocumentDb.Gateway; fi
  if [ -n "$dry" ]; then echo "+ $program engines /opt/shop/engines/NOW"; return 0; fi
  made=$("$program" engines "/opt/shop/engines/$(date -u +%Y%m%dT%H%M%SZ)")
  for data in /var/lib/shop/*/data; do
    [ ! -e "$data/PG_VERSION" ] || [ -d "$made/usr/lib/postgresql/$(cat "$data/PG_VERSION")" ] ||
      fail "$data is from PostgreSQL $(cat "$data/PG_VERSION"), but the engines are newer; dump it first, then load it (store.sh)"
  done
  ln -sfn "$made" /opt/shop/engine
  ln -sfn "$(ls -d /opt/shop/engine/usr/lib/postgresql/*)" /opt/shop/postgresql
}

renew_engines() {
  local folder
  on_machine || return 0
  engines again
  start_stores
  run systemctl restart "shop-${gateway%%:*}.service"
  [ -n "$dry" ] || for folder in /opt/shop/engines/*/; do
    [[ $(readlink /opt/shop/engine) == "$folder"* ]] || rm -rf "$folder"
  done
}

users() {
  local user
  for user in shop $(printf '%s\n' ${stores[@]+"${stores[@]#*:}"}); do
    id -u "$user" >/dev/null 2>&1 || run useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  done
}

make_secrets() { # keeps existing secrets: a store keeps the password that it was created with
  local name file=$root/etc/shop/secrets.env
  for name in "${secrets[@]}"; do
    if grep -qs "^$name=" "$file"; then continue; fi
    if [ -n "$dry" ]; then echo "+ make secret $name"; continue; fi
    (umask 077; echo "$name=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>"$file")
  done
  [ -n "$dry" ] || chmod 600 "$file"
}

render() { # fills in addresses and secrets, with a sed script that only root can read
  sed -f "$marks" "$1"
}

make_marks() {
  local i name value
  marks=$(mktemp)
  chmod 600 "$marks"
  trap 'rm -f "$marks"' EXIT
  for i in "${!machines[@]}"; do printf 's/\\b%s-address\\b/%s/g\n' "${machines[i]}" "${hosts[i]}"; done >"$marks"
  [ -r "$root/etc/shop/secrets.env" ] || return 0
  while IFS='=' read -r name value; do
    [[ $value =~ ^[A-Za-z0-9]+$ ]] || fail "secret $name must contain only letters and digits"
    echo "s/@$name@/$value/g"
  done <"$root/etc/shop/secrets.env" >>"$marks"
}

files() {
  local file name user
  run mkdir -p "$root/etc/shop" "$root/etc/systemd/system" "$root/opt/shop/releases"
  make_secrets
  make_marks
  for file in "$own"/env/*; do render "$file" | write "/etc/shop/$(basename "$file")" 600 root:root; done
  render "$here/nginx.conf" | write /etc/shop/nginx.conf 644 root:root
  for file in "$own"/*/config.properties; do
    name=$(basename "$(dirname "$file")")
    run mkdir -p "$root/etc/shop/$name"
    render "$file" | write "/etc/shop/$name/config.properties" 640 root:shop
  done
  for name in ${stores[@]+"${stores[@]}"}; do
    user=${name#*:} name=${name%%:*}
    [ -d "$own/$name" ] || continue
    run mkdir -p "$root/etc/shop/$name"
    for file in "$own/$name"/*; do
      case $file in
        *.sh) render "$file" | write "/etc/shop/$name/$(basename "$file")" 755 root:root ;;
        *) render "$file" | write "/etc/shop/$name/$(basename "$file")" 640 "root:$user" ;;
      esac
    done
  done
  for file in "$own"/units/*.service; do render "$file" | write "/etc/systemd/system/$(basename "$file")" 644 root:root; done
  if on_machine; then run systemctl daemon-reload; fi
}

copy_release() {
  local target
  target=$root/opt/shop/releases/$(basename "$release")
  if [ -d "$target" ]; then return 0; fi
  run mkdir -p "$root/opt/shop/releases"
  run cp -a "$release" "$target.new"
  run mv "$target.new" "$target"
}

switch_release() {
  local name old
  name=$(basename "$release")
  if [ "$(readlink "$root/opt/shop/current" || true)" = "releases/$name" ]; then return 0; fi
  if [ -L "$root/opt/shop/current" ]; then run ln -sfn "$(readlink "$root/opt/shop/current")" "$root/opt/shop/previous"; fi
  run ln -sfn "releases/$name" "$root/opt/shop/current"
  # Deletes old releases; the current and the previous one stay whatever their age.
  # shellcheck disable=SC2012 # release names contain no special characters
  [ -n "$dry" ] || ls -dt "$root"/opt/shop/releases/*/ | tail -n +$((releases_kept + 1)) | while read -r old; do
    old=releases/$(basename "$old")
    case $old in
      "$(readlink "$root/opt/shop/current")" | "$(readlink "$root/opt/shop/previous" || true)") ;;
      *) rm -rf "$root/opt/shop/$old" ;;
    esac
  done
}

prepare() {
  if on_machine; then packages; users; fi
  if [ -n "$release" ]; then copy_release; fi
  if on_machine; then engines; fi
  files
}

# Masked by an operator who runs that database elsewhere.
is_masked() { [ "$(systemctl is-enabled "shop-$1.service" 2>/dev/null)" = masked ]; }

start_stores() {
  on_machine || return 0
  local name state applied=/var/lib/shop/applied
  # The gateway in front of the document engine is part of a release.
  if [ -n "$release" ] && [ ! -L /opt/shop/current ]; then switch_release; fi
  run mkdir -p "$applied"
  for name in ${stores[@]+"${stores[@]%%:*}"}; do
    if is_masked "$name"; then continue; fi
    run systemctl enable --quiet "shop-$name.service"
    # Not every store has all these files.
    state=$({ readlink /opt/shop/engine; cat "/etc/systemd/system/shop-$name.service" "/etc/shop/$name.env" "/etc/shop/$name"/* || :; } 2>/dev/null | sha256sum)
    if [ "$(cat "$applied/$name" 2>/dev/null)" = "$state" ]; then
      run systemctl start "shop-$name.service"
    else
      run systemctl restart "shop-$name.service"
      [ -n "$dry" ] || echo "$state" >"$applied/$name"
    fi
  done
  for name in ${programs[@]+"${programs[@]}"}; do is_masked "${name%%:*}" || wait_healthy "${name%%:*}" "tcp:${name#*:}"; done
}

is_healthy() { # URL, or tcp:PORT
  if [[ $1 == tcp:* ]]; then (: <"/dev/tcp/127.0.0.1/${1#tcp:}") 2>/dev/null; else curl -fsS -m 4 -o /dev/null "$1" 2>/dev/null; fi
}

wait_healthy() { # NAME URL
  local second
  [ -z "$dry" ] || return 0
  for ((second = 0; second < health_seconds; second++)); do
    if is_healthy "$2"; then say "$1 is healthy"; return 0; fi
    sleep 1
  done
  say "$1 is not healthy after $health_seconds s: journalctl -u shop-$1" >&2
  return 1
}

restart_services() {
  local entry failed=0
  on_machine || return 0
  for entry in ${programs[@]+"${programs[@]}"}; do
    if is_masked "${entry%%:*}"; then continue; fi
    run systemctl restart "shop-${entry%%:*}.service"
    wait_healthy "${entry%%:*}" "tcp:${entry#*:}" || failed=1
  done
  for entry in "${services[@]}"; do
    run systemctl enable --quiet "shop-${entry%%:*}.service"
    run systemctl restart "shop-${entry%%:*}.service"
  done
  run systemctl enable --quiet "shop-${gateway%%:*}.service"
  run systemctl reload-or-restart "shop-${gateway%%:*}.service"
  for entry in "${services[@]}"; do wait_healthy "${entry%%:*}" "http://127.0.0.1:${entry#*:}/health" || failed=1; done
  wait_healthy "${gateway%%:*}" "http://127.0.0.1:${gateway#*:}/gateway/health" || failed=1
  return $failed
}

rollback() {
  local previous
  previous=$(readlink "$root/opt/shop/previous" || true)
  [ -n "$previous" ] || fail "no previous release to roll back to"
  run ln -sfn "$previous" "$root/opt/shop/current"
  say "rolling back to $previous"
  restart_services
}

for phase in "${phases[@]}"; do
  case $phase in
    prepare) prepare ;;
    stores) start_stores ;;
    services)
      if [ -n "$release" ]; then switch_release; fi
      restart_services
      ;;
    rollback) rollback ;;
    engines) renew_engines ;;
    *) fail "unknown phase '$phase'" ;;
  esac
done
